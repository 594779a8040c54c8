#include "edge/receive/verifying_receiver.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/crypto/keyring.h"
#include "common/logging/limited_log.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/time/fake_clock.h"
#include "edge/log/fake_event_log.h"
#include "edge/receive/commit_waiter.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kToken[] = "AAAAAAAAAAAAAAAAAAAAAA";
constexpr char kUnknownToken[] = "BBBBBBBBBBBBBBBBBBBBBA";

using Headers = std::vector<std::pair<std::string, std::string>>;

// As the framer makes it: views into `head`.
RequestFrame FrameOf(const std::string& query, const Headers& headers, std::string body) {
  RequestFrame frame;
  std::string text = "POST" + query;
  for (const auto& [name, value] : headers) text += name + value;
  frame.head.assign(text.begin(), text.end());
  absl::string_view rest(frame.head.data(), frame.head.size());
  const auto take = [&rest](size_t size) {
    const absl::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  };
  frame.method = take(4);
  if (!query.empty()) frame.query = take(query.size()).substr(1);
  for (const auto& [name, value] : headers) {
    const absl::string_view name_view = take(name.size());
    frame.headers.push_back({name_view, take(value.size())});
  }
  frame.body = std::move(body);
  return frame;
}

class VerifyingReceiverTest : public testing::Test {
 protected:
  // One hook that wants a password, takes 100 bytes and logs x-id.
  void Configure(const RateLimit& rate = {}, absl::Time not_after = absl::InfiniteFuture()) {
    v1::Config config;
    config.set_version(1);
    v1::Hook* hook = config.add_hooks();
    hook->set_id("hook-1");
    hook->set_token(kToken);
    hook->set_public_url("https://hooks.example.com/v1/hooks/" + std::string(kToken));
    hook->set_max_body_bytes(100);
    hook->add_logged_headers("x-id");
    *hook->add_required() = Basic("password", password_);
    if (commit_wait_.has_value()) {
      hook->mutable_ack()->set_mode(v1::AckRule::MODE_CONTROL_PLANE);
      *hook->mutable_ack()->mutable_fallback_after() = ToProto(*commit_wait_);
    }
    if (quarantine_rule_.has_value()) *hook->mutable_quarantine() = *quarantine_rule_;
    if (not_after != absl::InfiniteFuture()) *hook->mutable_not_after() = ToProto(not_after);
    hooks_.Replace(*HookTable::Build(config, 1000, hooks_.Get().get(), rate));
  }

  // A hook that waits for the control plane's commit.
  void ConfigureWait(absl::Duration wait = absl::Seconds(2)) {
    commit_wait_ = wait;
    Configure();
  }
  const HookCounters& OfHook() const { return *hooks_.Get()->Find(kToken, clock_.Now())->counters; }

  // The same hook, whose sender signs and numbers its messages. `secrets`: any of these.
  void ConfigureIds(const std::vector<v1::Secret>& secrets = {TestSecret()}) {
    v1::DigestRecipe recipe = StandardWebhook();
    recipe.clear_secrets();
    for (const v1::Secret& secret : secrets) *recipe.add_secrets() = secret;
    v1::Config config;
    config.set_version(1);
    v1::Hook* hook = config.add_hooks();
    hook->set_id("hook-1");
    hook->set_token(kToken);
    hook->set_public_url(kTestUrl);
    *hook->add_required() = Labelled("v1", recipe);
    if (commit_wait_.has_value()) {
      hook->mutable_ack()->set_mode(v1::AckRule::MODE_CONTROL_PLANE);
      *hook->mutable_ack()->mutable_fallback_after() = ToProto(*commit_wait_);
    }
    hooks_.Replace(*HookTable::Build(config, 1000));
  }

  static v1::Secret TestSecret() {
    v1::Secret secret;
    secret.set_value(kTestSecret);
    return secret;
  }

  // As at the present moment.
  HookOutcome SendMessage(const std::string& id, std::string body = "[]",
                          const std::string& secret = kTestSecret) {
    const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(clock_.Now()));
    OwnedRequest request{.headers = {{"webhook-id", id}}, .body = body};
    const std::string signature =
        SenderForTest(StandardWebhook(), kTestUrl).HeaderValue(request.View(), timestamp, {secret});
    outcome_.reset();
    Send(kToken,
         {{"webhook-id", id}, {"webhook-timestamp", timestamp}, {"webhook-signature", signature}},
         std::move(body));
    return outcome_.value_or(HookOutcome::kNotConfigured);
  }

  static Headers RightPassword() {
    return {{"Authorization", "Basic " + Base64Encode("hook:not-a-secret")}};
  }

  void Send(absl::string_view token, const Headers& headers, std::string body = "[]",
            const std::string& query = "") {
    HookRequest request{.frame = FrameOf(query, headers, std::move(body)),
                        .token = token,
                        .peer = *SocketAddress::Parse("192.0.2.7:4711")};
    receiver_.Receive(std::move(request), [this](HookOutcome outcome) {
      ++answers_;
      outcome_ = outcome;
    });
  }

  void KeepRefused() {
    quarantine_rule_.emplace();
    quarantine_rule_->set_max_requests(10);
    quarantine_rule_->set_max_bytes(1 << 20);
  }

  v1::QuarantineResult Release() {
    v1::ReleaseQuarantine ask;
    ask.set_hook_id("hook-1");
    ask.set_mode(v1::ReleaseQuarantine::MODE_RELEASE);
    quarantine_.Ask(ask);
    for (int i = 0; i < 3; ++i) quarantine_.Work(clock_.Monotonic());
    const std::vector<v1::QuarantineResult> results = quarantine_.TakeResults();
    EXPECT_EQ(results.size(), 1);
    return results.empty() ? v1::QuarantineResult() : results[0];
  }

  std::vector<v1::LoggedRequest> Logged() {
    v1::Pull pull;
    pull.set_log_id(log_.State().log_id());
    pull.set_max_bytes(1 << 20);
    v1::PullError error;
    return log_.Read(pull, &error)->requests;
  }

  FakeClock clock_;
  FakeEventLog log_;
  ActiveHookTable hooks_;
  RejectionRing rejections_{{}};
  EdgeCounters counters_;
  LimitedLog notices_{clock_, {.lines = 1}};
  FakeRandom random_;
  Quarantine quarantine_{
      {.folder = absl::StrCat(testing::TempDir(), "/",
                              testing::UnitTest::GetInstance()->current_test_info()->name()),
       .max_bytes = 1 << 20},
      *Keyring::Parse(Keyring::NewKeyLine("k1", random_), random_),
      {.hooks = hooks_, .log = log_, .notices = notices_, .clock = clock_}};
  CommitWaiter commits_{{.max_waiting = 2, .max_wait = absl::Seconds(15)}};
  VerifyingReceiver receiver_{hooks_,    log_,   commits_, rejections_,
                              counters_, clock_, notices_, &quarantine_};
  std::string password_ = "hook:not-a-secret";
  std::optional<v1::QuarantineRule> quarantine_rule_;
  std::optional<absl::Duration> commit_wait_;
  int answers_ = 0;
  std::optional<HookOutcome> outcome_;
};

TEST_F(VerifyingReceiverTest, WithoutAConfigurationNothingIsJudged) {
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kNotConfigured);
  EXPECT_EQ(counters_.unavailable, 1);
  EXPECT_EQ(counters_.rejected, 0);
  EXPECT_THAT(rejections_.Take(10, clock_.Now()), IsEmpty());
}

TEST_F(VerifyingReceiverTest, AVerifiedRequestIsLoggedWithWhatTheHookAsksFor) {
  Configure();
  Headers headers = RightPassword();
  headers.insert(headers.end(), {{"X-Id", "7"}, {"X-Other", "no"}, {"x-id", "8"}, {"Cookie", "c"}});
  Send(kToken, headers, "[1]", "?a=%2F");
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  EXPECT_EQ(counters_.accepted, 1);

  const auto logged = Logged();
  ASSERT_EQ(logged.size(), 1);
  EXPECT_EQ(logged[0].hook_id(), "hook-1");
  EXPECT_EQ(logged[0].body(), "[1]");
  EXPECT_EQ(logged[0].query(), "a=%2F");
  EXPECT_EQ(FromProto(logged[0].receive_time()), clock_.Now());
  EXPECT_THAT(logged[0].verified_by(), ElementsAre("password"));
  ASSERT_EQ(logged[0].headers_size(), 2);
  EXPECT_EQ(logged[0].headers(0).name(), "x-id");
  EXPECT_EQ(logged[0].headers(0).value(), "7");
  EXPECT_EQ(logged[0].headers(1).value(), "8");
}

TEST_F(VerifyingReceiverTest, NothingIsAnsweredBeforeTheLogHasIt) {
  Configure();
  log_.Hold();
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, std::nullopt);
  EXPECT_EQ(counters_.accepted, 0);
  log_.Release();
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  EXPECT_EQ(answers_, 1);
}

TEST_F(VerifyingReceiverTest, AHookThatWaitsIsAnsweredOnceTheControlPlaneHasCommitted) {
  ConfigureWait();
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, std::nullopt);
  EXPECT_EQ(counters_.accepted, 1) << "it is durable";
  EXPECT_EQ(OfHook().count(HookOutcome::kAccepted), 0);
  clock_.Advance(absl::Milliseconds(30));
  commits_.CommittedThrough(1);
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  EXPECT_EQ(OfHook().count(HookOutcome::kAccepted), 1);
  EXPECT_EQ(counters_.local_fallbacks, 0);
  HistogramReading commit;
  counters_.commit.AddTo(&commit);
  EXPECT_EQ(commit.count(), 1);
  EXPECT_EQ(commit.sum, absl::Milliseconds(30));
}

TEST_F(VerifyingReceiverTest, ItIsAnsweredWithoutThatWhenItsTimeIsUpAndCounted) {
  ConfigureWait(absl::Seconds(2));
  log_.Hold();
  Send(kToken, RightPassword());
  // What the disk took counts, too: the sender waits for all of it.
  clock_.Advance(absl::Seconds(1));
  log_.Release();
  EXPECT_EQ(commits_.RunDue(clock_.Monotonic()), clock_.Monotonic() + absl::Seconds(1));
  EXPECT_EQ(outcome_, std::nullopt);
  clock_.Advance(absl::Seconds(1));
  commits_.RunDue(clock_.Monotonic());
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  EXPECT_EQ(counters_.local_fallbacks, 1);
  EXPECT_EQ(OfHook().local_fallbacks(), 1);
  commits_.CommittedThrough(1);
  EXPECT_EQ(answers_, 1);
  HistogramReading commit;
  counters_.commit.AddTo(&commit);
  EXPECT_EQ(commit.count(), 0);
}

TEST_F(VerifyingReceiverTest, OneThatIsOneTooManyIsAnsweredAtOnceAndCounted) {
  ConfigureWait();
  for (int i = 0; i < 2; ++i) Send(kToken, RightPassword());
  EXPECT_EQ(answers_, 0);
  Send(kToken, RightPassword());
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  EXPECT_EQ(OfHook().local_fallbacks(), 1);
}

TEST_F(VerifyingReceiverTest, WhatTheLogDoesNotTakeIsWaitedForByNobody) {
  ConfigureWait();
  log_.FailWith(absl::ResourceExhaustedError("full"));
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kUnavailable);
  EXPECT_EQ(commits_.waiting(), 0);
}

TEST_F(VerifyingReceiverTest, ACopyOfWhatWaitsIsNotAnsweredAsTaken) {
  commit_wait_ = absl::Seconds(2);
  ConfigureIds();
  SendMessage("msg_1");
  EXPECT_EQ(answers_, 0);
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kUnavailable);
  commits_.CommittedThrough(1);
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kDuplicate);
  EXPECT_EQ(Logged().size(), 1);
}

TEST_F(VerifyingReceiverTest, WhatTheLogDoesNotTakeIsUnavailable) {
  Configure();
  log_.FailWith(absl::ResourceExhaustedError("full"));
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kUnavailable);
  EXPECT_EQ(counters_.unavailable, 1);
  EXPECT_EQ(counters_.accepted, 0);
  EXPECT_EQ(answers_, 1);
}

TEST_F(VerifyingReceiverTest, AWrongPasswordIsRejectedAndKept) {
  Configure();
  Send(kToken, {{"Authorization", "Basic " + Base64Encode("hook:wrong")}}, "forged");
  EXPECT_EQ(outcome_, HookOutcome::kUnauthorized);
  EXPECT_EQ(counters_.rejected, 1);
  EXPECT_THAT(Logged(), IsEmpty());

  const auto rejections = rejections_.Take(10, clock_.Now());
  ASSERT_EQ(rejections.size(), 1);
  EXPECT_EQ(rejections[0].hook_id(), "hook-1");
  EXPECT_EQ(rejections[0].recipe_label(), "password");
  EXPECT_EQ(rejections[0].reason(), v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH);
  EXPECT_EQ(rejections[0].remote_address(), "192.0.2.7");
  EXPECT_EQ(rejections[0].body_preview(), "forged");
  EXPECT_EQ(FromProto(rejections[0].receive_time()), clock_.Now());
}

TEST_F(VerifyingReceiverTest, AHookThatAsksForItKeepsWholeWhatACorrectedSecretMends) {
  KeepRefused();
  password_ = "hook:a-slip-of-the-keyboard";
  Configure();
  Headers headers = RightPassword();
  headers.emplace_back("X-Id", "7");
  Send(kToken, headers, "[1]", "?a=%2F");
  EXPECT_EQ(outcome_, HookOutcome::kUnauthorized);
  const absl::Time received = clock_.Now();
  clock_.Advance(absl::Hours(1));
  password_ = "hook:not-a-secret";
  Configure();
  EXPECT_EQ(Release().released(), 1u);
  const auto logged = Logged();
  ASSERT_EQ(logged.size(), 1);
  EXPECT_EQ(logged[0].body(), "[1]");
  EXPECT_EQ(logged[0].query(), "a=%2F");
  EXPECT_EQ(FromProto(logged[0].receive_time()), received);
  ASSERT_EQ(logged[0].headers_size(), 1);
  EXPECT_EQ(logged[0].headers(0).value(), "7");
  EXPECT_EQ(rejections_.Take(10, clock_.Now())[0].body_preview(), "[1]") << "told of as ever";
  EXPECT_EQ(counters_.rejected, 1);
}

TEST_F(VerifyingReceiverTest, WithoutASecretNothingIsKept) {
  KeepRefused();
  Configure();
  Send(kToken, {});
  Send(kUnknownToken, RightPassword());
  Send(kToken, RightPassword(), std::string(101, 'b'));
  EXPECT_EQ(Release().remaining(), 0u);
}

TEST_F(VerifyingReceiverTest, AHookThatDoesNotAskForItKeepsNothing) {
  Configure();
  Send(kToken, {{"Authorization", "Basic " + Base64Encode("hook:wrong")}});
  EXPECT_EQ(Release().remaining(), 0u);
}

TEST_F(VerifyingReceiverTest, AnUnknownTokenEndsLikeAWrongSignature) {
  Configure();
  Send(kUnknownToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kUnauthorized);
  EXPECT_EQ(counters_.rejected, 1);
  EXPECT_THAT(Logged(), IsEmpty());

  const auto rejections = rejections_.Take(10, clock_.Now());
  ASSERT_EQ(rejections.size(), 1);
  EXPECT_EQ(rejections[0].hook_id(), "");
  EXPECT_EQ(rejections[0].reason(), v1::RejectedRequest::REASON_UNKNOWN_TOKEN);
}

TEST_F(VerifyingReceiverTest, AHookWhoseTimeIsOverIsUnknown) {
  Configure({}, clock_.Now());
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  clock_.Advance(absl::Microseconds(1));
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kUnauthorized);
  EXPECT_EQ(rejections_.Take(10, clock_.Now())[0].reason(),
            v1::RejectedRequest::REASON_UNKNOWN_TOKEN);
}

TEST_F(VerifyingReceiverTest, ABodyAtTheHooksLimitIsTakenAndOneByteMoreIsNot) {
  Configure();
  Send(kToken, RightPassword(), std::string(100, 'b'));
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  Send(kToken, RightPassword(), std::string(101, 'b'));
  EXPECT_EQ(outcome_, HookOutcome::kPayloadTooLarge);
  EXPECT_EQ(Logged().size(), 1);
}

TEST_F(VerifyingReceiverTest, WhoKnowsNoSecretDoesNotLearnAHooksLimit) {
  Configure();
  Send(kToken, {}, std::string(101, 'b'));
  EXPECT_EQ(outcome_, HookOutcome::kUnauthorized);
}

TEST_F(VerifyingReceiverTest, WhatBecomesOfRequestsIsCountedByHook) {
  Configure();
  const std::shared_ptr<const HookTable> hooks = hooks_.Get();
  const HookCounters& hook = *hooks->Find(kToken, clock_.Now())->counters;
  Send(kToken, RightPassword());
  Send(kToken, {});
  Send(kToken, RightPassword(), std::string(101, 'b'));
  Send(kUnknownToken, RightPassword());
  EXPECT_EQ(hook.count(HookOutcome::kAccepted), 1u);
  EXPECT_EQ(hook.count(HookOutcome::kUnauthorized), 1u);
  EXPECT_EQ(hook.count(HookOutcome::kPayloadTooLarge), 1u);
  EXPECT_EQ(counters_.no_hook.count(HookOutcome::kUnauthorized), 1u);
}

TEST_F(VerifyingReceiverTest, RefusalsAreCountedByTheirReason) {
  Configure();
  Send(kToken, {});
  Send(kUnknownToken, RightPassword());
  EXPECT_EQ(counters_.rejected_for[v1::RejectedRequest::REASON_CREDENTIALS_MISSING], 1u);
  EXPECT_EQ(counters_.rejected_for[v1::RejectedRequest::REASON_UNKNOWN_TOKEN], 1u);
}

TEST_F(VerifyingReceiverTest, EachVerificationIsTimedAndNothingElse) {
  Configure();
  Send(kToken, RightPassword());
  Send(kToken, {});
  Send(kUnknownToken, RightPassword());
  HistogramReading reading;
  counters_.verify.AddTo(&reading);
  EXPECT_EQ(reading.count(), 2u);
}

TEST_F(VerifyingReceiverTest, ALogThatTakesNothingIsToldOfButNotForEachRequest) {
  Configure();
  log_.FailWith(absl::ResourceExhaustedError("full"));
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) Send(kToken, RightPassword());
  clock_.Advance(absl::Minutes(1));
  Send(kToken, RightPassword());
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 2) << written;
  EXPECT_THAT(written, HasSubstr("full"));
  EXPECT_THAT(written, HasSubstr("\"left_out\":2"));
}

TEST_F(VerifyingReceiverTest, ACompressedBodyIsKeptAsItCameWithItsCoding) {
  Configure();
  Headers headers = RightPassword();
  headers.emplace_back("Content-Encoding", "gzip");
  const std::string body("\x1f\x8b\x08\x00packed", 10);
  Send(kToken, headers, body);
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  ASSERT_EQ(Logged().size(), 1);
  EXPECT_EQ(Logged()[0].body(), body);
  ASSERT_EQ(Logged()[0].headers_size(), 1);
  EXPECT_EQ(Logged()[0].headers(0).name(), "content-encoding");
  EXPECT_EQ(Logged()[0].headers(0).value(), "gzip");
}

TEST_F(VerifyingReceiverTest, AHookTakesItsRateAndNotOneMore) {
  Configure({.requests_per_second = 2});
  for (int i = 0; i < 2; ++i) {
    Send(kToken, RightPassword());
    EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  }
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kRateLimited);
  EXPECT_EQ(counters_.rate_limited, 1);
  EXPECT_EQ(Logged().size(), 2);
  clock_.Advance(absl::Seconds(1));
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
}

TEST_F(VerifyingReceiverTest, ForgedRequestsUseUpNothingAndAreAnsweredAsEver) {
  Configure({.requests_per_second = 1});
  for (int i = 0; i < 10; ++i) {
    Send(kToken, {{"Authorization", "Basic " + Base64Encode("hook:wrong")}});
    EXPECT_EQ(outcome_, HookOutcome::kUnauthorized);
  }
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  Send(kToken, RightPassword());
  ASSERT_EQ(outcome_, HookOutcome::kRateLimited);
  Send(kToken, {{"Authorization", "Basic " + Base64Encode("hook:wrong")}});
  EXPECT_EQ(outcome_, HookOutcome::kUnauthorized) << "a forger does not learn of the limit";
}

TEST_F(VerifyingReceiverTest, AReplacedConfigurationFillsNoBucket) {
  Configure({.requests_per_second = 1});
  Send(kToken, RightPassword());
  Configure({.requests_per_second = 1});
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kRateLimited);
}

TEST_F(VerifyingReceiverTest, AReplacedConfigurationCountsFromTheNextRequest) {
  Configure();
  v1::Config empty;
  empty.set_version(2);
  hooks_.Replace(*HookTable::Build(empty, 1000));
  Send(kToken, RightPassword());
  EXPECT_EQ(outcome_, HookOutcome::kUnauthorized);
}

TEST_F(VerifyingReceiverTest, AMessageThatWasTakenIsNotLoggedAgain) {
  ConfigureIds();
  EXPECT_EQ(SendMessage("msg_1", "[1]"), HookOutcome::kAccepted);
  EXPECT_EQ(SendMessage("msg_1", "[1]"), HookOutcome::kDuplicate);
  EXPECT_EQ(Logged().size(), 1);
  EXPECT_EQ(counters_.accepted, 1);
  EXPECT_EQ(counters_.duplicates, 1);
  EXPECT_EQ(counters_.rejected, 0);

  const auto rejections = rejections_.Take(10, clock_.Now());
  ASSERT_EQ(rejections.size(), 1);
  EXPECT_EQ(rejections[0].hook_id(), "hook-1");
  EXPECT_EQ(rejections[0].recipe_label(), "v1");
  EXPECT_EQ(rejections[0].reason(), v1::RejectedRequest::REASON_REPLAYED);
  EXPECT_EQ(rejections[0].body_preview(), "[1]");
}

TEST_F(VerifyingReceiverTest, AnotherIdOrAnotherBodyIsAnotherMessage) {
  ConfigureIds();
  EXPECT_EQ(SendMessage("msg_1", "[1]"), HookOutcome::kAccepted);
  EXPECT_EQ(SendMessage("msg_2", "[1]"), HookOutcome::kAccepted);
  EXPECT_EQ(SendMessage("msg_1", "[2]"), HookOutcome::kAccepted);
  EXPECT_EQ(Logged().size(), 3);
  EXPECT_EQ(counters_.duplicates, 0);
}

TEST_F(VerifyingReceiverTest, AForgeryDoesNotUseUpAnId) {
  ConfigureIds();
  EXPECT_EQ(SendMessage("msg_1", "[1]", "another secret"), HookOutcome::kUnauthorized);
  EXPECT_EQ(SendMessage("msg_1", "[1]"), HookOutcome::kAccepted);
  EXPECT_EQ(Logged().size(), 1);
}

TEST_F(VerifyingReceiverTest, WhatTheLogDidNotTakeMayComeAgain) {
  ConfigureIds();
  log_.FailWith(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kUnavailable);
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kUnavailable);
  log_.FailWith(absl::OkStatus());
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kAccepted);
  EXPECT_EQ(Logged().size(), 1);
  EXPECT_EQ(counters_.duplicates, 0);
}

TEST_F(VerifyingReceiverTest, OfTwoCopiesAtOnceTheSecondComesAgain) {
  ConfigureIds();
  log_.Hold();
  SendMessage("msg_1");
  EXPECT_EQ(answers_, 0);
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kUnavailable);
  EXPECT_EQ(log_.waiting(), 1);
  log_.Release();
  EXPECT_EQ(outcome_, HookOutcome::kAccepted);
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kDuplicate);
  EXPECT_EQ(Logged().size(), 1);
}

TEST_F(VerifyingReceiverTest, OfTwoCopiesAtOnceOfWhichTheFirstFailsTheSecondMayComeAgain) {
  ConfigureIds();
  log_.Hold();
  SendMessage("msg_1");
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kUnavailable);
  log_.FailWith(absl::UnavailableError("a write failed"));
  EXPECT_EQ(outcome_, HookOutcome::kUnavailable);
  log_.FailWith(absl::OkStatus());
  log_.Release();
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kAccepted);
  EXPECT_EQ(Logged().size(), 1);
}

TEST_F(VerifyingReceiverTest, AHookRemembersFromOneConfigurationToTheNext) {
  ConfigureIds();
  SendMessage("msg_1");
  ConfigureIds();
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kDuplicate);
  EXPECT_EQ(Logged().size(), 1);
}

TEST_F(VerifyingReceiverTest, AfterItsWindowAnIdIsNewAgain) {
  ConfigureIds();
  SendMessage("msg_1");
  clock_.Advance(absl::Minutes(5) + absl::Seconds(1));
  EXPECT_EQ(SendMessage("msg_1"), HookOutcome::kAccepted);
  EXPECT_EQ(Logged().size(), 2);
}

// The sender may change at any moment between the two configurations, and may have changed before
// the last one.
TEST_F(VerifyingReceiverTest, ASecretIsRotatedWithoutARefusedRequest) {
  const auto with_end = [](v1::Secret secret, absl::Time end) {
    *secret.mutable_not_after() = ToProto(end);
    return secret;
  };
  v1::Secret next;
  next.set_value("next");
  int sent = 0;
  const auto send = [&](const std::string& secret) {
    EXPECT_EQ(SendMessage(absl::StrCat(++sent), "[]", secret), HookOutcome::kAccepted) << sent;
  };
  ConfigureIds({TestSecret()});
  send(kTestSecret);
  ConfigureIds({with_end(TestSecret(), clock_.Now() + absl::Minutes(1)), next});
  send(kTestSecret);
  send("next");
  clock_.Advance(absl::Minutes(1));
  send(kTestSecret);
  send("next");
  ConfigureIds({next});
  send("next");
  EXPECT_EQ(Logged().size(), sent);
  EXPECT_EQ(counters_.rejected, 0);

  EXPECT_EQ(SendMessage("late", "[]", kTestSecret), HookOutcome::kUnauthorized);
}

}  // namespace
}  // namespace fluxcascade::edge
