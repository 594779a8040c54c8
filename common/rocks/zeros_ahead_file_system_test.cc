#include "common/rocks/zeros_ahead_file_system.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"

namespace fluxcascade {
namespace {

constexpr uint64_t kBytes = 256 << 10;

// Tells what a disk would that is nearly full, or refuses to make the file of zeros.
class NarrowFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  NarrowFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "NarrowFileSystem"; }
  rocksdb::IOStatus GetFreeSpace(const std::string&, const rocksdb::IOOptions&, uint64_t* free,
                                 rocksdb::IODebugContext*) override {
    *free = asked++ == 0 ? free_bytes : free_bytes - taken_bytes;
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (refuse_zeros && absl::EndsWith(path, ZerosAheadFileSystem::kReadyFile)) {
      return rocksdb::IOStatus::NoSpace("refused");
    }
    return target()->NewWritableFile(path, options, file, debug);
  }

  uint64_t free_bytes = ~uint64_t{0};
  // Of these, what is gone once zeros are being written.
  uint64_t taken_bytes = 0;
  int asked = 0;
  bool refuse_zeros = false;
};

class ZerosAheadFileSystemTest : public testing::Test {
 protected:
  ZerosAheadFileSystemTest() {
    std::string pattern = testing::TempDir() + "/zeros-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~ZerosAheadFileSystemTest() override { std::filesystem::remove_all(folder_); }

  std::shared_ptr<ZerosAheadFileSystem> MakeAhead() {
    return std::make_shared<ZerosAheadFileSystem>(base_, folder_, kBytes);
  }
  std::string ReadyPath() const {
    return absl::StrCat(folder_, "/", ZerosAheadFileSystem::kReadyFile);
  }
  // Of the only write-ahead file.
  uint64_t LogFileSize() const {
    uint64_t size = 0;
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() != ".log") continue;
      size = entry.file_size();
      ++files;
    }
    EXPECT_EQ(files, 1);
    return size;
  }
  std::unique_ptr<rocksdb::DB> OpenDatabase(rocksdb::Env* env) const {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.env = env;
    rocksdb::DB* db = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, folder_, &db).ok());
    return std::unique_ptr<rocksdb::DB>(db);
  }
  static void Put(rocksdb::DB& db, const std::string& key) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    ASSERT_TRUE(db.Put(synced, key, "value").ok());
  }

  std::string folder_;
  const std::shared_ptr<NarrowFileSystem> base_ = std::make_shared<NarrowFileSystem>();
};

TEST_F(ZerosAheadFileSystemTest, AWriteAheadFileBeginsAsTheReadyOne) {
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  const auto env = rocksdb::NewCompositeEnv(ahead);
  const auto db = OpenDatabase(env.get());
  Put(*db, "a");
  EXPECT_EQ(LogFileSize(), kBytes);
  ahead->WaitUntilReady();
  EXPECT_EQ(std::filesystem::file_size(ReadyPath()), kBytes);
}

TEST_F(ZerosAheadFileSystemTest, WhatWasWrittenIsFoundWithZerosBehindIt) {
  const std::string copy = folder_ + ".copy";
  {
    const auto ahead = MakeAhead();
    ahead->WaitUntilReady();
    const auto env = rocksdb::NewCompositeEnv(ahead);
    const auto db = OpenDatabase(env.get());
    for (const char* const key : {"a", "b", "c"}) Put(*db, key);
    // As after a crash.
    std::filesystem::copy(folder_, copy, std::filesystem::copy_options::recursive);
  }
  std::filesystem::remove_all(folder_);
  std::filesystem::rename(copy, folder_);
  const auto db = OpenDatabase(rocksdb::Env::Default());
  std::string value;
  for (const char* const key : {"a", "b", "c"}) {
    EXPECT_TRUE(db->Get(rocksdb::ReadOptions(), key, &value).ok()) << key;
  }
}

TEST_F(ZerosAheadFileSystemTest, AClosedWriteAheadFileEndsWhereItsContentsDo) {
  {
    const auto ahead = MakeAhead();
    ahead->WaitUntilReady();
    const auto env = rocksdb::NewCompositeEnv(ahead);
    const auto db = OpenDatabase(env.get());
    Put(*db, "a");
  }
  EXPECT_LT(LogFileSize(), 1000);
}

TEST_F(ZerosAheadFileSystemTest, GrowsBeyondTheZeros) {
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  const auto env = rocksdb::NewCompositeEnv(ahead);
  const auto db = OpenDatabase(env.get());
  Put(*db, std::string(kBytes, 'k'));
  EXPECT_GT(LogFileSize(), kBytes);
}

TEST_F(ZerosAheadFileSystemTest, WhatAnEarlierProcessLeftIsNotTakenForZeros) {
  ASSERT_TRUE(
      rocksdb::WriteStringToFile(rocksdb::Env::Default(), std::string(kBytes, 'x'), ReadyPath())
          .ok());
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  std::string bytes;
  ASSERT_TRUE(rocksdb::ReadFileToString(rocksdb::Env::Default(), ReadyPath(), &bytes).ok());
  EXPECT_EQ(bytes, std::string(kBytes, '\0'));
}

TEST_F(ZerosAheadFileSystemTest, ASecondOneLeavesTheFilesOfTheFirstAlone) {
  const auto first = MakeAhead();
  first->WaitUntilReady();
  const std::string before = ReadyPath() + ".before";
  std::filesystem::create_hard_link(ReadyPath(), before);
  {
    const auto second = MakeAhead();
    second->WaitUntilReady();
    const auto env = rocksdb::NewCompositeEnv(second);
    const auto db = OpenDatabase(env.get());
    Put(*db, "a");
    EXPECT_LT(LogFileSize(), kBytes);
  }
  EXPECT_TRUE(std::filesystem::equivalent(ReadyPath(), before));
}

TEST_F(ZerosAheadFileSystemTest, LeavesNoFileBehind) {
  MakeAhead()->WaitUntilReady();
  EXPECT_FALSE(std::filesystem::exists(ReadyPath()));
}

TEST_F(ZerosAheadFileSystemTest, DoesWithoutZerosWhereTheyDoNotFit) {
  base_->free_bytes = ZerosAheadFileSystem::kLeastFree * kBytes - 1;
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  EXPECT_FALSE(std::filesystem::exists(ReadyPath()));
  const auto env = rocksdb::NewCompositeEnv(ahead);
  const auto db = OpenDatabase(env.get());
  Put(*db, "a");
  EXPECT_LT(LogFileSize(), kBytes);
}

TEST_F(ZerosAheadFileSystemTest, WritesZerosIntoTheLastRoomThatIsEnough) {
  base_->free_bytes = ZerosAheadFileSystem::kLeastFree * kBytes;
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  EXPECT_TRUE(std::filesystem::exists(ReadyPath()));
}

TEST_F(ZerosAheadFileSystemTest, GivesUpWhenOthersTakeTheRoomMeanwhile) {
  base_->free_bytes = ZerosAheadFileSystem::kLeastFree * kBytes;
  base_->taken_bytes = kBytes + 1;
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  EXPECT_FALSE(std::filesystem::exists(ReadyPath()));
}

TEST_F(ZerosAheadFileSystemTest, ItsOwnZerosDoNotCountAgainstIt) {
  base_->free_bytes = ZerosAheadFileSystem::kLeastFree * kBytes;
  base_->taken_bytes = kBytes;
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  EXPECT_TRUE(std::filesystem::exists(ReadyPath()));
}

TEST_F(ZerosAheadFileSystemTest, DoesWithoutZerosThatCannotBeWritten) {
  base_->refuse_zeros = true;
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  const auto env = rocksdb::NewCompositeEnv(ahead);
  const auto db = OpenDatabase(env.get());
  Put(*db, "a");
  EXPECT_LT(LogFileSize(), kBytes);
}

TEST_F(ZerosAheadFileSystemTest, TriesAgainWithTheNextWriteAheadFile) {
  base_->free_bytes = 0;
  const auto ahead = MakeAhead();
  ahead->WaitUntilReady();
  base_->free_bytes = ~uint64_t{0};
  const auto env = rocksdb::NewCompositeEnv(ahead);
  const auto db = OpenDatabase(env.get());
  ahead->WaitUntilReady();
  EXPECT_TRUE(std::filesystem::exists(ReadyPath()));
}

}  // namespace
}  // namespace fluxcascade
