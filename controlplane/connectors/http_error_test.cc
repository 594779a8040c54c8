#include "controlplane/connectors/http_error.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(HttpErrorTest, WhatMayWorkLaterIsKeptApartFromWhatIsRefused) {
  EXPECT_EQ(CodeOfHttpStatus(503), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CodeOfHttpStatus(408), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CodeOfHttpStatus(422), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOfHttpStatus(418), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOfHttpStatus(302), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOfHttpStatus(501), absl::StatusCode::kUnimplemented);
}

TEST(HttpErrorTest, TheSystemsWordsAreCutAndMadeOneLine) {
  const absl::Status status = HttpError(absl::StatusCode::kInvalidArgument, "CRM", 400,
                                        std::string(kMaxErrorWords, 'x') + "y");
  EXPECT_THAT(std::string(status.message()), EndsWith(std::string(kMaxErrorWords, 'x')));
  EXPECT_EQ(HttpError(absl::StatusCode::kInternal, "CRM", 500, "a\r\nb").message(),
            "CRM answered 500: a  b");
  EXPECT_EQ(HttpError(absl::StatusCode::kInternal, "CRM", 500, "").message(), "CRM answered 500");
}

TEST(HttpErrorTest, TheSystemsWordsAreCutBetweenCharacters) {
  const std::string words(kMaxErrorWords - 1, 'x');
  EXPECT_EQ(HttpError(absl::StatusCode::kInternal, "CRM", 500, words + "ü").message(),
            "CRM answered 500: " + words);
}

TEST(HttpErrorTest, RetryAfterIsBoundedByADay) {
  HttpResponse response;
  response.headers = {{"Retry-After", "86400"}};
  EXPECT_EQ(RetryAfterHeader(response), absl::Hours(24));
  response.headers = {{"Retry-After", "86401"}};
  EXPECT_EQ(RetryAfterHeader(response), absl::Hours(24));
  response.headers = {{"Retry-After", "-1"}};
  EXPECT_EQ(RetryAfterHeader(response), std::nullopt);
  response.headers = {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}};
  EXPECT_EQ(RetryAfterHeader(response), std::nullopt);
}

TEST(HttpErrorTest, AnAnswerThatIsNoJsonMayBeBetterNextTime) {
  HttpResponse response;
  response.status = 200;
  response.body = "<html>";
  const absl::Status status = JsonBody(response, "CRM").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not JSON"));
}

TEST(HttpErrorTest, ACutAnswerIsNotRead) {
  HttpResponse response;
  response.status = 200;
  response.body = "{}";
  response.body_truncated = true;
  EXPECT_EQ(JsonBody(response, "CRM").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fluxcascade
