#include "common/rocks/synced_edits_file_system.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/rocks/env_on_file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"

namespace fluxcascade {
namespace {

constexpr char kFolder[] = "/db";

// What happened to the files of one kind: 'a' an append, 's' a sync.
class RecordingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  RecordingFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base, std::string files)
      : FileSystemWrapper(base), files_(std::move(files)) {}

  const char* Name() const override { return "RecordingFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewWritableFile(path, options, file, debug);
    if (status.ok() && absl::StrContains(path, files_)) {
      *file = std::make_unique<File>(history, std::move(*file));
    }
    return status;
  }

  std::string history;

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::string& history, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), history_(history) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      history_ += 'a';
      return target()->Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      history_ += 's';
      return target()->Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    std::string& history_;
  };

  const std::string files_;
};

class SyncedEditsFileSystemTest : public testing::Test {
 protected:
  // What the files named so go through while two column families are made, and flushed together.
  std::string HistoryOf(const std::string& files, bool synced_edits) {
    const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    const auto recording = std::make_shared<RecordingFileSystem>(memory->GetFileSystem(), files);
    std::shared_ptr<rocksdb::FileSystem> top = recording;
    if (synced_edits) top = std::make_shared<SyncedEditsFileSystem>(recording);
    const std::unique_ptr<rocksdb::Env> env = NewEnvOnFileSystem(memory.get(), top);

    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.atomic_flush = true;
    options.env = env.get();
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    EXPECT_TRUE(rocksdb::DB::Open(options, kFolder,
                                  {{rocksdb::kDefaultColumnFamilyName, {}}, {"other", {}}},
                                  &families, &opened)
                    .ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::WriteOptions write;
    write.sync = true;
    for (const auto family : families) EXPECT_TRUE(db->Put(write, family, "key", "value").ok());
    EXPECT_TRUE(db->Flush(rocksdb::FlushOptions(), families).ok());
    for (const auto family : families) EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
    return recording->history;
  }
};

TEST_F(SyncedEditsFileSystemTest, RocksDbAloneLetsEditsShareASync) {
  EXPECT_THAT(HistoryOf("/MANIFEST-", /*synced_edits=*/false), testing::HasSubstr("aa"));
}

TEST_F(SyncedEditsFileSystemTest, EachEditIsSyncedBeforeTheNext) {
  const std::string history = HistoryOf("/MANIFEST-", /*synced_edits=*/true);
  EXPECT_THAT(history, testing::HasSubstr("asas"));
  EXPECT_THAT(history, testing::Not(testing::HasSubstr("aa")));
  EXPECT_THAT(history, testing::Not(testing::HasSubstr("ss"))) << "none is synced for nothing";
}

TEST_F(SyncedEditsFileSystemTest, OtherFilesAreSyncedAsEver) {
  EXPECT_EQ(HistoryOf(".log", /*synced_edits=*/true), HistoryOf(".log", /*synced_edits=*/false));
  EXPECT_EQ(HistoryOf(".sst", /*synced_edits=*/true), HistoryOf(".sst", /*synced_edits=*/false));
}

}  // namespace
}  // namespace fluxcascade
