#include "edge/quarantine/quarantine.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "edge/log/fake_event_log.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kHook[] = "hook-1";
constexpr char kWrongSecret[] = "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz";

v1::QuarantineRule Rule(uint32_t max_requests = 10000) {
  v1::QuarantineRule rule;
  rule.set_max_requests(max_requests);
  rule.set_max_bytes(64 << 20);
  return rule;
}

class QuarantineTest : public testing::Test {
 protected:
  QuarantineTest() {
    Configure(kWrongSecret);
    Open();
  }

  void Open() {
    quarantine_.reset();
    quarantine_ = std::make_unique<Quarantine>(
        QuarantineStore::Options{.folder = folder_, .max_bytes = 64 << 20},
        *Keyring::Parse(keys_, random_),
        Quarantine::Edge{.hooks = hooks_, .log = log_, .notices = notices_, .clock = clock_});
    Work();
  }

  // One hook, whose sender signs the time.
  void Configure(const std::string& secret, bool with_rule = true,
                 v1::DigestRecipe recipe = TimedHmac()) {
    recipe.mutable_secrets(0)->set_value(secret);
    v1::Config config;
    config.set_version(++version_);
    v1::Hook* hook = config.add_hooks();
    hook->set_id(kHook);
    hook->set_token("AAAAAAAAAAAAAAAAAAAAAA");
    hook->set_public_url(kTestUrl);
    hook->add_logged_headers("x-id");
    *hook->add_required() = Labelled("v3", recipe);
    if (with_rule) *hook->mutable_quarantine() = Rule();
    hooks_.Replace(*HookTable::Build(config, 1 << 20));
  }

  static void AddHeader(const std::string& name, const std::string& value,
                        v1::QuarantinedRequest& request) {
    v1::Header& header = *request.add_headers();
    header.set_name(name);
    header.set_value(value);
  }

  // A request that was received now, signed now with the secret that its sender has.
  v1::QuarantinedRequest Request(const std::string& body, const std::string& secret = kTestSecret) {
    OwnedRequest request{.query = "a=1", .body = body};
    const std::string timestamp = absl::StrCat(absl::ToUnixMillis(clock_.Now()));
    v1::QuarantinedRequest kept;
    kept.set_hook_id(kHook);
    *kept.mutable_receive_time() = ToProto(clock_.Now());
    kept.set_method("POST");
    kept.set_query("a=1");
    AddHeader("X-Request-Timestamp", timestamp, kept);
    AddHeader("X-Signature-V3",
              SenderForTest(TimedHmac(), kTestUrl).HeaderValue(request.View(), timestamp, {secret}),
              kept);
    AddHeader("X-Id", "7", kept);
    AddHeader("Cookie", "c", kept);
    kept.set_body(body);
    kept.set_reason(v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
    return kept;
  }

  // The same of a sender that numbers its messages.
  v1::QuarantinedRequest Message(const std::string& id, const std::string& body) {
    OwnedRequest request{.headers = {{"webhook-id", id}}, .body = body};
    const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(clock_.Now()));
    v1::QuarantinedRequest kept;
    kept.set_hook_id(kHook);
    *kept.mutable_receive_time() = ToProto(clock_.Now());
    kept.set_method("POST");
    AddHeader("webhook-id", id, kept);
    AddHeader("webhook-timestamp", timestamp, kept);
    AddHeader("webhook-signature",
              SenderForTest(StandardWebhook(), kTestUrl)
                  .HeaderValue(request.View(), timestamp, {kTestSecret}),
              kept);
    kept.set_body(body);
    return kept;
  }

  void Keep(const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) {
      quarantine_->Keep(Request(body), Rule());
      clock_.Advance(absl::Seconds(1));
    }
    Work();
  }

  // All that falls due meanwhile.
  void Work(absl::Duration during = Quarantine::kWriteInterval) {
    const absl::Duration end = clock_.Monotonic() + during;
    while (clock_.Monotonic() <= end) {
      const absl::Duration next = quarantine_->Work(clock_.Monotonic());
      if (next > clock_.Monotonic()) clock_.Advance(next - clock_.Monotonic());
    }
  }

  static v1::ReleaseQuarantine AskFor(v1::ReleaseQuarantine::Mode mode) {
    v1::ReleaseQuarantine ask;
    ask.set_request_id("ask-1");
    ask.set_hook_id(kHook);
    ask.set_mode(mode);
    return ask;
  }

  v1::QuarantineResult ResultOf(const v1::ReleaseQuarantine& ask) {
    quarantine_->Ask(ask);
    Work(absl::Seconds(1));
    const std::vector<v1::QuarantineResult> results = quarantine_->TakeResults();
    EXPECT_EQ(results.size(), 1u);
    return results.empty() ? v1::QuarantineResult() : results[0];
  }
  // Of three, while the log takes its time.
  void BeginLongRelease() {
    Keep({"one", "two", "three"});
    Configure(kTestSecret);
    log_.Hold();
    quarantine_->Ask(AskFor(v1::ReleaseQuarantine::MODE_RELEASE));
    Work(absl::Seconds(1));
  }
  v1::QuarantineResult Release() { return ResultOf(AskFor(v1::ReleaseQuarantine::MODE_RELEASE)); }

  std::vector<v1::LoggedRequest> Logged() {
    v1::Pull pull;
    pull.set_log_id(log_.State().log_id());
    pull.set_max_bytes(2 << 20);
    v1::PullError error;
    return log_.Read(pull, &error)->requests;
  }
  std::vector<std::string> LoggedBodies() {
    std::vector<std::string> bodies;
    for (const v1::LoggedRequest& request : Logged()) bodies.push_back(request.body());
    return bodies;
  }

  const std::string folder_ = absl::StrCat(
      testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name());
  FakeClock clock_;
  FakeRandom random_;
  const std::string keys_ = Keyring::NewKeyLine("k1", random_);
  FakeEventLog log_;
  ActiveHookTable hooks_;
  LimitedLog notices_{clock_};
  int64_t version_ = 0;
  std::unique_ptr<Quarantine> quarantine_;
};

TEST_F(QuarantineTest, WithTheRightSecretAllAreReleasedInTheOrderInWhichTheyCame) {
  const absl::Time received = clock_.Now();
  Keep({"one", "two", "three"});
  clock_.Advance(absl::Hours(12));
  Configure(kTestSecret);
  const v1::QuarantineResult result = Release();
  EXPECT_EQ(result.request_id(), "ask-1");
  EXPECT_EQ(result.released(), 3u);
  EXPECT_EQ(result.remaining(), 0u);
  EXPECT_EQ(result.error(), "");
  EXPECT_THAT(LoggedBodies(), ElementsAre("one", "two", "three"));
  EXPECT_EQ(quarantine_->stats().requests, 0u);
  EXPECT_EQ(quarantine_->stats().released, 3u);
  EXPECT_EQ(quarantine_->stats().dropped, 0u);

  const v1::LoggedRequest first = Logged()[0];
  EXPECT_EQ(first.hook_id(), kHook);
  EXPECT_EQ(FromProto(first.receive_time()), received);
  EXPECT_EQ(first.query(), "a=1");
  EXPECT_THAT(first.verified_by(), ElementsAre("v3"));
  ASSERT_EQ(first.headers_size(), 1) << "what the hook asks for, and nothing else";
  EXPECT_EQ(first.headers(0).name(), "x-id");
}

TEST_F(QuarantineTest, ASecondReleaseFindsNothing) {
  Keep({"one"});
  Configure(kTestSecret);
  EXPECT_EQ(Release().released(), 1u);
  EXPECT_EQ(Release().released(), 0u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("one"));
}

TEST_F(QuarantineTest, WhatStillDoesNotVerifyStaysAndIsCountedByReason) {
  Keep({"one"});
  quarantine_->Keep(Request("forged", "somebody's guess"), Rule());
  quarantine_->Keep(Request("also forged", "another guess"), Rule());
  Configure(kTestSecret);
  const v1::QuarantineResult result = Release();
  EXPECT_EQ(result.released(), 1u);
  ASSERT_EQ(result.refused_size(), 1);
  EXPECT_EQ(result.refused(0).reason(), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
  EXPECT_EQ(result.refused(0).count(), 2u);
  EXPECT_EQ(result.remaining(), 2u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("one"));
}

TEST_F(QuarantineTest, ATimestampIsJudgedByTheTimeOfReceipt) {
  v1::QuarantinedRequest stale = Request("stale");
  *stale.mutable_receive_time() = ToProto(clock_.Now() + absl::Minutes(5) + absl::Milliseconds(1));
  v1::QuarantinedRequest fresh = Request("fresh");
  *fresh.mutable_receive_time() = ToProto(clock_.Now() + absl::Minutes(5));
  quarantine_->Keep(std::move(stale), Rule());
  quarantine_->Keep(std::move(fresh), Rule());
  Configure(kTestSecret);
  const v1::QuarantineResult result = Release();
  EXPECT_THAT(LoggedBodies(), ElementsAre("fresh"));
  ASSERT_EQ(result.refused_size(), 1);
  EXPECT_EQ(result.refused(0).reason(), v1::RejectedRequest::REASON_TIMESTAMP_TOO_OLD);
}

TEST_F(QuarantineTest, VerifyingAloneSaysWhatWouldBeReleased) {
  Keep({"one"});
  quarantine_->Keep(Request("forged", "somebody's guess"), Rule());
  Configure(kTestSecret);
  const v1::QuarantineResult result = ResultOf(AskFor(v1::ReleaseQuarantine::MODE_VERIFY));
  EXPECT_EQ(result.released(), 1u);
  EXPECT_EQ(result.refused_size(), 1);
  EXPECT_EQ(result.remaining(), 2u);
  EXPECT_THAT(LoggedBodies(), IsEmpty());
}

TEST_F(QuarantineTest, DiscardedRequestsAreGone) {
  Keep({"one", "two"});
  const v1::QuarantineResult result = ResultOf(AskFor(v1::ReleaseQuarantine::MODE_DISCARD));
  EXPECT_EQ(result.discarded(), 2u);
  EXPECT_EQ(result.remaining(), 0u);
  Configure(kTestSecret);
  EXPECT_EQ(Release().released(), 0u);
  EXPECT_EQ(quarantine_->stats().dropped, 0u);
}

TEST_F(QuarantineTest, WhatWaitsToBeWrittenIsAmongWhatIsReleased) {
  Configure(kTestSecret);
  quarantine_->Keep(Request("just now"), Rule());
  EXPECT_EQ(Release().released(), 1u);
}

TEST_F(QuarantineTest, ItOutlivesTheProcessWithWhatWasWaiting) {
  Keep({"one"});
  quarantine_->Keep(Request("two"), Rule());
  Open();
  Configure(kTestSecret);
  EXPECT_EQ(Release().released(), 2u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("one", "two"));
}

TEST_F(QuarantineTest, ARequestGoesOnlyOnceItIsDurable) {
  Keep({"one", "two"});
  Configure(kTestSecret);
  log_.Hold();
  quarantine_->Ask(AskFor(v1::ReleaseQuarantine::MODE_RELEASE));
  Work(absl::Seconds(1));
  EXPECT_EQ(log_.waiting(), 1u);
  EXPECT_EQ(quarantine_->stats().requests, 2u);
  EXPECT_THAT(quarantine_->TakeResults(), IsEmpty());

  Open();  // the process ends, and what it had given to the log becomes durable or not
  log_.Release();
  EXPECT_EQ(Release().released(), 2u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("one", "one", "two"))
      << "one twice, which the control plane drops; never not at all";
}

TEST_F(QuarantineTest, ALogThatTakesNothingEndsTheRoundAndLosesNothing) {
  Keep({"one", "two"});
  Configure(kTestSecret);
  log_.FailWith(absl::ResourceExhaustedError("full"));
  const v1::QuarantineResult failed = Release();
  EXPECT_THAT(failed.error(), HasSubstr("full"));
  EXPECT_EQ(failed.released(), 0u);
  EXPECT_EQ(failed.remaining(), 2u);
  log_.FailWith(absl::OkStatus());
  EXPECT_EQ(Release().released(), 2u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("one", "two"));
}

TEST_F(QuarantineTest, NoneOvertakesOneThatTheLogDidNotTake) {
  Keep({"one", "two"});
  Configure(kTestSecret);
  log_.FailNextWith(absl::ResourceExhaustedError("no room for a large one"));
  const v1::QuarantineResult failed = Release();
  EXPECT_THAT(failed.error(), HasSubstr("no room"));
  EXPECT_EQ(failed.remaining(), 2u);
  EXPECT_THAT(LoggedBodies(), IsEmpty());
  EXPECT_EQ(Release().released(), 2u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("one", "two"));
}

TEST_F(QuarantineTest, NoneIsGivenToTheLogBeforeItHasTakenTheOneBefore) {
  BeginLongRelease();
  EXPECT_EQ(log_.waiting(), 1u);
  log_.FailWith(absl::UnavailableError("the disk is gone"));
  log_.FailWith(absl::OkStatus());
  Work(absl::Seconds(1));
  EXPECT_EQ(quarantine_->TakeResults()[0].released(), 0u);
  EXPECT_THAT(LoggedBodies(), IsEmpty());
}

TEST_F(QuarantineTest, WhatIsKeptWhileARoundIsUnderWayIsLeftForTheNext) {
  BeginLongRelease();
  Keep({"late"});
  log_.Release();
  Work(absl::Seconds(1));
  const std::vector<v1::QuarantineResult> results = quarantine_->TakeResults();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].released(), 3u);
  EXPECT_EQ(results[0].remaining(), 1u);
  EXPECT_EQ(Release().released(), 1u);
}

TEST_F(QuarantineTest, AMessageThatTheLogDidNotTakeIsNoDuplicateOfItself) {
  Configure(kTestSecret, true, StandardWebhook());
  quarantine_->Keep(Message("msg_1", "[1]"), Rule());
  log_.FailWith(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(Release().remaining(), 1u);
  log_.FailWith(absl::OkStatus());
  const v1::QuarantineResult result = Release();
  EXPECT_EQ(result.released(), 1u);
  EXPECT_EQ(result.duplicates(), 0u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("[1]"));
}

TEST_F(QuarantineTest, OfSeveralCopiesOfAMessageOneIsReleased) {
  Configure(kWrongSecret, true, StandardWebhook());
  quarantine_->Keep(Message("msg_1", "[1]"), Rule());
  quarantine_->Keep(Message("msg_2", "[2]"), Rule());
  clock_.Advance(absl::Minutes(1));
  quarantine_->Keep(Message("msg_1", "[1]"), Rule());
  clock_.Advance(absl::Hours(1));
  Configure(kTestSecret, true, StandardWebhook());
  const v1::QuarantineResult result = Release();
  EXPECT_EQ(result.released(), 2u);
  EXPECT_EQ(result.duplicates(), 1u);
  EXPECT_EQ(result.remaining(), 0u);
  EXPECT_THAT(LoggedBodies(), ElementsAre("[1]", "[2]"));
}

TEST_F(QuarantineTest, AMessageThatItsSenderBroughtAgainMeanwhileIsNotReleased) {
  Configure(kTestSecret, true, StandardWebhook());
  v1::QuarantinedRequest message = Message("msg_1", "[1]");
  const std::vector<SignedId> ids = {{.id = "msg_1"}};
  const SeenIds::Key key = SeenIds::KeyOf(kHook, ids, "[1]");
  hooks_.seen_ids().Claim(kHook, key, clock_.Now() + absl::Minutes(5), clock_.Now());
  hooks_.seen_ids().Taken(key);
  quarantine_->Keep(std::move(message), Rule());
  const v1::QuarantineResult result = Release();
  EXPECT_EQ(result.released(), 0u);
  EXPECT_EQ(result.duplicates(), 1u);
  EXPECT_EQ(result.remaining(), 0u);
}

TEST_F(QuarantineTest, AnOlderConfigurationThanTheAskedForReleasesNothing) {
  Keep({"one"});
  v1::ReleaseQuarantine ask = AskFor(v1::ReleaseQuarantine::MODE_RELEASE);
  ask.set_config_version(2);
  EXPECT_EQ(ResultOf(ask).error(), "the edge serves configuration 1, not yet 2");
  Configure(kTestSecret);
  EXPECT_EQ(ResultOf(ask).released(), 1u);
}

TEST_F(QuarantineTest, AnUnknownHookAndAnUnknownModeAreErrors) {
  v1::ReleaseQuarantine ask = AskFor(v1::ReleaseQuarantine::MODE_RELEASE);
  ask.set_hook_id("hook-2");
  EXPECT_EQ(ResultOf(ask).error(), "the edge does not serve the hook");
  ask.set_mode(v1::ReleaseQuarantine::MODE_UNSPECIFIED);
  EXPECT_EQ(ResultOf(ask).error(), "this edge knows no mode 0");
}

TEST_F(QuarantineTest, AsManyWaitToBeWrittenAsMayAndNotOneMore) {
  for (size_t i = 0; i < Quarantine::kMaxWaitingRequests; ++i) {
    quarantine_->Keep(Request("body"), Rule());
  }
  EXPECT_EQ(quarantine_->stats().dropped, 0u);
  quarantine_->Keep(Request("body"), Rule());
  EXPECT_EQ(quarantine_->stats().dropped, 1u);
  Work();
  EXPECT_EQ(quarantine_->stats().requests, Quarantine::kMaxWaitingRequests);
  quarantine_->Keep(Request("body"), Rule());
  EXPECT_EQ(quarantine_->stats().dropped, 1u) << "written, they make room";
}

TEST_F(QuarantineTest, AsManyBytesWaitToBeWrittenAsMayAndNotOneMore) {
  v1::QuarantinedRequest request = Request("");
  const auto size_is = [&request](size_t bytes) {
    request.clear_body();
    request.set_body(std::string(bytes - request.ByteSizeLong() - 5, 'b'));
    ASSERT_EQ(request.ByteSizeLong(), bytes);
  };
  size_is(Quarantine::kMaxWaitingBytes / 2);
  for (int i = 0; i < 2; ++i) quarantine_->Keep(request, Rule());
  EXPECT_EQ(quarantine_->stats().dropped, 0u);
  quarantine_->Keep(Request(""), Rule());
  EXPECT_EQ(quarantine_->stats().dropped, 1u);
}

TEST_F(QuarantineTest, AsManyAsksWaitAsMayAndNotOneMore) {
  for (size_t i = 0; i < Quarantine::kMaxWaitingAsks; ++i) {
    quarantine_->Ask(AskFor(v1::ReleaseQuarantine::MODE_VERIFY));
  }
  EXPECT_THAT(quarantine_->TakeResults(), IsEmpty());
  quarantine_->Ask(AskFor(v1::ReleaseQuarantine::MODE_VERIFY));
  const auto refused = quarantine_->TakeResults();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].error(), "64 others wait already");
  Work(absl::Seconds(5));
  EXPECT_EQ(quarantine_->TakeResults().size(), Quarantine::kMaxWaitingAsks);
}

TEST_F(QuarantineTest, AHookThatWantsNoQuarantineAnyMoreLosesWhatItHad) {
  Keep({"one"});
  Configure(kTestSecret, /*with_rule=*/false);
  Work(Quarantine::kCareInterval);
  EXPECT_EQ(quarantine_->stats().requests, 0u);
  EXPECT_EQ(quarantine_->stats().dropped, 1u);
  EXPECT_THAT(quarantine_->States(), IsEmpty());
}

TEST_F(QuarantineTest, WithoutAConfigurationNothingIsTakenAway) {
  Keep({"one"});
  ActiveHookTable none;
  quarantine_.reset();
  Quarantine started({.folder = folder_, .max_bytes = 1 << 20}, *Keyring::Parse(keys_, random_),
                     {.hooks = none, .log = log_, .notices = notices_, .clock = clock_});
  started.Work(clock_.Monotonic());
  EXPECT_EQ(started.stats().requests, 1u);
}

TEST_F(QuarantineTest, AFolderThatCannotBeUsedStopsNothingAndIsTriedAgain) {
  // It holds the folder.
  Quarantine second({.folder = folder_, .max_bytes = 1 << 20}, *Keyring::Parse(keys_, random_),
                    {.hooks = hooks_, .log = log_, .notices = notices_, .clock = clock_});
  second.Keep(Request("one"), Rule());
  second.Ask(AskFor(v1::ReleaseQuarantine::MODE_RELEASE));
  second.Work(clock_.Monotonic());
  EXPECT_EQ(second.stats().dropped, 1u);
  const auto results = second.TakeResults();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_THAT(results[0].error(), HasSubstr("can't be used"));

  quarantine_.reset();
  clock_.Advance(Quarantine::kCareInterval);
  second.Work(clock_.Monotonic());
  second.Keep(Request("two"), Rule());
  clock_.Advance(Quarantine::kWriteInterval);
  second.Work(clock_.Monotonic());
  EXPECT_EQ(second.stats().requests, 1u);
}

TEST(QuarantineReasonsTest, KeptIsWhatACorrectedSecretMayMend) {
  using Rejected = v1::RejectedRequest;
  for (int reason = 0; reason < Rejected::Reason_ARRAYSIZE; ++reason) {
    const bool mendable = reason == Rejected::REASON_SIGNATURE_MISMATCH ||
                          reason == Rejected::REASON_CREDENTIALS_MISMATCH ||
                          reason == Rejected::REASON_SECRET_EXPIRED;
    EXPECT_EQ(Quarantine::IsMendable(static_cast<Rejected::Reason>(reason)), mendable) << reason;
  }
}

}  // namespace
}  // namespace fluxcascade::edge
