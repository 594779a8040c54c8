#include "controlplane/connectors/hubspot/hubspot_errors.h"

#include <string>

#include "controlplane/connectors/status_payloads.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::HasSubstr;

HttpResponse Answer(int status, std::string body, HttpHeaders headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

TEST(HubSpotErrorsTest, AValidationErrorHasHubSpotsWordsOfEachProperty) {
  const absl::Status status = HubSpotStatus(Answer(
      400,
      R"({"status":"error","message":"Property values were not valid","correlationId":"c-1","category":"VALIDATION_ERROR","errors":[{"message":"discount was not a valid number","code":"INVALID_INTEGER"}]})"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "HubSpot answered 400: VALIDATION_ERROR: Property values were not valid; discount was "
            "not a valid number (correlation id c-1)");
}

TEST(HubSpotErrorsTest, LongWordsAreCutBetweenCharacters) {
  const std::string words(399, 'x');
  EXPECT_EQ(HubSpotStatus(Answer(500, R"({"correlationId":"c-1","message":")" + words + "ü\"}"))
                .message(),
            "HubSpot answered 500: " + words + " (correlation id c-1)");
}

TEST(HubSpotErrorsTest, ADuplicateNamesTheRecordThatIsThere) {
  const absl::Status status = HubSpotStatus(Answer(
      409, R"({"message":"Contact already exists. Existing ID: 12345","category":"CONFLICT"})"));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ExistingId(status), "12345");
}

TEST(HubSpotErrorsTest, AnotherConflictIsTriedAgain) {
  EXPECT_EQ(HubSpotStatus(Answer(409, R"({"message":"concurrent update"})")).code(),
            absl::StatusCode::kAborted);
}

TEST(HubSpotErrorsTest, EachRateLimitHasItsWait) {
  const auto wait = [](const std::string& policy) {
    const absl::Status status = HubSpotStatus(Answer(
        429, R"({"message":"limit","errorType":"RATE_LIMIT","policyName":")" + policy + "\"}"));
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    return RetryAfter(status);
  };
  EXPECT_EQ(wait("TEN_SECONDLY_ROLLING"), absl::Seconds(10));
  EXPECT_EQ(wait("SECONDLY"), absl::Seconds(1));
  EXPECT_EQ(wait("DAILY"), absl::Minutes(15));
  EXPECT_EQ(RetryAfter(HubSpotStatus(Answer(429, "", {{"Retry-After", "3"}}))), absl::Seconds(3));
}

TEST(HubSpotErrorsTest, HubSpotsOwnCodesAreUnderstood) {
  const absl::Status locked = HubSpotStatus(Answer(423, "{}"));
  EXPECT_EQ(locked.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(RetryAfter(locked), absl::Seconds(2));
  const absl::Status moving = HubSpotStatus(Answer(477, "", {{"Retry-After", "60"}}));
  EXPECT_EQ(moving.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfter(moving), absl::Seconds(60));
  EXPECT_EQ(HubSpotStatus(Answer(414, "{}")).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(HubSpotStatus(Answer(525, "")).code(), absl::StatusCode::kUnavailable);
}

TEST(HubSpotErrorsTest, OnlyHubSpotItselfCanRefusePermission) {
  EXPECT_EQ(HubSpotStatus(Answer(403, R"({"category":"MISSING_SCOPES"})")).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(HubSpotStatus(Answer(403, "<html>")).code(), absl::StatusCode::kUnavailable);
}

TEST(HubSpotErrorsTest, ARefusedRefreshTokenIsAMatterOfTheCredential) {
  const absl::Status status = HubSpotTokenStatus(Answer(
      400,
      R"({"error":"invalid_grant","error_description":"refresh token is invalid, expired or revoked","status":"BAD_REFRESH_TOKEN","message":"refresh token is invalid, expired or revoked"})"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(status.message(),
            "HubSpot answered 400: invalid_grant: refresh token is invalid, expired or revoked");
}

TEST(HubSpotErrorsTest, ATokenEndpointThatIsDownSaysNothingOfTheCredential) {
  EXPECT_EQ(HubSpotTokenStatus(Answer(503, "{}")).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(HubSpotTokenStatus(Answer(429, "{}")).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(HubSpotTokenStatus(Answer(404, "<html>")).code(), absl::StatusCode::kUnauthenticated);
}

TEST(HubSpotErrorsTest, APassingStateSaysNothingOfTheCredential) {
  for (const int http_status : {409, 423, 425, 477}) {
    const absl::Status status = HubSpotTokenStatus(Answer(http_status, R"({"message":"later"})"));
    EXPECT_TRUE(IsTransient(status) || absl::IsResourceExhausted(status)) << status;
  }
}

TEST(HubSpotErrorsTest, ReadsTheRateLimitHeaders) {
  const auto reading =
      HubSpotRateLimit(Answer(200, "{}",
                              {{"X-HubSpot-RateLimit-Max", "110"},
                               {"X-HubSpot-RateLimit-Remaining", "7"},
                               {"X-HubSpot-RateLimit-Interval-Milliseconds", "10000"}}));
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->limit, 110);
  EXPECT_EQ(reading->remaining, 7);
  EXPECT_EQ(reading->window, absl::Seconds(10));
  EXPECT_FALSE(HubSpotRateLimit(Answer(200, "{}")).has_value());
}

}  // namespace
}  // namespace fluxcascade
