#include "controlplane/connectors/pipedrive/pipedrive_errors.h"

#include <string>

#include "controlplane/connectors/status_payloads.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

HttpResponse Answer(int status, std::string body, HttpHeaders headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

TEST(PipedriveErrorsTest, HasTheWordsOfBothApiVersions) {
  EXPECT_EQ(
      PipedriveStatus(
          Answer(
              400,
              R"({"success":false,"error":"Validation failed: name is required","error_info":"See the docs","data":null})"))
          .message(),
      "Pipedrive answered 400: Validation failed: name is required: See the docs");
  EXPECT_EQ(PipedriveStatus(
                Answer(400, R"({"status":"error","success":false,"errors":{"id":["not found"]}})"))
                .message(),
            R"(Pipedrive answered 400: {"id":["not found"]})");
}

TEST(PipedriveErrorsTest, ABurstIsWaitedOutForAsLongAsTheHeadersSay) {
  EXPECT_EQ(RetryAfter(PipedriveStatus(Answer(429, "{}"))), absl::Seconds(2));
  EXPECT_EQ(RetryAfter(PipedriveStatus(Answer(429, "{}",
                                              {{"x-ratelimit-limit", "20"},
                                               {"x-ratelimit-remaining", "0"},
                                               {"x-ratelimit-reset", "1"}}))),
            absl::Seconds(1));
  EXPECT_EQ(RetryAfter(PipedriveStatus(Answer(429, "{}", {{"x-daily-requests-left", "0"}}))),
            absl::Minutes(15));
}

TEST(PipedriveErrorsTest, CloudflaresRefusalIsNotPipedrives) {
  const absl::Status cloudflare =
      PipedriveStatus(Answer(403, "<!DOCTYPE html><title>Access denied"));
  EXPECT_EQ(cloudflare.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfter(cloudflare), absl::Minutes(1));
  EXPECT_EQ(PipedriveStatus(Answer(403, R"({"success":false,"error":"Forbidden"})")).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(PipedriveErrorsTest, OnlyPipedriveItselfCanRefuseARefreshToken) {
  EXPECT_EQ(PipedriveTokenStatus(Answer(400, R"({"error":"invalid_grant"})")).code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(PipedriveTokenStatus(Answer(403, "<html>")).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(PipedriveTokenStatus(Answer(502, "")).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(PipedriveTokenStatus(Answer(200, "{}")).ok());
}

TEST(PipedriveErrorsTest, APassingStateSaysNothingOfTheCredential) {
  for (const int http_status : {409, 423, 425}) {
    const absl::Status status = PipedriveTokenStatus(Answer(http_status, R"({"message":"later"})"));
    EXPECT_TRUE(IsTransient(status) || absl::IsResourceExhausted(status)) << status;
  }
}

TEST(PipedriveErrorsTest, ReadsTheRateLimitHeaders) {
  const auto reading = PipedriveRateLimit(Answer(
      200, "{}",
      {{"X-RateLimit-Limit", "80"}, {"X-RateLimit-Remaining", "79"}, {"X-RateLimit-Reset", "1"}}));
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->limit, 80);
  EXPECT_EQ(reading->remaining, 79);
  EXPECT_EQ(reading->window, absl::Seconds(2));
  EXPECT_FALSE(PipedriveRateLimit(Answer(200, "{}")).has_value());
}

}  // namespace
}  // namespace fluxcascade
