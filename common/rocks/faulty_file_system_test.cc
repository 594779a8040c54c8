#include "common/rocks/faulty_file_system.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {
namespace {

constexpr char kLog[] = "/f/000001.log";
constexpr char kTable[] = "/f/000002.sst";

class FaultyFileSystemTest : public testing::Test {
 protected:
  FaultyFileSystemTest() { EXPECT_TRUE(env_->CreateDirIfMissing("/f").ok()); }

  rocksdb::Status Write(const std::string& path, bool sync = false) {
    return rocksdb::WriteStringToFile(env_.get(), "12345678", path, sync);
  }
  rocksdb::Status Read(const std::string& path, std::string* bytes) {
    return rocksdb::ReadFileToString(env_.get(), path, bytes);
  }

  const std::unique_ptr<rocksdb::Env> memory_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  const std::shared_ptr<FaultyFileSystem> disk_ =
      std::make_shared<FaultyFileSystem>(memory_->GetFileSystem());
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  std::string bytes_;
};

TEST_F(FaultyFileSystemTest, WithoutAScriptEverythingWorks) {
  ASSERT_TRUE(Write(kLog, /*sync=*/true).ok());
  ASSERT_TRUE(Read(kLog, &bytes_).ok());
  EXPECT_EQ(bytes_, "12345678");
  EXPECT_EQ(disk_->failures(), 0u);
}

TEST_F(FaultyFileSystemTest, AFullDiskMakesNoFileAndIsToldAsSuch) {
  disk_->Break({.fault = Fault::kNoSpace});
  EXPECT_TRUE(Write(kLog).IsNoSpace());
  disk_->Break({.fault = Fault::kNoSpace, .after = 1});
  EXPECT_TRUE(Write(kLog).IsNoSpace());
  disk_->Heal();
  EXPECT_TRUE(Write(kTable).ok());
  EXPECT_EQ(disk_->failures(), 2u);
}

TEST_F(FaultyFileSystemTest, OfAFailedAppendAPartIsThere) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  ASSERT_TRUE(disk_->NewWritableFile(kLog, rocksdb::FileOptions(), &file, nullptr).ok());
  disk_->Break({.fault = Fault::kAppend, .after = 1, .times = 1});
  const rocksdb::IOOptions options;
  EXPECT_TRUE(file->Append("12345678", options, nullptr).ok());
  EXPECT_TRUE(file->Append("12345678", options, nullptr).IsIOError());
  EXPECT_TRUE(file->Append("90", options, nullptr).ok());
  ASSERT_TRUE(Read(kLog, &bytes_).ok());
  EXPECT_EQ(bytes_, "12345678123490");
}

TEST_F(FaultyFileSystemTest, OnlyFilesOfTheScriptFail) {
  disk_->Break({.fault = Fault::kSync, .suffix = ".log"});
  EXPECT_TRUE(Write(kTable, /*sync=*/true).ok());
  EXPECT_TRUE(Write(kLog, /*sync=*/true).IsIOError());
  std::unique_ptr<rocksdb::FSDirectory> folder;
  ASSERT_TRUE(disk_->NewDirectory("/f", rocksdb::IOOptions(), &folder, nullptr).ok());
  EXPECT_TRUE(folder->Fsync(rocksdb::IOOptions(), nullptr).ok());
  disk_->Break({.fault = Fault::kSync});
  EXPECT_TRUE(folder->Fsync(rocksdb::IOOptions(), nullptr).IsIOError());
}

TEST_F(FaultyFileSystemTest, SaysWhateverSpaceIsFree) {
  uint64_t free = 0;
  disk_->SetFreeSpace(7);
  ASSERT_TRUE(env_->GetFreeSpace("/f", &free).ok());
  EXPECT_EQ(free, 7u);
  disk_->SetFreeSpace(std::nullopt);
  EXPECT_TRUE(env_->GetFreeSpace("/f", &free).IsNotSupported());
}

TEST_F(FaultyFileSystemTest, ReadsFailOfBothKinds) {
  ASSERT_TRUE(Write(kLog).ok());
  disk_->Break({.fault = Fault::kRead});
  EXPECT_TRUE(Read(kLog, &bytes_).IsIOError());
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  ASSERT_TRUE(disk_->NewRandomAccessFile(kLog, rocksdb::FileOptions(), &file, nullptr).ok());
  char scratch[8];
  rocksdb::Slice result;
  EXPECT_TRUE(file->Read(0, 8, rocksdb::IOOptions(), &result, scratch, nullptr).IsIOError());
  disk_->Heal();
  EXPECT_TRUE(file->Read(0, 8, rocksdb::IOOptions(), &result, scratch, nullptr).ok());
}

}  // namespace
}  // namespace fluxcascade
