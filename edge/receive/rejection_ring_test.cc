#include "edge/receive/rejection_ring.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kMismatch = v1::RejectedRequest::REASON_SIGNATURE_MISMATCH;
constexpr auto kMissing = v1::RejectedRequest::REASON_SIGNATURE_MISSING;

class RejectionRingTest : public testing::Test {
 protected:
  static Rejection Of(absl::string_view hook, absl::Time time) {
    return {.hook_id = hook,
            .reason = kMismatch,
            .recipe_label = "v3",
            .remote_address = "192.0.2.1",
            .body = "body",
            .time = time};
  }

  void Reject(absl::string_view hook, absl::string_view address = "192.0.2.1") {
    Rejection rejection = Of(hook, now_);
    rejection.remote_address = address;
    ring_.Add(rejection);
  }

  std::vector<std::string> TakeAddresses() {
    std::vector<std::string> addresses;
    for (const v1::RejectedRequest& request : ring_.Take(100, now_)) {
      addresses.push_back(request.remote_address());
    }
    return addresses;
  }

  absl::Time now_ = absl::FromUnixSeconds(60 * 1000);  // a whole minute
  RejectionRing ring_{{.entries = 5, .entries_of_a_hook = 3}};
};

TEST_F(RejectionRingTest, KeepsWhatWasRefusedAndWhy) {
  ring_.Add(Of("hook", now_));
  const auto taken = ring_.Take(10, now_);
  ASSERT_EQ(taken.size(), 1);
  EXPECT_EQ(taken[0].hook_id(), "hook");
  EXPECT_EQ(taken[0].reason(), kMismatch);
  EXPECT_EQ(taken[0].recipe_label(), "v3");
  EXPECT_EQ(taken[0].remote_address(), "192.0.2.1");
  EXPECT_EQ(FromProto(taken[0].receive_time()), now_);
  EXPECT_EQ(taken[0].count(), 1);
  EXPECT_EQ(taken[0].body_preview(), "body");
}

TEST_F(RejectionRingTest, WhatIsTakenIsNotTakenAgain) {
  Reject("hook");
  EXPECT_EQ(ring_.Take(10, now_).size(), 1);
  EXPECT_THAT(ring_.Take(10, now_), IsEmpty());
  now_ += absl::Minutes(1);
  EXPECT_THAT(ring_.Take(10, now_), IsEmpty());
  EXPECT_EQ(ring_.dropped(), 0);
}

TEST_F(RejectionRingTest, AMinuteOfTheSameIsToldOfAtOnceAndWhenItIsOver) {
  std::vector<uint64_t> counts;
  for (int second = 0; second < 60; ++second) {
    Reject("hook");
    Reject("hook");
    for (const auto& request : ring_.Take(10, now_)) counts.push_back(request.count());
    now_ += absl::Seconds(1);
  }
  EXPECT_THAT(counts, ElementsAre(2));
  for (const auto& request : ring_.Take(10, now_)) counts.push_back(request.count());
  EXPECT_THAT(counts, ElementsAre(2, 118)) << "each request is in one of them";
  Reject("hook");
  EXPECT_EQ(ring_.Take(10, now_).size(), 1) << "the next minute begins anew";
}

TEST_F(RejectionRingTest, AClockThatIsSetBackLosesNothing) {
  Reject("hook");
  EXPECT_EQ(ring_.Take(10, now_).size(), 1);
  Reject("hook");
  now_ -= absl::Minutes(5);
  Reject("hook");
  EXPECT_EQ(ring_.Take(10, now_).size(), 1);
  now_ += absl::Minutes(1);
  EXPECT_THAT(ring_.Take(10, now_), IsEmpty());
  now_ += absl::Minutes(5);
  EXPECT_EQ(ring_.Take(10, now_).size(), 1);
  EXPECT_EQ(ring_.dropped(), 0);
}

TEST_F(RejectionRingTest, WhatNobodyWasToldOfIsCountedAsDropped) {
  for (int i = 0; i < 3; ++i) Reject("hook", "1");
  EXPECT_EQ(ring_.Take(10, now_).size(), 1);
  Reject("hook", "1");
  for (const char* address : {"2", "3", "4"}) Reject("hook", address);
  EXPECT_EQ(ring_.dropped(), 1) << "of the first only what came after it was taken";
}

TEST_F(RejectionRingTest, OneMinuteOfTheSameIsOneEntryWithTheNewestBodyAndTime) {
  ring_.Add(Of("hook", now_));
  Rejection newest = Of("hook", now_ + absl::Milliseconds(59999));
  newest.body = "newest";
  ring_.Add(newest);
  const auto taken = ring_.Take(10, now_);
  ASSERT_EQ(taken.size(), 1);
  EXPECT_EQ(taken[0].count(), 2);
  EXPECT_EQ(taken[0].body_preview(), "newest");
  EXPECT_EQ(FromProto(taken[0].receive_time()), newest.time);
}

TEST_F(RejectionRingTest, TheNextMinuteIsAnotherEntry) {
  ring_.Add(Of("hook", now_ + absl::Milliseconds(59999)));
  ring_.Add(Of("hook", now_ + absl::Minutes(1)));
  EXPECT_EQ(ring_.Take(10, now_).size(), 2);
}

TEST_F(RejectionRingTest, AnotherHookReasonRecipeOrAddressIsAnotherEntry) {
  Rejection base = Of("hook", now_);
  ring_.Add(base);
  Rejection other = base;
  other.reason = kMissing;
  ring_.Add(other);
  other = base;
  other.recipe_label = "v1";
  ring_.Add(other);
  EXPECT_EQ(ring_.Take(10, now_).size(), 3);
  now_ += absl::Minutes(1);
  EXPECT_THAT(ring_.Take(10, now_), IsEmpty());
  base.time = now_;
  ring_.Add(base);
  other = base;
  other.hook_id = "another";
  ring_.Add(other);
  other = base;
  other.remote_address = "192.0.2.2";
  ring_.Add(other);
  EXPECT_EQ(ring_.Take(10, now_).size(), 3);
}

TEST_F(RejectionRingTest, ABodyIsCutTo256Bytes) {
  Rejection rejection = Of("hook", now_);
  const std::string body(257, 'b');
  rejection.body = body;
  ring_.Add(rejection);
  EXPECT_EQ(ring_.Take(1, now_)[0].body_preview(), std::string(256, 'b'));
}

TEST_F(RejectionRingTest, AHookAtItsLimitLosesItsOwnOldest) {
  Reject("quiet", "1");
  for (const char* address : {"2", "3", "4"}) Reject("loud", address);
  EXPECT_EQ(ring_.dropped(), 0);
  Reject("loud", "5");
  EXPECT_EQ(ring_.dropped(), 1);
  EXPECT_THAT(TakeAddresses(), ElementsAre("1", "3", "4", "5"));
}

TEST_F(RejectionRingTest, AFullRingLosesTheOldestOfAll) {
  Reject("a", "1");
  Reject("a", "1");
  for (const char* hook : {"b", "c", "d", "e"}) Reject(hook, hook);
  EXPECT_EQ(ring_.dropped(), 0);
  Reject("f", "f");
  EXPECT_EQ(ring_.dropped(), 2) << "requests, not entries";
  EXPECT_THAT(TakeAddresses(), ElementsAre("b", "c", "d", "e", "f"));
}

TEST_F(RejectionRingTest, AFullRingStillCountsWhatItHas) {
  for (const char* hook : {"a", "b", "c", "d", "e"}) Reject(hook);
  Reject("a");
  EXPECT_EQ(ring_.dropped(), 0);
  EXPECT_EQ(ring_.Take(1, now_)[0].count(), 2);
}

TEST_F(RejectionRingTest, UnknownTokensAreBoundedLikeAHook) {
  for (int i = 0; i < 10; ++i) Reject("", absl::StrCat(i));
  EXPECT_THAT(TakeAddresses(), ElementsAre("7", "8", "9"));
  EXPECT_EQ(ring_.dropped(), 7);
}

TEST_F(RejectionRingTest, TakesTheOldestFirstAndNoMoreThanAsked) {
  Reject("a", "1");
  Reject("b", "2");
  Reject("a", "3");
  EXPECT_EQ(ring_.Take(2, now_).back().remote_address(), "2");
  EXPECT_THAT(TakeAddresses(), ElementsAre("3"));
}

}  // namespace
}  // namespace fluxcascade::edge
