// A log whose disk fails. See disk_fault_harness.h for what must hold.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/random/fake_random.h"
#include "common/rocks/faulty_file_system.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/time/fake_clock.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/disk_fault_harness.h"
#include "edge/log/event_log.h"
#include "edge/log/hasty_env.h"
#include "edge/log/log_folder.h"
#include "edge/log/rocks_event_log.h"
#include "edge/log/test_folders.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

constexpr uint64_t kSeeds = 60;
constexpr int kFaultsPerSeed = 3;
constexpr uint64_t kMinFreeBytes = 10'000'000;
// More than what the log has in memory takes in these tests.
constexpr uint64_t kPending = 2'000'000;

class EveryFaultTest : public testing::TestWithParam<Fault> {};

TEST_P(EveryFaultTest, NothingAcknowledgedIsLostAndNothingIsAcknowledgedAfterAFailure) {
  uint64_t acknowledged = 0;
  uint64_t failed_logs = 0;
  uint64_t failed_requests = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DiskFaultHarness harness(seed);
    FC_ASSERT_OK(harness.Start()) << "seed " << seed;
    for (int i = 1; i <= kFaultsPerSeed; ++i) {
      FC_ASSERT_OK(harness.FailOnce(GetParam())) << "seed " << seed << ", fault " << i;
    }
    FC_ASSERT_OK(harness.CutPower()) << "seed " << seed;
    acknowledged += harness.acknowledged_requests();
    failed_logs += harness.failed_logs();
    failed_requests += harness.failed_requests();
  }
  RecordProperty("acknowledged_requests", absl::StrCat(acknowledged));
  RecordProperty("failed_logs", absl::StrCat(failed_logs));
  RecordProperty("failed_requests", absl::StrCat(failed_requests));
  // The load reaches what it means to break. A read that fails stops only who reads.
  EXPECT_GT(acknowledged, kSeeds * 100);
  if (GetParam() == Fault::kRead) return;
  EXPECT_GT(failed_logs, kSeeds);
  EXPECT_GT(failed_requests, kSeeds);
}

INSTANTIATE_TEST_SUITE_P(Faults, EveryFaultTest,
                         testing::Values(Fault::kNoSpace, Fault::kAppend, Fault::kSync,
                                         Fault::kRead));

class DiskFaultTest : public testing::Test {
 protected:
  DiskFaultTest() {
    RocksEventLogOptions options;
    options.folder.database = {
        .path = "/state/log", .env = env_.get(), .write_buffer_bytes = 64 << 10};
    options.min_free_bytes = kMinFreeBytes;
    log_ = *RocksEventLog::Open(options, clock_, random_);
  }

  absl::Status Append(size_t size = 10) {
    return AppendAndWait(*log_, RequestWithBody(std::string(size, 'x'))).status();
  }
  // From the beginning.
  size_t Read() const {
    v1::Pull pull;
    pull.set_log_id(log_->State().log_id());
    pull.set_max_bytes(1 << 20);
    v1::PullError error;
    const absl::StatusOr<EventLog::ReadResult> result = log_->Read(pull, &error);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->requests.size() : 0;
  }
  uint64_t Held() const { return log_->State().next_sequence() - 1; }

  const std::unique_ptr<rocksdb::Env> memory_ = NewTestEnv();
  const std::shared_ptr<FaultyFileSystem> disk_ =
      std::make_shared<FaultyFileSystem>(memory_->GetFileSystem());
  const std::unique_ptr<rocksdb::Env> env_ = NewHastyEnv(disk_);
  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<RocksEventLog> log_;
};

TEST_F(DiskFaultTest, AFullDiskStopsTheLogUntilThereIsSpaceAgain) {
  FC_ASSERT_OK(Append());
  disk_->Break({.fault = Fault::kNoSpace});
  EXPECT_THAT(Append(), StatusIs(StatusCode::kUnavailable, HasSubstr("must be opened again")));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(log_->Reopen().ok());
    EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kUnavailable, HasSubstr("No space left")));
    EXPECT_THAT(Append(), StatusIs(StatusCode::kUnavailable));
  }
  disk_->Heal();
  FC_ASSERT_OK(log_->Reopen());
  FC_EXPECT_OK(log_->Ready());
  FC_EXPECT_OK(Append());
  EXPECT_EQ(Held(), 2u);
}

TEST_F(DiskFaultTest, AFailedAppendStopsTheLogThoughTheNextOneWouldWork) {
  FC_ASSERT_OK(Append());
  disk_->Break({.fault = Fault::kAppend, .suffix = ".log", .times = 1});
  EXPECT_THAT(Append(), StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(Append(), StatusIs(StatusCode::kUnavailable, HasSubstr("must be opened again")));
  FC_ASSERT_OK(log_->Reopen());
  FC_EXPECT_OK(Append());
  EXPECT_EQ(Held(), 2u) << "the torn one is gone";
}

TEST_F(DiskFaultTest, WithoutSpaceToOpenItAFailedLogStaysOpenAndCanBeRead) {
  FC_ASSERT_OK(Append());
  disk_->Break({.fault = Fault::kAppend, .suffix = ".log", .times = 1});
  EXPECT_THAT(Append(), StatusIs(StatusCode::kUnavailable));
  disk_->SetFreeSpace(999);
  EXPECT_THAT(log_->Reopen(),
              StatusIs(StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("must be opened again"), HasSubstr(" 999 bytes free"))));
  EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(Read(), 1u);
  disk_->SetFreeSpace(kMinFreeBytes + kPending);
  FC_ASSERT_OK(log_->Reopen());
  FC_EXPECT_OK(Append());
}

TEST_F(DiskFaultTest, WithSpaceToOpenItAFailedLogIsOpenedAndGivesUpWhatIsAcknowledged) {
  for (int i = 0; i < 10; ++i) FC_ASSERT_OK(Append(20'000));
  disk_->Break({.fault = Fault::kAppend, .suffix = ".log", .times = 1});
  EXPECT_THAT(Append(), StatusIs(StatusCode::kUnavailable));
  disk_->SetFreeSpace(kMinFreeBytes - 1);
  EXPECT_FALSE(log_->LookAtDisk()) << "a failed log can't be trimmed";
  FC_ASSERT_OK(log_->Reopen());
  EXPECT_THAT(Append(), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(Read(), 10u);
  EXPECT_FALSE(log_->LookAtDisk()) << "nothing is acknowledged";
  FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), 9));
  EXPECT_TRUE(log_->LookAtDisk());
  FC_ASSERT_OK(log_->RetentionStep());
  EXPECT_EQ(log_->State().first_sequence(), 10u);
  EXPECT_FALSE(log_->LookAtDisk());
  disk_->SetFreeSpace(kMinFreeBytes + kPending);
  FC_EXPECT_OK(Append());
}

TEST_F(DiskFaultTest, ADiskWithLessThanTwiceTheLeastFreeSpaceIsShort) {
  for (int i = 0; i < 10; ++i) FC_ASSERT_OK(Append(20'000));
  FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), 10));
  disk_->SetFreeSpace(2 * kMinFreeBytes + kPending);
  EXPECT_FALSE(log_->LookAtDisk());
  FC_ASSERT_OK(log_->RetentionStep());
  EXPECT_EQ(log_->State().first_sequence(), 1u);
  disk_->SetFreeSpace(2 * kMinFreeBytes - 1);
  EXPECT_TRUE(log_->LookAtDisk());
  FC_ASSERT_OK(log_->RetentionStep());
  EXPECT_EQ(log_->State().first_sequence(), 11u);
}

TEST_F(DiskFaultTest, TooLittleSpaceShowsOnceTheDiskWasLookedAt) {
  disk_->SetFreeSpace(kMinFreeBytes - 1);
  FC_EXPECT_OK(log_->Ready()) << "it does not wait for the disk";
  log_->LookAtDisk();
  EXPECT_THAT(log_->Ready(),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr(" 9999999 bytes free")));
  EXPECT_THAT(Append(), StatusIs(StatusCode::kResourceExhausted));
  disk_->SetFreeSpace(kMinFreeBytes + kPending);
  log_->LookAtDisk();
  FC_EXPECT_OK(log_->Ready());
  FC_EXPECT_OK(Append());
}

TEST_F(DiskFaultTest, TakesRequestsWithTheLeastFreeSpaceAndWithAByteLessNone) {
  disk_->SetFreeSpace(0);
  const absl::Status refused = Append();
  uint64_t least = 0;
  ASSERT_TRUE(absl::SimpleAtoi(refused.message().substr(refused.message().rfind(' ') + 1), &least))
      << refused;
  EXPECT_GE(least, kMinFreeBytes);
  EXPECT_LT(least, kMinFreeBytes + kPending);
  disk_->SetFreeSpace(least - 1);
  EXPECT_THAT(Append(), StatusIs(StatusCode::kResourceExhausted));
  disk_->SetFreeSpace(least);
  FC_EXPECT_OK(Append());
}

TEST_F(DiskFaultTest, WhatIsInMemoryHasItsSpaceKept) {
  FC_ASSERT_OK(Append(50'000));
  disk_->SetFreeSpace(kMinFreeBytes + 50'000);
  EXPECT_THAT(Append(), StatusIs(StatusCode::kResourceExhausted)) << "its table must fit, too";
}

TEST_F(DiskFaultTest, SpaceThatIsKeptForTablesIsGivenBackOnceTheyAreWritten) {
  FC_ASSERT_OK(Append(50'000));
  disk_->SetFreeSpace(kMinFreeBytes + LogFolder::kManifestBytes + 40'000);
  EXPECT_THAT(Append(), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_TRUE(log_->LookAtDisk()) << "though nothing is acknowledged";
  FC_ASSERT_OK(log_->RetentionStep());
  FC_EXPECT_OK(Append());
  EXPECT_EQ(Held(), 2u);
}

TEST_F(DiskFaultTest, AWriteThatFindsTooLittleSpaceShowsAtOnce) {
  disk_->SetFreeSpace(kMinFreeBytes - 1);
  EXPECT_THAT(Append(), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kResourceExhausted));
}

TEST_F(DiskFaultTest, ATableThatCanNotBeWrittenShowsBeforeTheNextRequestComes) {
  disk_->Break({.fault = Fault::kAppend, .suffix = ".sst"});
  uint64_t taken = 0;
  // The one that finds the buffer full begins another write-ahead file, and sets off the writing of
  // the table.
  const size_t files = FilesEndingWith(env_.get(), "/state/log", ".log").size();
  while (FilesEndingWith(env_.get(), "/state/log", ".log").size() == files) {
    FC_ASSERT_OK(Append(20'000));
    ++taken;
    ASSERT_LT(taken, 100u);
  }
  EXPECT_TRUE(Eventually([&] { return !log_->Ready().ok(); }));
  EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kUnavailable, HasSubstr("the log's files")));
  EXPECT_THAT(Append(), StatusIs(StatusCode::kUnavailable));
  disk_->Heal();
  FC_ASSERT_OK(log_->Reopen());
  FC_EXPECT_OK(log_->Ready());
  EXPECT_EQ(Held(), taken);
}

}  // namespace
}  // namespace fluxcascade::edge
