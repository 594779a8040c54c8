#include "common/http/http_client.h"

#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

// Answers with the request's method, from a thread of its own.
class EchoClient final : public HttpClient {
 public:
  ~EchoClient() override { thread_.join(); }

  void Send(HttpRequest request, absl::Duration timeout, Done done) override {
    thread_ = std::thread([request = std::move(request), timeout, done = std::move(done)] {
      if (timeout <= absl::ZeroDuration()) return done(absl::DeadlineExceededError("too late"));
      done(HttpResponse{.status = 200, .body = request.method});
    });
  }

 private:
  std::thread thread_;
};

TEST(HttpResponseTest, FindsAHeaderInAnyCase) {
  const HttpResponse response{.headers = {{"Retry-After", "7"}, {"retry-after", "8"}}};
  EXPECT_EQ(response.Header("retry-after"), "7");
  EXPECT_EQ(response.Header("RETRY-AFTER"), "7");
  EXPECT_EQ(response.Header("Retry"), "");
}

TEST(SendAndWaitTest, GivesTheAnswer) {
  EchoClient client;
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse response,
                          client.SendAndWait({.method = "PATCH"}, absl::Seconds(1)));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "PATCH");
}

TEST(SendAndWaitTest, GivesTheError) {
  EchoClient client;
  EXPECT_THAT(client.SendAndWait({}, absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, "too late"));
}

}  // namespace
}  // namespace fluxcascade
