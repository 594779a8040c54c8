// A log in RocksDB on disks that fail, for a while or for good.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/hasty_env.h"
#include "edge/log/rocks_event_log_fixture_for_test.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

// A disk whose syncs can be made to fail.
class FailingDiskTest : public RocksEventLogFixture {
 protected:
  FailingDiskTest() {
    disk_->MakeFolder("/state");
    options_.folder.database.env = disk_env_.get();
  }
  ~FailingDiskTest() override { log_.reset(); }

  const std::shared_ptr<PowerCutFileSystem> disk_ = std::make_shared<PowerCutFileSystem>(1);
  const std::unique_ptr<rocksdb::Env> disk_env_ = NewHastyEnv(disk_);
};

TEST_F(FailingDiskTest, AfterAFailedSyncNothingThatWaitedIsAcknowledgedAndNothingIsTaken) {
  Open();
  Append({"a"});
  disk_->SetSync(PowerCutFileSystem::Sync::kFails);
  std::vector<absl::Status> results;
  for (int i = 0; i < 20; ++i) {
    log_->Append(RequestWithBody("{}"),
                 [&](const absl::StatusOr<uint64_t>& s) { results.push_back(s.status()); });
  }
  // The disk is well again, but what it did with the failed write is not known.
  EXPECT_THAT(TryToAppend("b"), StatusIs(StatusCode::kUnavailable));
  disk_->SetSync(PowerCutFileSystem::Sync::kWorks);
  EXPECT_THAT(TryToAppend("c"),
              StatusIs(StatusCode::kUnavailable, HasSubstr("must be opened again")));
  EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(log_->State().next_sequence(), 2u);
  EXPECT_EQ(BodiesFrom(After(0)), "a");
  log_.reset();
  ASSERT_THAT(results, SizeIs(20));
  EXPECT_THAT(results, Each(StatusIs(StatusCode::kUnavailable)));
  disk_->CutPowerAfter(0);
}

TEST_F(FailingDiskTest, ReopenedOnAWorkingDiskItGoesOn) {
  Open();
  Append({"a"});
  const v1::Pull end = ReadToTheEnd();
  disk_->SetSync(PowerCutFileSystem::Sync::kFails);
  EXPECT_FALSE(TryToAppend("b").ok());
  EXPECT_EQ(log_->Stats().failed_writes, 1u);
  disk_->SetSync(PowerCutFileSystem::Sync::kWorks);
  FC_ASSERT_OK(log_->Reopen());
  FC_EXPECT_OK(log_->Ready());
  Append({"c"});
  // The disk may have kept what it said it had not.
  EXPECT_THAT(BodiesFrom(end), testing::AnyOf("c", "b c"));
  FC_EXPECT_OK(log_->Reopen());
}

TEST_F(FailingDiskTest, ReopenedItKnowsWhatWasAcknowledgedAndNotWrittenDownYet) {
  Open();
  Append({"a", "b"});
  Acknowledge(2);
  disk_->SetSync(PowerCutFileSystem::Sync::kFails);
  EXPECT_FALSE(TryToAppend("c").ok());
  disk_->SetSync(PowerCutFileSystem::Sync::kWorks);
  FC_ASSERT_OK(log_->Reopen());
  const ConsumerPosition primary = log_->Consumers().front();
  EXPECT_EQ(primary.acknowledged, 2u);
  // The disk may have kept what it said it had not, and that is not older than it is.
  EXPECT_THAT(primary.oldest_unacknowledged, testing::AnyOf(std::nullopt, clock_.Now()));
  RetentionStep();
  Open();
  EXPECT_EQ(log_->Consumers().front().acknowledged, 2u);
}

TEST_F(FailingDiskTest, OnADiskThatStillFailsItStaysFailed) {
  Open();
  Append({"a"});
  disk_->SetSync(PowerCutFileSystem::Sync::kFails);
  EXPECT_FALSE(TryToAppend("b").ok());
  disk_->CutPowerAfter(0);
  EXPECT_FALSE(log_->Reopen().ok());
  EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kUnavailable, HasSubstr("can't be opened")));
  EXPECT_THAT(TryToAppend("c"), StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(log_->Read(After(0), &error_), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(error_.reason(), v1::PullError::REASON_UNSPECIFIED);
  EXPECT_THAT(log_->RetentionStep(), StatusIs(StatusCode::kUnavailable));
}

// A disk that can be told not to read for a while.
class StumblingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "StumblingFileSystem"; }
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewRandomAccessFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(*file), stumbles);
    return status;
  }

  std::atomic<bool> stumbles{false};

 private:
  class File final : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSRandomAccessFile> file, const std::atomic<bool>& stumbles)
        : FSRandomAccessFileOwnerWrapper(std::move(file)), stumbles_(stumbles) {}

    rocksdb::IOStatus Read(uint64_t offset, size_t size, const rocksdb::IOOptions& options,
                           rocksdb::Slice* result, char* scratch,
                           rocksdb::IODebugContext* debug) const override {
      if (stumbles_) return rocksdb::IOStatus::IOError("the disk does not answer");
      return target()->Read(offset, size, options, result, scratch, debug);
    }

   private:
    const std::atomic<bool>& stumbles_;
  };
};

class StumblingDiskTest : public RocksEventLogFixture {
 protected:
  StumblingDiskTest() { options_.folder.database.env = disk_env_.get(); }
  ~StumblingDiskTest() override { log_.reset(); }

  const std::shared_ptr<StumblingFileSystem> disk_ =
      std::make_shared<StumblingFileSystem>(env_->GetFileSystem());
  const std::unique_ptr<rocksdb::Env> disk_env_ = NewHastyEnv(disk_);
};

TEST_F(StumblingDiskTest, ADiskThatDoesNotReadForAWhileIsNoDamage) {
  Open();
  // Each in a block of its own: what is looked at when the log is opened stays in memory.
  const std::string large(64 << 10, 'x');
  Append({large, "a", large, "b", large});
  options_.folder.max_open_check_bytes = 0;
  Open();  // from the write-ahead file into a table
  disk_->stumbles = true;
  error_.Clear();
  for (const v1::Pull& pull : {After(0), After(1), After(1, std::string(16, 'x'))}) {
    EXPECT_THAT(log_->Read(pull, &error_),
                StatusIs(StatusCode::kUnavailable, HasSubstr("the disk does not answer")))
        << pull.after();
    EXPECT_EQ(error_.reason(), v1::PullError::REASON_UNSPECIFIED);
  }
  disk_->stumbles = false;
  EXPECT_EQ(BodiesFrom(After(0)),
            absl::StrJoin({large, std::string("a"), large, std::string("b"), large}, " "));
}

// A disk of 5 MB for the log alone.
class SmallFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  static constexpr uint64_t kBytes = 5'000'000;

  SmallFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target, std::string folder)
      : FileSystemWrapper(target), folder_(std::move(folder)) {}

  const char* Name() const override { return "SmallFileSystem"; }
  rocksdb::IOStatus GetFreeSpace(const std::string&, const rocksdb::IOOptions& options,
                                 uint64_t* free, rocksdb::IODebugContext* debug) override {
    std::vector<std::string> files;
    rocksdb::IOStatus status = target()->GetChildren(folder_, options, &files, debug);
    uint64_t used = 0;
    for (const std::string& file : files) {
      uint64_t size = 0;
      // One that is deleted meanwhile takes nothing.
      if (target()->GetFileSize(folder_ + "/" + file, options, &size, debug).ok()) used += size;
    }
    *free = kBytes - std::min(used, kBytes);
    return status;
  }

 private:
  const std::string folder_;
};

class SmallDiskTest : public RocksEventLogFixture {
 protected:
  SmallDiskTest() {
    options_.folder.database.env = disk_env_.get();
    options_.folder.database.write_buffer_bytes = 64 << 10;
    options_.min_free_bytes = 200'000;
  }
  ~SmallDiskTest() override { log_.reset(); }

  // As often as it is its turn.
  void CareForLog() {
    if (log_->LookAtDisk()) RetentionStep();
  }

  const std::unique_ptr<rocksdb::Env> disk_env_ =
      NewHastyEnv(std::make_shared<SmallFileSystem>(env_->GetFileSystem(), kFolder));
};

TEST_F(SmallDiskTest, WhatIsAcknowledgedNeverStopsTheLog) {
  Open();
  const std::string body(20'000, 'x');
  for (uint64_t sent = 0; sent < 4 * SmallFileSystem::kBytes; sent += body.size()) {
    // Tables are written and taken away while the log takes more.
    ASSERT_TRUE(Eventually([&] {
      CareForLog();
      return TryToAppend(body).ok();
    }));
    Acknowledge(log_->State().next_sequence() - 1);
  }
  EXPECT_GT(First(), 1u);
}

TEST_F(SmallDiskTest, WhatNobodyHasAcknowledgedFillsItAndStays) {
  Open();
  const std::string body(20'000, 'x');
  uint64_t taken = 0;
  absl::Status refused;
  while ((refused = TryToAppend(body)).ok()) {
    CareForLog();
    ++taken;
    ASSERT_LT(taken * body.size(), SmallFileSystem::kBytes);
  }
  EXPECT_THAT(refused, StatusIs(StatusCode::kResourceExhausted));
  for (int i = 0; i < 3; ++i) CareForLog();
  EXPECT_EQ(First(), 1u);
  EXPECT_EQ(log_->State().next_sequence(), taken + 1);

  Acknowledge(taken);
  EXPECT_TRUE(Eventually([&] {
    CareForLog();
    return TryToAppend(body).ok();
  })) << "once it is acknowledged, it makes room";
}

}  // namespace
}  // namespace fluxcascade::edge
