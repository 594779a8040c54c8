#include "edge/quarantine/quarantine_index.h"

#include <string>
#include <vector>

#include "common/proto_time/proto_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kHook[] = "hook";
constexpr char kOther[] = "other";
const absl::Time kNow = absl::FromUnixSeconds(1767225600);

v1::QuarantineRule Rule(uint32_t max_requests, uint64_t max_bytes) {
  v1::QuarantineRule rule;
  rule.set_max_requests(max_requests);
  rule.set_max_bytes(max_bytes);
  return rule;
}

auto Number(uint64_t number) { return testing::Field(&QuarantineItem::number, number); }

class QuarantineIndexTest : public testing::Test {
 protected:
  // What had to go for it.
  QuarantineIndex::Gone Put(const std::string& hook, uint64_t bytes,
                            const v1::QuarantineRule& rule = Rule(100, 1000)) {
    const QuarantineIndex::Gone gone = index_.MakeRoom(hook, bytes, rule);
    index_.Add(hook, {.number = ++number_,
                      .bytes = bytes,
                      .receive_time = kNow + absl::Seconds(static_cast<int64_t>(number_))});
    return gone;
  }

  std::vector<uint64_t> NumbersOf(const std::string& hook) {
    std::vector<uint64_t> numbers;
    for (auto item = index_.Next(hook, 0); item.has_value();
         item = index_.Next(hook, item->number)) {
      numbers.push_back(item->number);
    }
    return numbers;
  }

  uint64_t number_ = 0;
  QuarantineIndex index_{1000};
};

TEST_F(QuarantineIndexTest, AsManyRequestsAsAHookMayHaveAndNotOneMore) {
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Put(kHook, 1, Rule(3, 1000)), IsEmpty());
  EXPECT_EQ(index_.dropped(), 0u);
  EXPECT_THAT(Put(kHook, 1, Rule(3, 1000)), ElementsAre(Number(1))) << "the oldest goes";
  EXPECT_THAT(NumbersOf(kHook), ElementsAre(2, 3, 4));
  EXPECT_EQ(index_.dropped(), 1u);
}

TEST_F(QuarantineIndexTest, AsManyBytesAsAHookMayHaveAndNotOneMore) {
  EXPECT_THAT(Put(kHook, 50, Rule(100, 100)), IsEmpty());
  EXPECT_THAT(Put(kHook, 50, Rule(100, 100)), IsEmpty());
  EXPECT_THAT(Put(kHook, 1, Rule(100, 100)), ElementsAre(Number(1)));
  EXPECT_THAT(Put(kHook, 100, Rule(100, 100)), ElementsAre(Number(2), Number(3)));
  EXPECT_EQ(index_.bytes(), 100u);
}

TEST_F(QuarantineIndexTest, WhatIsTooLargeByItselfDoesNotFit) {
  EXPECT_TRUE(index_.Fits(100, Rule(1, 100)));
  EXPECT_FALSE(index_.Fits(101, Rule(1, 100)));
  EXPECT_TRUE(index_.Fits(1000, Rule(1, 5000)));
  EXPECT_FALSE(index_.Fits(1001, Rule(1, 5000)));
}

TEST_F(QuarantineIndexTest, BeyondTheLimitOfAllTheHookWithTheMostLosesItsOldest) {
  Put(kOther, 300);
  Put(kHook, 350);
  Put(kHook, 350);
  EXPECT_EQ(index_.bytes(), 1000u);
  EXPECT_THAT(Put(kHook, 1), ElementsAre(Number(2)));
  EXPECT_THAT(Put(kOther, 349), IsEmpty());
  EXPECT_THAT(Put(kHook, 1), ElementsAre(Number(1))) << "by then the other one has most";
}

TEST_F(QuarantineIndexTest, AFloodOnOneHookCostsNoOtherItsOwn) {
  Put(kOther, 100);
  for (int i = 0; i < 100; ++i) Put(kHook, 90);
  EXPECT_THAT(NumbersOf(kOther), ElementsAre(1));
  EXPECT_EQ(index_.RequestsOf(kHook), 10u);
  EXPECT_EQ(index_.dropped(), 90u);
}

TEST_F(QuarantineIndexTest, ARuleThatBecomesTighterAndAgeTakeTheOldest) {
  for (int i = 0; i < 4; ++i) Put(kHook, 10);
  EXPECT_THAT(index_.Trim(kHook, Rule(4, 40), kNow), IsEmpty());
  EXPECT_THAT(index_.Trim(kHook, Rule(3, 40), kNow), ElementsAre(Number(1)));
  EXPECT_THAT(index_.Trim(kHook, Rule(3, 29), kNow), ElementsAre(Number(2)));
  EXPECT_THAT(index_.Trim(kHook, Rule(3, 29), kNow + absl::Seconds(3)), IsEmpty());
  EXPECT_THAT(index_.Trim(kHook, Rule(3, 29), kNow + absl::Seconds(4)), ElementsAre(Number(3)));
  EXPECT_EQ(index_.dropped(), 3u);
}

TEST_F(QuarantineIndexTest, AForgottenHookLosesAll) {
  Put(kHook, 10);
  Put(kOther, 10);
  Put(kHook, 10);
  EXPECT_THAT(index_.Forget(kHook), ElementsAre(Number(1), Number(3)));
  EXPECT_THAT(index_.Hooks(), ElementsAre(kOther));
  EXPECT_EQ(index_.dropped(), 2u);
  EXPECT_EQ(index_.requests(), 1u);
}

TEST_F(QuarantineIndexTest, WhatIsRemovedIsNotDropped) {
  for (int i = 0; i < 3; ++i) Put(kHook, 10);
  EXPECT_THAT(index_.Remove(kHook, 2), testing::Optional(Number(2)));
  EXPECT_EQ(index_.Remove(kHook, 2), std::nullopt);
  EXPECT_THAT(NumbersOf(kHook), ElementsAre(1, 3));
  EXPECT_EQ(index_.bytes(), 20u);
  EXPECT_EQ(index_.dropped(), 0u);
}

TEST_F(QuarantineIndexTest, AFolderThatHoldsMoreThanItMayIsTrimmed) {
  for (uint64_t number = 1; number <= 3; ++number)
    index_.Add(kHook, {.number = number, .bytes = 500});
  EXPECT_THAT(index_.TrimAll(), ElementsAre(Number(1)));
  EXPECT_THAT(index_.TrimAll(), IsEmpty());
}

TEST_F(QuarantineIndexTest, WhatIsLackingIsTakenFromWhicheverHookHoldsMost) {
  for (int i = 0; i < 3; ++i) Put(kHook, 10);
  Put(kOther, 15);
  EXPECT_THAT(index_.TrimAll(11), ElementsAre(Number(1), Number(2)));
  EXPECT_EQ(index_.dropped(), 2u);
  EXPECT_THAT(index_.TrimAll(1000), ElementsAre(Number(4), Number(3)));
  EXPECT_EQ(index_.bytes(), 0u);
  EXPECT_THAT(index_.TrimAll(1000), IsEmpty());
}

TEST_F(QuarantineIndexTest, StatesAreOfThoseThatHoldMost) {
  Put(kHook, 10);
  Put(kHook, 10);
  Put(kOther, 30);
  index_.CountDropped("third");
  const auto states = index_.States(2);
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].hook_id(), kOther);
  EXPECT_EQ(states[1].hook_id(), kHook);
  EXPECT_EQ(states[1].requests(), 2u);
  EXPECT_EQ(states[1].bytes(), 20u);
  EXPECT_EQ(FromProto(states[1].oldest_receive_time()), kNow + absl::Seconds(1));
  ASSERT_EQ(index_.States(3).size(), 3u);
  EXPECT_EQ(index_.States(3)[2].dropped(), 1u);
  EXPECT_FALSE(index_.States(3)[2].has_oldest_receive_time());
}

}  // namespace
}  // namespace fluxcascade::edge
