#include "common/http/fake_http_client.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(FakeHttpClientTest, AnswersFromItsFunctionAndRemembersTheRequests) {
  FakeHttpClient client([](const HttpRequest& request) -> absl::StatusOr<HttpResponse> {
    if (request.method == "DELETE") return absl::UnavailableError("no route");
    return HttpResponse{.status = 201, .body = absl::StrCat("made ", request.body)};
  });

  FC_ASSERT_OK_AND_ASSIGN(
      const HttpResponse response,
      client.SendAndWait({.method = "POST", .url = "https://a.example/", .body = "x"},
                         absl::Seconds(1)));
  EXPECT_EQ(response.body, "made x");
  EXPECT_THAT(client.SendAndWait({.method = "DELETE"}, absl::Seconds(1)),
              StatusIs(absl::StatusCode::kUnavailable, "no route"));

  ASSERT_EQ(client.requests().size(), 2u);
  EXPECT_EQ(client.requests()[0].url, "https://a.example/");
  EXPECT_EQ(client.requests()[1].method, "DELETE");
}

}  // namespace
}  // namespace fluxcascade
