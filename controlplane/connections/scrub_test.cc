#include "controlplane/connections/scrub.h"

#include <string>

#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

HttpResponse Answer(int status) {
  HttpResponse response;
  response.status = status;
  response.body = "the token fake-token is refused: fake-token";
  return response;
}

TEST(ScrubTest, AnErrorThatRepeatsTheTokenLosesIt) {
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse answer, ScrubAnswer(Answer(401), {"fake-token"}));
  EXPECT_EQ(answer.body, "the token [secret] is refused: [secret]");
  EXPECT_THAT(ScrubAnswer(absl::UnavailableError("no fake-token"), {"fake-token"}),
              StatusIs(absl::StatusCode::kUnavailable, "no [secret]"));
}

TEST(ScrubTest, DataStaysAsItIs) {
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse answer, ScrubAnswer(Answer(200), {"fake-token"}));
  EXPECT_EQ(answer.body, Answer(200).body);
}

TEST(ScrubTest, AnEmptyOrTinySecretTearsNothingApart) {
  EXPECT_EQ(Scrub("abc abcd", {"", "abc"}), "abc abcd");
  EXPECT_EQ(Scrub("abc abcd", {"abcd"}), "abc [secret]");
}

}  // namespace
}  // namespace fluxcascade
