#include "edge/http/request_handler.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "edge/http/fake_hook_receiver.h"
#include "edge/http/framer.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

class RequestHandlerTest : public testing::Test {
 protected:
  // The reply; nullptr if the receiver has the request.
  const Reply* Handle(const std::string& method, const std::string& target) {
    Framer framer{FramerLimits()};
    RequestFrame frame;
    EXPECT_EQ(framer.Feed(absl::StrCat(method, " ", target,
                                       " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"),
                          &frame),
              Framer::Result::kRequest)
        << target;
    return handler_.Handle(std::move(frame), SocketAddress::Parse("192.0.2.7:1").value(),
                           [this](HookOutcome outcome) { outcome_ = outcome; });
  }
  void ExpectReply(ReplyKind kind, const std::string& method, const std::string& target) {
    EXPECT_EQ(Handle(method, target), &replies_.Get(kind, method == "HEAD"))
        << method << " " << target;
  }

  const Replies replies_;
  FakeHookReceiver receiver_;
  absl::Status ready_;
  std::optional<HookOutcome> outcome_;
  RequestHandler handler_{
      {.receiver = &receiver_, .ready = [this] { return ready_; }, .replies = &replies_}};
};

TEST_F(RequestHandlerTest, APostToAHookGoesToTheReceiver) {
  EXPECT_EQ(Handle("POST", "/v1/hooks/abc-_09?x=%2F"), nullptr);
  ASSERT_EQ(receiver_.count(), 1u);
  EXPECT_EQ(receiver_.token(0), "abc-_09");
  EXPECT_EQ(receiver_.target(0), "/v1/hooks/abc-_09?x=%2F");
  EXPECT_EQ(receiver_.body(0), "{}");
  EXPECT_EQ(receiver_.peer(0), "192.0.2.7");
  EXPECT_EQ(outcome_, std::nullopt);
  receiver_.Answer(0, HookOutcome::kAccepted);
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
}

TEST_F(RequestHandlerTest, TheTokenIsTakenAsItWasSent) {
  EXPECT_EQ(Handle("POST", "/v1/hooks/%61bc"), nullptr);
  EXPECT_EQ(receiver_.token(0), "%61bc");
}

TEST_F(RequestHandlerTest, WhatIsAlmostAHookIsNotFound) {
  for (const char* target :
       {"/v1/hooks", "/v1/hooks/", "/v1/hooks//", "/v1/hooks/a/", "/v1/hooks/a/b", "/v1/hooks//a",
        "/v1/hook/a", "/V1/hooks/a", "//v1/hooks/a", "/v1//hooks/a", "/v1/hooks?a", "/v1/h%6foks/a",
        "/v1/hooks%2fa", "/x/../v1/hooks/a", "/v1/hooks/?a=b"}) {
    ExpectReply(ReplyKind::kNotFound, "POST", target);
  }
  EXPECT_EQ(receiver_.count(), 0u);
}

TEST_F(RequestHandlerTest, AHookTakesOnlyPost) {
  for (const char* method : {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    ExpectReply(ReplyKind::kPostOnly, method, "/v1/hooks/abc");
  }
  EXPECT_EQ(receiver_.count(), 0u);
}

TEST_F(RequestHandlerTest, HealthIsGoodAndReadinessIsAsked) {
  for (const char* method : {"GET", "HEAD"}) {
    ready_ = absl::OkStatus();
    ExpectReply(ReplyKind::kHealthy, method, "/healthz");
    ExpectReply(ReplyKind::kReady, method, "/readyz?verbose");
    ready_ = absl::UnavailableError("the log is full");
    ExpectReply(ReplyKind::kHealthy, method, "/healthz");
    ExpectReply(ReplyKind::kNotReady, method, "/readyz");
  }
}

TEST_F(RequestHandlerTest, HealthTakesOnlyGetAndHead) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    ExpectReply(ReplyKind::kGetOnly, method, "/healthz");
    ExpectReply(ReplyKind::kGetOnly, method, "/readyz");
  }
}

TEST_F(RequestHandlerTest, EverythingElseIsNotFound) {
  for (const char* target :
       {"/", "/index.html", "/healthz/", "/healthzz", "/metrics", "/%", "/?"}) {
    ExpectReply(ReplyKind::kNotFound, "GET", target);
    ExpectReply(ReplyKind::kNotFound, "HEAD", target);
    ExpectReply(ReplyKind::kNotFound, "POST", target);
  }
  for (const char* method : {"BREW", "TRACE", "CONNECT", "post", "PRI"}) {
    ExpectReply(ReplyKind::kNotFound, method, "/v1/hooks/abc");
  }
}

TEST_F(RequestHandlerTest, AnswersTheSameHoweverManyPathsItHasSeen) {
  for (int i = 0; i < 1500; ++i) {
    EXPECT_EQ(Handle("POST", absl::StrCat("/v1/hooks/", i)), nullptr);
    ExpectReply(ReplyKind::kNotFound, "POST", absl::StrCat("/v2/hooks/", i));
  }
  for (const int i : {0, 1023, 1024, 1499}) {
    EXPECT_EQ(Handle("POST", absl::StrCat("/v1/hooks/", i)), nullptr);
    ExpectReply(ReplyKind::kPostOnly, "GET", absl::StrCat("/v1/hooks/", i));
    ExpectReply(ReplyKind::kNotFound, "POST", absl::StrCat("/v2/hooks/", i));
  }
}

TEST_F(RequestHandlerTest, TheLongestTargetIsHandled) {
  ExpectReply(ReplyKind::kNotFound, "GET", "/" + std::string(8000, 'x'));
  ExpectReply(ReplyKind::kNotFound, "POST", "/" + std::string(8000, '%'));
}

}  // namespace
}  // namespace fluxcascade::edge
