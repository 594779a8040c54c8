#include "common/rocks/torn_files.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/rocks/unsynced_bytes.h"
#include "common/rocks/wal_for_test.h"
#include "common/rocks/wal_fragment.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kFolder[] = "/state/data";
// Spans blocks.
constexpr size_t kLong = 100'000;

class TornFilesTest : public testing::Test {
 protected:
  TornFilesTest() {
    disk_->MakeFolder("/state");
    disk_->MakeFolder(kFolder);
  }

  // A database with these values under 0, 1, …, each synced; closed again.
  void Write(const std::vector<std::string>& values) {
    std::unique_ptr<rocksdb::DB> db;
    ASSERT_TRUE(Open(&db).ok());
    rocksdb::WriteOptions sync;
    sync.sync = true;
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_TRUE(db->Put(sync, absl::StrCat(i), values[i]).ok());
    }
  }
  rocksdb::Status Open(std::unique_ptr<rocksdb::DB>* opened) {
    rocksdb::Options options;
    options.env = env_.get();
    options.create_if_missing = true;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, kFolder, &db);
    opened->reset(db);
    return status;
  }
  // The sizes of the values that are there.
  std::vector<size_t> Sizes() {
    std::unique_ptr<rocksdb::DB> db;
    const rocksdb::Status status = Open(&db);
    EXPECT_TRUE(status.ok()) << status.ToString();
    std::vector<size_t> sizes;
    if (!status.ok()) return sizes;
    std::string value;
    for (int i = 0; db->Get(rocksdb::ReadOptions(), absl::StrCat(i), &value).ok(); ++i) {
      sizes.push_back(value.size());
    }
    return sizes;
  }

  absl::Status Cut() { return CutTornEnds(env_.get(), kFolder, "the data folder"); }

  // Of those whose name begins and ends so, the last by name.
  std::string Newest(absl::string_view prefix, absl::string_view suffix) {
    std::vector<std::string> names;
    EXPECT_TRUE(env_->GetChildren(kFolder, &names).ok());
    std::string newest;
    for (const std::string& name : names) {
      if (absl::StartsWith(name, prefix) && absl::EndsWith(name, suffix)) {
        newest = std::max(newest, name);
      }
    }
    return absl::StrCat(kFolder, "/", newest);
  }
  std::string NewestLog() { return Newest("0", ".log"); }
  std::string ReadFile(const std::string& path) {
    std::string bytes;
    EXPECT_TRUE(rocksdb::ReadFileToString(env_.get(), path, &bytes).ok()) << path;
    return bytes;
  }
  void WriteFile(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(rocksdb::WriteStringToFile(env_.get(), bytes, path, /*should_sync=*/true).ok());
    std::unique_ptr<rocksdb::Directory> folder;
    ASSERT_TRUE(env_->NewDirectory(kFolder, &folder).ok());
    ASSERT_TRUE(folder->Fsync().ok());
  }
  void LoseSectorAround(const std::string& path, size_t at) {
    std::string bytes = ReadFile(path);
    const size_t from = at / 512 * 512;
    std::fill(bytes.begin() + from, bytes.begin() + std::min(from + 512, bytes.size()), '\0');
    WriteFile(path, bytes);
  }

  const std::shared_ptr<PowerCutFileSystem> disk_ = std::make_shared<PowerCutFileSystem>(1);
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
};

TEST_F(TornFilesTest, FilesMadeByHandAreAsRocksDbWritesThem) {
  Write({"short", std::string(kLong, 'x'), "short", std::string(30'000, 'y')});
  const std::string file = ReadFile(NewestLog());
  WalForTest again;
  std::string write;
  for (size_t at = 0; at + kWalHeaderBytes <= file.size();) {
    const size_t room = kWalBlockBytes - at % kWalBlockBytes;
    if (room < kWalHeaderBytes) {
      at += room;
      continue;
    }
    const std::optional<WalFragment> fragment =
        ParseWalFragment(absl::string_view(file).substr(at, room));
    ASSERT_TRUE(fragment.has_value()) << at;
    absl::StrAppend(&write, fragment->payload);
    at += fragment->size;
    if (fragment->part == WalPart::kFirst || fragment->part == WalPart::kMiddle) continue;
    again.Add(write);
    write.clear();
  }
  EXPECT_TRUE(again.bytes() == file);
}

TEST_F(TornFilesTest, WhatIsWholeStaysAsItIs) {
  Write({"a", std::string(kLong, 'x'), "b"});
  const std::string before = ReadFile(NewestLog());
  FC_ASSERT_OK(Cut());
  EXPECT_TRUE(ReadFile(NewestLog()) == before);
  EXPECT_THAT(Sizes(), ElementsAre(1, kLong, 1));
}

TEST_F(TornFilesTest, ALastWriteThatLacksASectorIsWhatRocksDbWouldNotOpenWith) {
  Write({std::string(kLong, 'x'), std::string(kLong, 'y')});
  LoseSectorAround(NewestLog(), 150'000);
  std::unique_ptr<rocksdb::DB> db;
  EXPECT_TRUE(Open(&db).IsCorruption());
  db.reset();
  FC_ASSERT_OK(Cut());
  EXPECT_THAT(Sizes(), ElementsAre(kLong));
}

TEST_F(TornFilesTest, TheCutOutlivesAPowerCut) {
  Write({std::string(kLong, 'x'), std::string(kLong, 'y')});
  const std::string path = NewestLog();
  LoseSectorAround(path, 150'000);
  FC_ASSERT_OK(Cut());
  const std::string cut = ReadFile(path);
  EXPECT_LT(cut.size(), 110'000u);
  const auto after = disk_->AfterPowerCut(1, Unsynced::kGone);
  std::string found;
  ASSERT_TRUE(rocksdb::ReadFileToString(rocksdb::NewCompositeEnv(after).get(), path, &found).ok());
  EXPECT_TRUE(found == cut) << found.size() << " bytes, and not " << cut.size();
}

TEST_F(TornFilesTest, DamageBeforeTheLastWriteIsRefusedAndNothingIsChanged) {
  Write({std::string(kLong, 'x'), std::string(kLong, 'y')});
  LoseSectorAround(NewestLog(), 50'000);
  const std::string before = ReadFile(NewestLog());
  EXPECT_THAT(Cut(), StatusIs(StatusCode::kDataLoss,
                              AllOf(HasSubstr("the data folder's file /state/data/0"),
                                    HasSubstr(".log is damaged at byte "))));
  EXPECT_TRUE(ReadFile(NewestLog()) == before);
}

TEST_F(TornFilesTest, WhatRocksDbWouldPassOverInSilenceIsRefused) {
  // With its header and key it takes a sector.
  const std::string first(488, 'x');
  std::vector<std::string> values(10, std::string(150, 'y'));
  values.insert(values.begin(), first);
  Write(values);
  LoseSectorAround(NewestLog(), 600);
  EXPECT_THAT(Cut(), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(Sizes(), ElementsAre(first.size()));
}

TEST_F(TornFilesTest, OnlyTheNewestFileIsLookedAt) {
  Write({"a"});
  WalForTest wal;
  wal.Add(BatchForTest(100, 1, 50));
  const std::string whole = wal.bytes();
  wal.Add(BatchForTest(101, 1, 3000));
  const std::string torn = wal.bytes().substr(0, 2000);
  const std::string older = absl::StrCat(kFolder, "/000998.log");
  const std::string newest = absl::StrCat(kFolder, "/001000.log");
  WriteFile(older, torn);
  WriteFile(newest, torn);
  FC_ASSERT_OK(Cut());
  EXPECT_EQ(ReadFile(older), torn);
  EXPECT_EQ(ReadFile(newest), whole);
}

TEST_F(TornFilesTest, ATornEditOfTheManifestIsCutOff) {
  Write({"a", "b"});
  const std::string path = Newest("MANIFEST-", "");
  const std::string before = ReadFile(path);
  WalForTest edit;
  edit.Add(std::string(2000, 'x'));
  WriteFile(path, before + edit.bytes());
  LoseSectorAround(path, before.size() + 1000);
  std::unique_ptr<rocksdb::DB> db;
  EXPECT_TRUE(Open(&db).IsCorruption());
  db.reset();
  FC_ASSERT_OK(Cut());
  EXPECT_EQ(ReadFile(path), before);
  EXPECT_THAT(Sizes(), ElementsAre(1, 1));
}

TEST_F(TornFilesTest, AManifestThatIsDamagedInItsMiddleIsLeftToRocksDb) {
  Write({"a", "b"});
  const std::string path = Newest("MANIFEST-", "");
  std::string damaged = ReadFile(path);
  damaged[20] ^= 1;
  WriteFile(path, damaged);
  FC_ASSERT_OK(Cut());
  EXPECT_EQ(ReadFile(path), damaged);
  std::unique_ptr<rocksdb::DB> db;
  EXPECT_TRUE(Open(&db).IsCorruption());
}

}  // namespace
}  // namespace fluxcascade
