#include "common/rocks/database_folder.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/rocks/unsynced_bytes.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

constexpr char kFolder[] = "/state/data";

class DatabaseFolderTest : public testing::Test {
 protected:
  DatabaseFolderTest() { disk_->MakeFolder("/state"); }

  absl::Status Prepare() { return PrepareDatabaseFolder(env_.get(), kFolder, "the data folder"); }

  absl::Status Open(std::unique_ptr<rocksdb::DB>* opened) {
    rocksdb::Options options;
    options.env = env_.get();
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, kFolder, &db);
    opened->reset(db);
    return DatabaseOpened(status, kFolder, "the data folder");
  }

  const std::shared_ptr<PowerCutFileSystem> disk_ = std::make_shared<PowerCutFileSystem>(1);
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
};

TEST_F(DatabaseFolderTest, AFolderThatWasPreparedOutlivesAPowerCut) {
  FC_ASSERT_OK(Prepare());
  const auto after = disk_->AfterPowerCut(1, Unsynced::kGone);
  EXPECT_TRUE(rocksdb::NewCompositeEnv(after)->FileExists(kFolder).ok());
}

TEST_F(DatabaseFolderTest, AFolderWithADatabaseIsLeftAlone) {
  FC_ASSERT_OK(Prepare());
  std::unique_ptr<rocksdb::DB> db;
  FC_ASSERT_OK(Open(&db));
  db = nullptr;
  FC_EXPECT_OK(Prepare());
  FC_EXPECT_OK(Open(&db));
}

TEST_F(DatabaseFolderTest, DataWithoutADatabaseIsNotDeleted) {
  FC_ASSERT_OK(Prepare());
  ASSERT_TRUE(rocksdb::WriteStringToFile(env_.get(), "data", std::string(kFolder) + "/000007.sst",
                                         /*should_sync=*/true)
                  .ok());
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kDataLoss,
                                  AllOf(HasSubstr("the data folder /state/data"),
                                        HasSubstr("000007.sst"), HasSubstr("CURRENT"))));
}

TEST_F(DatabaseFolderTest, ADatabaseThatIsOpenIsRefusedInOneLine) {
  FC_ASSERT_OK(Prepare());
  std::unique_ptr<rocksdb::DB> first;
  std::unique_ptr<rocksdb::DB> second;
  FC_ASSERT_OK(Open(&first));
  // Before anything of it is read: while it is written, its end looks torn.
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("has it open")));
  const absl::Status refused = Open(&second);
  EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition,
                                "the data folder /state/data can't be opened: another process has "
                                "it open"));
}

TEST_F(DatabaseFolderTest, OtherFailuresKeepTheirReason) {
  EXPECT_THAT(DatabaseOpened(rocksdb::Status::Corruption("bad block"), kFolder, "the data folder"),
              StatusIs(StatusCode::kDataLoss, HasSubstr("bad block")));
}

}  // namespace
}  // namespace fluxcascade
