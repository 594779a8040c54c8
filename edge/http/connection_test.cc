#include "edge/http/connection.h"

#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/net/testing/plain_stream.h"
#include "common/net/unique_fd.h"
#include "common/status/status_matchers.h"
#include "edge/http/connection_fixture_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kOk[] = "HTTP/1.1 200 OK\r\n";
constexpr absl::Duration kTick = absl::Nanoseconds(1);

std::string Post(const std::string& token, const std::string& headers = "",
                 const std::string& body = "") {
  return absl::StrCat("POST /v1/hooks/", token,
                      " HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(), "\r\n", headers,
                      "\r\n", body);
}

std::string Get(const std::string& path) {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: a\r\n\r\n");
}

// One connection over a socket pair; nothing moves but what the test moves.
class ConnectionTest : public ConnectionFixture {
 protected:
  void TearDown() override {
    if (!closed_ && connection_ != nullptr) connection_->Close();
  }

  void Open(bool hold_handshake = false) {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    client_ = UniqueFd(fds[0]);
    // Of the system's: the least that it takes.
    const int small = 0;
    if (small_buffer_) ::setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    auto stream = std::make_unique<PlainStream>(UniqueFd(fds[1]));
    if (hold_handshake) stream->HoldHandshake();
    connection_ = std::make_shared<Connection>(Context(), std::move(stream), SocketAddress(),
                                               [this](Connection*) { closed_ = true; });
    FC_ASSERT_OK(connection_->Start());
    // A handshake begins with something from the client: here an empty line, which means nothing.
    Send("\r\n");
  }
  void Turn(int turns = 6) {
    for (int i = 0; i < turns; ++i) loop_->RunOnce(absl::ZeroDuration());
  }
  void Advance(absl::Duration by) {
    clock_.Advance(by);
    Turn();
  }
  void Send(const std::string& bytes) {
    ASSERT_EQ(::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    Turn();
  }
  // What has come by now.
  std::string Received() {
    std::string all;
    char buffer[4096];
    ssize_t size = 0;
    while ((size = ::recv(client_.get(), buffer, sizeof(buffer), 0)) > 0) all.append(buffer, size);
    ended_ = size == 0;
    return all;
  }
  static int Count(const std::string& text, const std::string& part) {
    int count = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
  }
  // A request to hook `a` up to its body.
  static std::string HeadFor(size_t body_size, const std::string& headers = "") {
    const std::string body(body_size, 'x');
    const std::string request = Post("a", headers, body);
    return request.substr(0, request.size() - body_size);
  }
  // Sends `bytes` of a body each second, for so long.
  void Trickle(size_t bytes, absl::Duration time) {
    for (absl::Duration passed; passed < time; passed += absl::Seconds(1)) {
      Advance(absl::Seconds(1));
      Send(std::string(bytes, 'x'));
    }
  }
  void ExpectRefusedForLackOfRoom() {
    const std::string answer = Received();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: "));
    EXPECT_TRUE(ended_);
    EXPECT_EQ(counters_.refused_bodies, 1u);
    EXPECT_EQ(receiver_.count(), 0u);
  }
  // Fills the way to the client with answers, until it is read no further.
  void Clog() {
    std::string requests;
    for (int i = 0; i < 50000; ++i) requests += Get("/healthz");
    size_t sent = 0;
    uint64_t taken = 0;
    do {
      taken = counters_.requests;
      const ssize_t size =
          ::send(client_.get(), requests.data() + sent, requests.size() - sent, MSG_NOSIGNAL);
      if (size > 0) sent += size;
      Turn();
    } while (counters_.requests > taken && sent < requests.size());
    ASSERT_LT(sent, requests.size()) << "it would have read everything";
  }
  // The client takes what lies ready, which is a part of the answers.
  void TakeSome() {
    ASSERT_FALSE(Received().empty());
    Turn(1);
  }
  void Answer(size_t i, HookOutcome outcome = HookOutcome::kAccepted) {
    receiver_.Answer(i, outcome);
    Turn();
  }

  // What other connections hold of it.
  BodyBudget::Share others_{bodies_};
  // Before Open: the way to the client takes little.
  bool small_buffer_ = false;
  UniqueFd client_;
  std::shared_ptr<Connection> connection_;
  bool closed_ = false;
  bool ended_ = false;
};

TEST_F(ConnectionTest, NothingIsAnsweredBeforeTheReceiverSaysSo) {
  Open();
  Send(Post("abc", "", "{}"));
  ASSERT_EQ(receiver_.count(), 1u);
  EXPECT_EQ(receiver_.token(0), "abc");
  EXPECT_EQ(receiver_.body(0), "{}");
  Advance(limits_.answer - kTick);
  EXPECT_EQ(Received(), "");
  Answer(0);
  EXPECT_EQ(Received(),
            "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:29 GMT\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(counters_.accepted, 1u);
}

TEST_F(ConnectionTest, AFailureIsAnswered503AndTheConnectionStays) {
  Open();
  Send(Post("abc"));
  Answer(0, HookOutcome::kUnavailable);
  const std::string answer = Received();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: "));
  EXPECT_EQ(counters_.unavailable, 1u);
  Send(Post("abc"));
  Answer(1);
  EXPECT_THAT(Received(), StartsWith(kOk));
}

TEST_F(ConnectionTest, ARefusalAtOnceIsAnsweredToo) {
  receiver_.AnswerAtOnce(HookOutcome::kUnauthorized);
  Open();
  Send(Post("abc"));
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
  EXPECT_EQ(counters_.unauthorized, 1u);
}

TEST_F(ConnectionTest, AnswersLeaveInTheOrderOfTheRequests) {
  Open();
  Send(Post("a") + Post("b") + Get("/healthz") + Post("c"));
  ASSERT_EQ(receiver_.count(), 3u);
  Answer(2, HookOutcome::kUnauthorized);
  Answer(1, HookOutcome::kUnavailable);
  EXPECT_EQ(Received(), "");
  Answer(0);
  const std::string all = Received();
  const size_t ok = all.find("HTTP/1.1 200");
  const size_t unavailable = all.find("HTTP/1.1 503");
  const size_t health = all.find("\r\n\r\nok\n");
  const size_t unauthorized = all.find("HTTP/1.1 401");
  EXPECT_EQ(ok, 0u);
  EXPECT_LT(ok, unavailable);
  EXPECT_LT(unavailable, health);
  EXPECT_LT(health, unauthorized);
  EXPECT_NE(unauthorized, std::string::npos);
}

TEST_F(ConnectionTest, ReadsNoFurtherThanThePipelineIsLong) {
  Open();
  std::string requests;
  for (size_t i = 0; i < limits_.max_pipelined + 3; ++i) requests += Post("abc");
  Send(requests);
  EXPECT_EQ(receiver_.count(), limits_.max_pipelined);
  Send(Post("last"));
  EXPECT_EQ(receiver_.count(), limits_.max_pipelined);
  Answer(0);
  EXPECT_EQ(receiver_.count(), limits_.max_pipelined + 1);
  for (size_t i = 1; i < limits_.max_pipelined + 4; ++i) Answer(i);
  EXPECT_EQ(Count(Received(), kOk), static_cast<int>(limits_.max_pipelined) + 4);
  EXPECT_EQ(receiver_.token(limits_.max_pipelined + 3), "last");
}

TEST_F(ConnectionTest, ManyPipelinedRequestsThatNeedNoWaitingAreAllAnswered) {
  Open();
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += Get("/healthz");
  Send(requests);
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += Received();
    Turn();
  }
  EXPECT_EQ(Count(all, kOk), 1000);
}

TEST_F(ConnectionTest, AClientThatTakesNoAnswersIsReadNoFurther) {
  limits_.max_unsent = 1000;
  Open();
  Clog();
  Advance(limits_.write - kTick);
  EXPECT_FALSE(closed_);
  Advance(kTick);
  EXPECT_TRUE(closed_);
  EXPECT_EQ(counters_.timed_out_connections, 1u);
}

TEST_F(ConnectionTest, AClientMayTakeItsAnswersInItsOwnTimeAtTheRate) {
  small_buffer_ = true;
  limits_.min_answer_rate = 10;
  Open();
  Clog();
  for (int i = 0; i < 10; ++i) {
    Advance(limits_.write - kTick);
    TakeSome();
  }
  EXPECT_FALSE(closed_);
}

TEST_F(ConnectionTest, AClientThatTakesItsAnswersTooSlowlyIsCut) {
  small_buffer_ = true;
  limits_.min_answer_rate = 1024 * 1024;
  Open();
  Clog();
  Advance(limits_.write - kTick);
  TakeSome();
  EXPECT_FALSE(closed_);
  Advance(limits_.write - kTick);
  EXPECT_TRUE(closed_) << "what it took was worth a few milliseconds";
  EXPECT_EQ(counters_.timed_out_connections, 1u);
}

TEST_F(ConnectionTest, ConnectionCloseIsAnsweredAndKept) {
  Open();
  Send(Post("a", "Connection: close\r\n") + Post("b"));
  EXPECT_EQ(receiver_.count(), 1u) << "what follows is not a request any more";
  Answer(0);
  EXPECT_THAT(Received(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(ended_);
}

TEST_F(ConnectionTest, Http10GetsOneAnswer) {
  Open();
  Send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(Received(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(ended_);
}

TEST_F(ConnectionTest, AMalformedRequestIsAnsweredAfterThoseBeforeItAndEndsTheConnection) {
  Open();
  Send(Post("a") + "nonsense\r\n\r\n" + Post("b"));
  EXPECT_EQ(receiver_.count(), 1u);
  EXPECT_EQ(Received(), "");
  Answer(0);
  const std::string all = Received();
  EXPECT_THAT(all, StartsWith(kOk));
  EXPECT_THAT(all, HasSubstr("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(counters_.malformed_requests, 1u);
}

TEST_F(ConnectionTest, TheFramersStatusIsAnswered) {
  framer_limits_.max_body = 5;
  Open();
  Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabcdef");
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ConnectionTest, AfterAnErrorTheClientMayGoOnSendingForAWhile) {
  Open();
  Send("nonsense\r\n\r\n");
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 400 "));
  Send("more");
  EXPECT_FALSE(closed_);
  Advance(limits_.linger - kTick);
  EXPECT_FALSE(closed_);
  Advance(kTick);
  EXPECT_TRUE(closed_);
}

TEST_F(ConnectionTest, AfterAnErrorTheClientMaySendOnlySoMuch) {
  limits_.linger_bytes = 1000;
  Open();
  Send("nonsense\r\n\r\n");
  Send(std::string(1000, 'x'));
  EXPECT_FALSE(closed_);
  Send("x");
  EXPECT_TRUE(closed_);
}

TEST_F(ConnectionTest, WhoWaitsForContinueGetsIt) {
  Open();
  const std::string request = Post("a", "Expect: 100-continue\r\n", "hello");
  Send(request.substr(0, request.size() - 5));
  EXPECT_EQ(Received(), "HTTP/1.1 100 Continue\r\n\r\n");
  Send("hello");
  Answer(0);
  EXPECT_THAT(Received(), StartsWith(kOk));
  EXPECT_EQ(receiver_.body(0), "hello");
}

TEST_F(ConnectionTest, ContinueComesAfterTheAnswersBeforeItAndNotTooLate) {
  Open();
  const std::string request = Post("b", "Expect: 100-continue\r\n", "hello");
  Send(Post("a") + request.substr(0, request.size() - 5));
  EXPECT_EQ(Received(), "");
  Answer(0);
  const std::string all = Received();
  EXPECT_THAT(all, StartsWith(kOk));
  EXPECT_THAT(all, testing::EndsWith("HTTP/1.1 100 Continue\r\n\r\n"));
  Send("hello" + request.substr(0, request.size() - 5));
  Send("hello");
  Answer(1);
  Answer(2);
  EXPECT_EQ(Count(Received(), "100 Continue"), 0) << "that body came without waiting";
}

TEST_F(ConnectionTest, AClientThatIsDoneSendingStillGetsItsAnswers) {
  Open();
  Send(Post("a"));
  ::shutdown(client_.get(), SHUT_WR);
  Turn();
  EXPECT_FALSE(closed_);
  Answer(0);
  EXPECT_THAT(Received(), StartsWith(kOk));
  EXPECT_TRUE(closed_);
}

TEST_F(ConnectionTest, AnAnswerForAClientThatHasGoneDoesNothing) {
  Open();
  Send(Post("a"));
  client_.Reset();
  Turn();
  EXPECT_TRUE(closed_);
  connection_.reset();
  Answer(0);
}

TEST_F(ConnectionTest, AnAnswerAfterTheLoopHasGoneDoesNothing) {
  Open();
  Send(Post("a"));
  connection_->Close();
  connection_.reset();
  loop_.reset();
  receiver_.Answer(0, HookOutcome::kAccepted);
}

TEST_F(ConnectionTest, AHandshakeHasItsTime) {
  Open(/*hold_handshake=*/true);
  Advance(limits_.handshake - kTick);
  EXPECT_FALSE(closed_);
  Advance(kTick);
  EXPECT_TRUE(closed_);
  EXPECT_EQ(counters_.timed_out_connections, 1u);
}

TEST_F(ConnectionTest, AnIdleConnectionIsClosedWithoutAWord) {
  Open();
  Send(Post("a"));
  Advance(absl::Seconds(5));
  Answer(0);
  Received();
  Advance(limits_.idle - kTick);
  EXPECT_FALSE(closed_) << "it counts from the last answer";
  Advance(kTick);
  EXPECT_TRUE(closed_);
  EXPECT_EQ(Received(), "");
  EXPECT_EQ(counters_.timed_out_connections, 0u);
}

TEST_F(ConnectionTest, AHeadHasItsTimeHoweverItTrickles) {
  limits_.request_rate_grace = absl::Hours(1);
  Open();
  for (const char c : {'G', 'E', 'T'}) {
    Send(std::string(1, c));
    Advance(limits_.head / 4);
  }
  Advance(limits_.head / 4 - kTick);
  EXPECT_EQ(Received(), "");
  Advance(kTick);
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(ended_);
}

TEST_F(ConnectionTest, ABodyHasItsTimeHoweverItTrickles) {
  limits_.request_rate_grace = absl::Hours(1);
  Open();
  const std::string request = Post("a", "", std::string(100, 'x'));
  Send(request.substr(0, request.size() - 90));
  for (int i = 0; i < 3; ++i) {
    Advance(limits_.body / 4);
    Send("x");
  }
  Advance(limits_.body / 4 - kTick);
  EXPECT_EQ(Received(), "");
  Advance(kTick);
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ConnectionTest, AHeadThatStandsStillForTheGraceIsTooSlow) {
  Open();
  Send("POST /v1/hooks/a HTTP/1.1\r\n");
  Advance(limits_.request_rate_grace - kTick);
  EXPECT_EQ(Received(), "");
  Advance(kTick);
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(counters_.timed_out_connections, 1u);
}

TEST_F(ConnectionTest, ABodyAtTheRateIsTaken) {
  limits_.body = absl::Hours(1);
  limits_.min_request_rate = 100;
  Open();
  Send(HeadFor(9000));
  Trickle(100, absl::Seconds(90));
  EXPECT_EQ(receiver_.count(), 1u);
}

TEST_F(ConnectionTest, ABodyAtHalfTheRateIsTooSlow) {
  Open();
  Send(HeadFor(9000));
  // It loses half a second each second, and gets it back only at the end of each.
  Trickle(limits_.min_request_rate / 2, 2 * limits_.request_rate_grace - absl::Seconds(2));
  EXPECT_EQ(Received(), "");
  EXPECT_GT(bodies_.used(), 0u);
  Advance(absl::Seconds(1));
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(bodies_.used(), 0u);
}

TEST_F(ConnectionTest, AByteNowAndThenDoesNotKeepABodyOpen) {
  Open();
  Send(HeadFor(1000));
  Trickle(1, limits_.request_rate_grace);
  Advance(absl::Milliseconds(5));
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ConnectionTest, WhatWaitsForEarlierAnswersIsNotTooSlow) {
  limits_.max_pipelined = 1;
  Open();
  Send(Post("a") + HeadFor(5));
  Advance(2 * limits_.request_rate_grace);
  Answer(0);
  Advance(limits_.request_rate_grace - kTick);
  Send("hello");
  EXPECT_EQ(receiver_.count(), 2u);
}

TEST_F(ConnectionTest, WhoWaitsForContinueIsNotTooSlowBeforeItComes) {
  Open();
  Send(Post("a") + HeadFor(5, "Expect: 100-continue\r\n"));
  Advance(2 * limits_.request_rate_grace);
  Answer(0);
  EXPECT_THAT(Received(), testing::EndsWith("HTTP/1.1 100 Continue\r\n\r\n"));
  Advance(limits_.request_rate_grace - kTick);
  EXPECT_EQ(Received(), "");
  Advance(kTick);
  EXPECT_THAT(Received(), StartsWith("HTTP/1.1 408 ")) << "but from then on";
}

TEST_F(ConnectionTest, ABodyThatFindsRoomIsTaken) {
  ASSERT_TRUE(others_.Hold(9000, 0));
  Open();
  Send(HeadFor(1000));
  Send(std::string(999, 'x'));
  EXPECT_EQ(bodies_.used(), 9999u);
  Send("x");
  EXPECT_EQ(receiver_.count(), 1u);
  EXPECT_EQ(bodies_.used(), 9000u);
}

TEST_F(ConnectionTest, ABodyThatFindsNoRoomIsRefusedBeforeItIsRead) {
  ASSERT_TRUE(others_.Hold(9000, 0));
  Open();
  Send(HeadFor(1001));
  ExpectRefusedForLackOfRoom();
  EXPECT_EQ(bodies_.used(), 9000u);
}

TEST_F(ConnectionTest, WhoAsksFirstIsNotToldToSendABodyThatFindsNoRoom) {
  ASSERT_TRUE(others_.Hold(9000, 0));
  Open();
  Send(HeadFor(1001, "Expect: 100-continue\r\n"));
  ExpectRefusedForLackOfRoom();
}

TEST_F(ConnectionTest, ABodyThatOutgrowsTheRoomIsRefused) {
  ASSERT_TRUE(others_.Hold(9000, 0));
  Open();
  Send("POST /v1/hooks/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  Send("3e8\r\n" + std::string(1000, 'x') + "\r\n");
  EXPECT_EQ(Received(), "");
  Send("1\r\nx\r\n");
  ExpectRefusedForLackOfRoom();
}

TEST_F(ConnectionTest, ThereMustBeRoomForWhatIsAnnouncedBehindAnotherBodysEnd) {
  Open();
  Send(HeadFor(1000) + "hello");
  ASSERT_TRUE(others_.Hold(9000, 0));
  Send(std::string(995, 'x') + HeadFor(1001));
  EXPECT_EQ(receiver_.count(), 1u);
  EXPECT_EQ(counters_.refused_bodies, 1u);
  Answer(0);
  EXPECT_THAT(Received(), HasSubstr("HTTP/1.1 503 "));
}

TEST_F(ConnectionTest, ABodyThatComesWithItsHeadNeedsNoRoom) {
  ASSERT_TRUE(others_.Hold(10000, 0));
  Open();
  Send(Post("a", "", "hello"));
  EXPECT_EQ(receiver_.count(), 1u);
}

TEST_F(ConnectionTest, AClientThatLeavesGivesItsRoomBack) {
  Open();
  Send(HeadFor(1000) + "hello");
  EXPECT_EQ(bodies_.used(), 5u);
  client_.Reset();
  Turn();
  connection_.reset();
  EXPECT_EQ(bodies_.used(), 0u);
}

TEST_F(ConnectionTest, AReceiverThatNeverAnswersIs503AndTheLateAnswerIsDropped) {
  Open();
  Send(Post("a"));
  Advance(limits_.answer - kTick);
  EXPECT_EQ(Received(), "");
  Advance(kTick);
  const std::string all = Received();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(all, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(counters_.unavailable, 1u);
  EXPECT_EQ(counters_.late_answers, 1u);
  Answer(0);
  EXPECT_EQ(Received(), "");
}

TEST_F(ConnectionTest, AConnectionIsParkedWhileNothingOfARequestIsThereOrDue) {
  Open(/*hold_handshake=*/true);
  EXPECT_EQ(counters_.parked_connections, 0u);
  connection_->Close();
  Open();
  EXPECT_EQ(counters_.parked_connections, 1u);
  const std::string request = Post("a", "", "hello");
  Send(request.substr(0, 5));
  EXPECT_EQ(counters_.parked_connections, 0u);
  Send(request.substr(5));
  EXPECT_EQ(counters_.parked_connections, 0u);
  Answer(0);
  EXPECT_EQ(counters_.parked_connections, 1u);
  connection_->Close();
  EXPECT_EQ(counters_.parked_connections, 0u);
}

TEST_F(ConnectionTest, ARequestIsTimedFromItsFirstByteToItsLastAndThenToItsAnswer) {
  Open();
  const std::string request = Post("a", "", "hello");
  Advance(absl::Seconds(7));
  Send(request.substr(0, 5));
  Advance(absl::Seconds(1));
  Send(request.substr(5, request.size() - 6));
  Advance(absl::Seconds(2));
  Send("o" + Get("/healthz"));
  Advance(absl::Milliseconds(30));
  Answer(0);
  HttpStats stats;
  counters_.AddTo(&stats);
  EXPECT_EQ(stats.read.count(), 2u);
  EXPECT_EQ(stats.read.sum, absl::Seconds(3)) << "the second came in one piece";
  EXPECT_EQ(stats.answer.count(), 1u);
  EXPECT_EQ(stats.answer.sum, absl::Milliseconds(30));
}

TEST_F(ConnectionTest, RequestsThatComeInOnePieceTakeNoTimeEach) {
  Open();
  Advance(absl::Seconds(7));
  Send(Get("/healthz") + Get("/healthz"));
  Advance(absl::Seconds(7));
  Send(Get("/healthz"));
  HttpStats stats;
  counters_.AddTo(&stats);
  EXPECT_EQ(stats.read.count(), 3u);
  EXPECT_EQ(stats.read.sum, absl::ZeroDuration());
  EXPECT_EQ(stats.answer.count(), 0u) << "they are no webhooks";
}

TEST_F(ConnectionTest, WhatIsReceivedIsCountedInBytes) {
  Open();
  const uint64_t before = counters_.received_bytes;
  Send(Post("a"));
  EXPECT_EQ(counters_.received_bytes - before, Post("a").size());
}

TEST_F(ConnectionTest, DrainingClosesAnIdleConnectionAtOnce) {
  Open();
  connection_->Drain();
  Turn();
  EXPECT_EQ(Received(), "");
  EXPECT_TRUE(ended_);
}

TEST_F(ConnectionTest, DrainingAnswersWhatIsInFlightAndCloses) {
  Open();
  Send(Post("a"));
  connection_->Drain();
  Send(Post("b"));
  EXPECT_EQ(receiver_.count(), 1u);
  Answer(0);
  EXPECT_THAT(Received(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(ended_);
}

TEST_F(ConnectionTest, DrainingTakesTheRestOfARequestThatHasBegun) {
  Open();
  const std::string request = Post("a", "", "hello");
  Send(request.substr(0, request.size() - 1));
  connection_->Drain();
  Send("o");
  ASSERT_EQ(receiver_.count(), 1u);
  Answer(0);
  EXPECT_THAT(Received(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(ended_);
}

}  // namespace
}  // namespace fluxcascade::edge
