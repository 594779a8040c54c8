// A log in RocksDB on a disk that lets a sync wait: whoever uses the log does not wait for the
// disk.
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "common/mutex/mutex.h"
#include "common/status/status_matchers.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/hasty_env.h"
#include "edge/log/rocks_event_log_fixture_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade::edge {
namespace {

// Syncs of write-ahead files can be made to wait.
class LateFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "LateFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewWritableFile(path, options, file, debug);
    if (status.ok() && absl::EndsWith(path, ".log")) {
      *file = std::make_unique<File>(std::move(*file), *this);
    }
    return status;
  }

  void HoldSyncs() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void LetSyncsGo() {
    MutexLock lock(mutex_);
    held_ = false;
    changed_.NotifyAll();
  }
  void WaitForASync() {
    MutexLock lock(mutex_);
    while (waiting_ == 0) changed_.Wait(mutex_);
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, LateFileSystem& disk)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}

    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      disk_.Wait();
      return target()->Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      disk_.Wait();
      return target()->Fsync(options, debug);
    }

   private:
    LateFileSystem& disk_;
  };

  void Wait() {
    MutexLock lock(mutex_);
    ++waiting_;
    changed_.NotifyAll();
    while (held_) changed_.Wait(mutex_);
    --waiting_;
  }

  Mutex mutex_;
  CondVar changed_;
  bool held_ FC_GUARDED_BY(mutex_) = false;
  int waiting_ FC_GUARDED_BY(mutex_) = 0;
};

class LateDiskTest : public RocksEventLogFixture {
 protected:
  LateDiskTest() { options_.folder.database.env = disk_env_.get(); }
  ~LateDiskTest() override { log_.reset(); }

  void ExpectReturns(const std::string& what, const std::function<void()>& call) {
    const std::future<void> done = std::async(std::launch::async, call);
    const bool returned = done.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
    EXPECT_TRUE(returned) << what;
    // Otherwise the test would wait for it.
    if (!returned) disk_->LetSyncsGo();
  }

  const std::shared_ptr<LateFileSystem> disk_ =
      std::make_shared<LateFileSystem>(env_->GetFileSystem());
  const std::unique_ptr<rocksdb::Env> disk_env_ = NewHastyEnv(disk_);
};

TEST_F(LateDiskTest, WhileASyncWaitsNobodyElseDoes) {
  Open();
  Append({"a"});
  disk_->HoldSyncs();
  std::promise<absl::StatusOr<uint64_t>> b;
  std::promise<absl::StatusOr<uint64_t>> c;
  log_->Append(RequestWithBody("b"),
               [&b](const absl::StatusOr<uint64_t>& sequence) { b.set_value(sequence); });
  disk_->WaitForASync();

  ExpectReturns("Append", [&] {
    log_->Append(RequestWithBody("c"),
                 [&c](const absl::StatusOr<uint64_t>& sequence) { c.set_value(sequence); });
  });
  ExpectReturns("Ready", [&] { FC_EXPECT_OK(log_->Ready()); });
  ExpectReturns("Stats", [&] { EXPECT_GT(log_->Stats().bytes, 0u); });
  ExpectReturns("State", [&] { EXPECT_EQ(log_->State().next_sequence(), 2u); });
  ExpectReturns("Consumers", [&] { EXPECT_EQ(Positions(), "primary 0 -1"); });
  ExpectReturns("Read", [&] { EXPECT_EQ(BodiesFrom(After(0)), "a"); });
  ExpectReturns("Acknowledge", [&] { Acknowledge(1); });

  std::future<absl::StatusOr<uint64_t>> result_of_b = b.get_future();
  EXPECT_EQ(result_of_b.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  disk_->LetSyncsGo();
  FC_ASSERT_OK_AND_ASSIGN(const uint64_t sequence_of_b, result_of_b.get());
  FC_ASSERT_OK_AND_ASSIGN(const uint64_t sequence_of_c, c.get_future().get());
  EXPECT_EQ(sequence_of_b, 2u);
  EXPECT_EQ(sequence_of_c, 3u);
}

}  // namespace
}  // namespace fluxcascade::edge
