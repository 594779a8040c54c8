#include "edge/quarantine/quarantine_store.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/logging/limited_log.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "edge/quarantine/quarantine_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kHook[] = "hook";
const absl::Time kNow = absl::FromUnixSeconds(1767225600);

v1::QuarantineRule Rule(uint32_t max_requests) {
  v1::QuarantineRule rule;
  rule.set_max_requests(max_requests);
  rule.set_max_bytes(1 << 20);
  return rule;
}

class QuarantineStoreTest : public testing::Test {
 protected:
  void Open() {
    store_.reset();  // it holds the folder
    store_ = std::make_unique<QuarantineStore>(options_, *Keyring::Parse(keys_, random_), notices_);
    FC_ASSERT_OK(store_->Open());
    while (store_->LoadSome()) {
    }
    ASSERT_TRUE(store_->ready());
  }

  static v1::QuarantinedRequest Request(const std::string& body) {
    v1::QuarantinedRequest request;
    request.set_hook_id(kHook);
    request.set_body(body);
    *request.mutable_receive_time() = ToProto(kNow);
    return request;
  }

  // In one file.
  absl::Status Put(const std::vector<std::string>& bodies,
                   const v1::QuarantineRule& rule = Rule(100)) {
    std::vector<v1::QuarantinedRequest> requests;
    for (const std::string& body : bodies) requests.push_back(Request(body));
    return store_->Put(kHook, rule, requests);
  }

  // In one file each.
  void PutEach(const std::vector<std::string>& bodies, const v1::QuarantineRule& rule = Rule(100)) {
    for (const std::string& body : bodies) FC_ASSERT_OK(Put({body}, rule));
  }

  std::vector<std::string> Bodies() {
    std::vector<std::string> bodies;
    for (auto item = store_->Next(kHook, 0); item.has_value();
         item = store_->Next(kHook, item->number)) {
      const auto request = store_->Read(*item);
      bodies.push_back(request.ok() ? request->body() : request.status().ToString());
    }
    return bodies;
  }

  std::string File(uint64_t number) const {
    return absl::StrCat(options_.folder, "/", QuarantineName(number));
  }
  bool HasFile(uint64_t number) const { return ReadFileToString(File(number)).ok(); }

  FakeClock clock_;
  LimitedLog notices_{clock_};
  FakeRandom random_;
  std::string keys_ = Keyring::NewKeyLine("k1", random_);
  QuarantineStore::Options options_{
      .folder = absl::StrCat(testing::TempDir(), "/",
                             testing::UnitTest::GetInstance()->current_test_info()->name()),
      .max_bytes = 1 << 20};
  std::unique_ptr<QuarantineStore> store_;
};

TEST_F(QuarantineStoreTest, WhatIsKeptOutlivesTheProcessInItsOrder) {
  Open();
  PutEach({"one", "two", "three"});
  store_->Remove(kHook, 2);
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("one", "three"));
  FC_ASSERT_OK(Put({"four"}));
  EXPECT_THAT(Bodies(), ElementsAre("one", "three", "four"));
  EXPECT_EQ(store_->stats().bytes, 3 * QuarantineFolder::kBlockBytes);
  EXPECT_EQ(store_->stats().dropped, 0u);
  EXPECT_EQ(store_->Next(kHook, 0)->receive_time, kNow);
}

TEST_F(QuarantineStoreTest, MoreThanOneLoadTakesIsAllLoaded) {
  Open();
  FC_ASSERT_OK(Put(std::vector<std::string>(QuarantineStore::kLoadedAtOnce - 1, "body")));
  PutEach({"body", "body"});
  store_.reset();
  store_ = std::make_unique<QuarantineStore>(options_, *Keyring::Parse(keys_, random_), notices_);
  FC_ASSERT_OK(store_->Open());
  EXPECT_TRUE(store_->LoadSome());
  EXPECT_FALSE(store_->ready());
  EXPECT_FALSE(store_->LoadSome());
  EXPECT_TRUE(store_->ready());
  EXPECT_EQ(store_->stats().requests, QuarantineStore::kLoadedAtOnce + 1);
}

TEST_F(QuarantineStoreTest, WhatComesTogetherIsInOneFileAndGoesAloneForAllThat) {
  Open();
  FC_ASSERT_OK(Put({"one", std::string(QuarantineFolder::kBlockBytes, 'b'), "four"}));
  EXPECT_TRUE(HasFile(1));
  EXPECT_FALSE(HasFile(2));
  EXPECT_EQ(store_->last_number(), 4u);
  store_->Remove(kHook, 2);
  EXPECT_THAT(Bodies(), ElementsAre("one", "four"));
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("one", "four"));
  EXPECT_EQ(store_->last_number(), 4u);
  for (const uint64_t number : {1, 4}) store_->Remove(kHook, number);
  EXPECT_FALSE(HasFile(1));
}

TEST_F(QuarantineStoreTest, OfMoreThanThereMayBeTheLastAreKept) {
  Open();
  PutEach({"zero"});
  FC_ASSERT_OK(Put({"one", "two", "three", "four"}, Rule(2)));
  EXPECT_THAT(Bodies(), ElementsAre("three", "four"));
  EXPECT_EQ(store_->stats().dropped, 3u);
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("three", "four"));
}

TEST_F(QuarantineStoreTest, WhatCannotBeWrittenIsDropped) {
  Open();
  PutEach({"one"});
  FC_ASSERT_OK(WriteFileAtomically(File(2), "in its place", 0600));
  EXPECT_THAT(Put({"two", "three"}), testing::Not(IsOk()));
  EXPECT_THAT(Bodies(), ElementsAre("one"));
  EXPECT_EQ(store_->stats().dropped, 2u);
  EXPECT_EQ(store_->stats().bytes, QuarantineFolder::kBlockBytes);
  PutEach({"four"});
  EXPECT_THAT(Bodies(), ElementsAre("one", "four"));
}

TEST_F(QuarantineStoreTest, TheOldestGoFirstFromTheDiskToo) {
  Open();
  PutEach({"one", "two", "three"}, Rule(2));
  EXPECT_THAT(Bodies(), ElementsAre("two", "three"));
  EXPECT_FALSE(HasFile(1));
  EXPECT_TRUE(HasFile(2));
  EXPECT_EQ(store_->stats().dropped, 1u);
}

TEST_F(QuarantineStoreTest, ARequestLargerThanThereMayBeIsDroppedAndPushesOutNothing) {
  options_.max_bytes = 2 * QuarantineFolder::kBlockBytes;
  Open();
  FC_ASSERT_OK(Put({"small"}));
  FC_EXPECT_OK(Put({std::string(QuarantineFolder::kBlockBytes, 'b')}));
  EXPECT_THAT(Bodies(), ElementsAre(std::string(QuarantineFolder::kBlockBytes, 'b')));
  EXPECT_THAT(Put({std::string(2 * QuarantineFolder::kBlockBytes, 'b')}),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(store_->stats().requests, 1u);
  EXPECT_EQ(store_->stats().dropped, 2u);
}

TEST_F(QuarantineStoreTest, NothingIsKeptOnADiskThatIsShortOfRoom) {
  options_.min_free_bytes = ~uint64_t{0};
  Open();
  EXPECT_THAT(Put({"one"}), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(store_->stats().requests, 0u);
  EXPECT_EQ(store_->stats().dropped, 1u);
}

TEST_F(QuarantineStoreTest, ADamagedRecordGoesAlone) {
  Open();
  FC_ASSERT_OK(Put({"one", "two", "three"}));
  store_.reset();
  std::string bytes = *ReadFileToString(File(1));
  bytes[QuarantineFolder::kBlockBytes + 20] ^= 1;
  FC_ASSERT_OK(WriteFileAtomically(File(1), bytes, 0600));
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("one", "three"));
  EXPECT_EQ(store_->stats().bytes, 2 * QuarantineFolder::kBlockBytes);
}

TEST_F(QuarantineStoreTest, OfAFileThatIsCutShortTheFirstRecordsStay) {
  Open();
  FC_ASSERT_OK(Put({"one", "two", "three"}));
  PutEach({"four"});
  store_.reset();
  const std::string whole = *ReadFileToString(File(1));
  FC_ASSERT_OK(
      WriteFileAtomically(File(1), whole.substr(0, QuarantineFolder::kBlockBytes + 40), 0600));
  FC_ASSERT_OK(WriteFileAtomically(File(4), "", 0600));
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("one"));
  EXPECT_FALSE(HasFile(4));
}

TEST_F(QuarantineStoreTest, AnOlderKeyOpensAndALostOneEmptiesIt) {
  Open();
  FC_ASSERT_OK(Put({"one"}));
  keys_ = absl::StrCat(Keyring::NewKeyLine("k2", random_), "\n", keys_);
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("one"));
  keys_ = Keyring::NewKeyLine("k3", random_);
  Open();
  EXPECT_THAT(Bodies(), IsEmpty());
  EXPECT_FALSE(HasFile(1));
}

TEST_F(QuarantineStoreTest, ASmallerLimitIsKeptAtTheStart) {
  Open();
  PutEach({"one", "two", "three"});
  options_.max_bytes = 2 * QuarantineFolder::kBlockBytes;
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("two", "three"));
  EXPECT_FALSE(HasFile(1));
}

TEST_F(QuarantineStoreTest, RulesAndAgesAreEnforced) {
  Open();
  PutEach({"one", "two", "three"});
  const auto rule = [](uint32_t max_requests) {
    return [max_requests](const std::string&) -> std::optional<v1::QuarantineRule> {
      return Rule(max_requests);
    };
  };
  store_->Enforce(rule(2), kNow + QuarantineStore::kMaxAge);
  EXPECT_THAT(Bodies(), ElementsAre("two", "three"));
  store_->Enforce(rule(2), kNow + QuarantineStore::kMaxAge + absl::Microseconds(1));
  EXPECT_THAT(Bodies(), IsEmpty());
  FC_ASSERT_OK(Put({"four"}));
  store_->Enforce([](const std::string&) { return std::nullopt; }, kNow);
  EXPECT_THAT(Bodies(), IsEmpty());
  EXPECT_EQ(store_->stats().dropped, 4u);
  EXPECT_FALSE(HasFile(4));
}

TEST_F(QuarantineStoreTest, OnADiskThatIsFilledByOthersWhatWasKeptMakesRoom) {
  const auto rule = [](const std::string&) -> std::optional<v1::QuarantineRule> {
    return Rule(100);
  };
  Open();
  FC_ASSERT_OK(Put({"one", "two"}));
  store_->Enforce(rule, kNow);
  EXPECT_THAT(Bodies(), ElementsAre("one", "two"));
  options_.min_free_bytes = ~uint64_t{0};
  Open();
  store_->Enforce(rule, kNow);
  EXPECT_THAT(Bodies(), IsEmpty());
  EXPECT_EQ(store_->stats().dropped, 2u);
  EXPECT_FALSE(HasFile(1));
}

}  // namespace
}  // namespace fluxcascade::edge
