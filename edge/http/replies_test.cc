#include "edge/http/replies.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr char kDate[] = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

class RepliesTest : public testing::Test {
 protected:
  std::string Text(ReplyKind kind, bool close = false, bool head = false) {
    std::string text;
    replies_.Get(kind, head).AppendTo(&text, close, kDate);
    return text;
  }
  Replies replies_;
};

TEST_F(RepliesTest, AnAcceptedWebhookIsAnsweredWithNothingToRead) {
  EXPECT_EQ(Text(ReplyKind::kAccepted),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\n"
            "\r\n");
}

TEST_F(RepliesTest, TheLastAnswerSaysThatItCloses) {
  const std::string text = Text(ReplyKind::kAccepted, /*close=*/true);
  EXPECT_TRUE(absl::StrContains(text, "\r\nConnection: close\r\n")) << text;
}

TEST_F(RepliesTest, UnavailableSaysWhenToTryAgain) {
  const std::string text = Text(ReplyKind::kUnavailable);
  EXPECT_TRUE(absl::StartsWith(text, "HTTP/1.1 503 Service Unavailable\r\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, "\r\nRetry-After: ")) << text;
  EXPECT_EQ(text, Text(ReplyKind::kNotConfigured));
}

TEST_F(RepliesTest, WhoSendsTooFastIsToldToWaitForTheNextToken) {
  const std::string text = Text(Replies::ForOutcome(HookOutcome::kRateLimited));
  EXPECT_TRUE(absl::StartsWith(text, "HTTP/1.1 429 Too Many Requests\r\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, "\r\nRetry-After: 1\r\n")) << text;
}

TEST_F(RepliesTest, AWrongMethodIsToldTheRightOnes) {
  EXPECT_TRUE(absl::StrContains(Text(ReplyKind::kPostOnly), "\r\nAllow: POST\r\n"));
  EXPECT_TRUE(absl::StrContains(Text(ReplyKind::kGetOnly), "\r\nAllow: GET, HEAD\r\n"));
}

TEST_F(RepliesTest, AnswersToHeadHaveTheHeadersAndNoBody) {
  const std::string get = Text(ReplyKind::kHealthy);
  EXPECT_TRUE(absl::EndsWith(get, "\r\n\r\nok\n")) << get;
  EXPECT_EQ(Text(ReplyKind::kHealthy, false, /*head=*/true), get.substr(0, get.size() - 3));
}

TEST_F(RepliesTest, NoAnswerTellsWhatServesItOrOfItsTimeouts) {
  for (size_t kind = 0; kind < kReplyKinds; ++kind) {
    for (const bool head : {false, true}) {
      const std::string text = Text(static_cast<ReplyKind>(kind), false, head);
      EXPECT_TRUE(absl::StartsWith(text, "HTTP/1.1 ")) << text;
      for (const char* header : {"Server:", "Keep-Alive:", "Accept-Ranges:", "EXCEPTION"}) {
        EXPECT_FALSE(absl::StrContains(text, header)) << text;
      }
      EXPECT_TRUE(absl::StrContains(text, "\r\nContent-Length: ")) << text;
    }
  }
}

TEST_F(RepliesTest, WhatTheFramerRefusesKeepsItsStatus) {
  for (const int status : {400, 413, 414, 417, 431, 505}) {
    const std::string text = Text(Replies::ForStatus(status));
    EXPECT_EQ(text.substr(0, 12), "HTTP/1.1 " + std::to_string(status));
  }
}

}  // namespace
}  // namespace fluxcascade::edge
