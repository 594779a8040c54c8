#include "edge/log/log_database.h"

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "edge/log/test_folders.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LogDatabaseTest : public testing::Test {
 protected:
  LogDatabaseOptions Options() { return {.path = "/state/log", .env = env_.get()}; }
  void Put(LogDatabase& database) {
    rocksdb::WriteOptions sync;
    sync.sync = true;
    ASSERT_TRUE(database.db()->Put(sync, database.requests(), "key", "value").ok());
  }

  const std::unique_ptr<rocksdb::Env> env_ = NewTestEnv();
};

TEST_F(LogDatabaseTest, WhatWasWrittenIsThereWhenOpenedAgain) {
  for (const bool first : {true, false}) {
    FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(Options()));
    std::string value;
    const rocksdb::Status status =
        database->db()->Get(rocksdb::ReadOptions(), database->requests(), "key", &value);
    EXPECT_EQ(status.IsNotFound(), first);
    Put(*database);
  }
}

TEST_F(LogDatabaseTest, ASecondOpenSaysInOneLineWhoHasIt) {
  FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(Options()));
  EXPECT_THAT(LogDatabase::Open(Options()),
              StatusIs(StatusCode::kFailedPrecondition,
                       "the log folder /state/log can't be opened: another process has it open"));
}

TEST_F(LogDatabaseTest, OnADiskTooASecondOpenSaysWhoHasIt) {
  const std::string path = absl::StrCat(std::getenv("TEST_TMPDIR"), "/log");
  const LogDatabaseOptions options = {.path = path};
  FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(options));
  EXPECT_THAT(LogDatabase::Open(options),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("another process has it open")));
}

TEST_F(LogDatabaseTest, AFolderWithoutAParentIsNotMade) {
  const LogDatabaseOptions options = {.path =
                                          absl::StrCat(std::getenv("TEST_TMPDIR"), "/missing/log")};
  EXPECT_THAT(LogDatabase::Open(options),
              StatusIs(testing::Ne(StatusCode::kOk), HasSubstr("making the log folder")));
}

TEST_F(LogDatabaseTest, DataWithoutItsCurrentFileIsNotTakenForANewLog) {
  {
    FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(Options()));
    Put(*database);
  }
  ASSERT_TRUE(env_->DeleteFile("/state/log/CURRENT").ok());
  EXPECT_THAT(LogDatabase::Open(Options()),
              StatusIs(StatusCode::kDataLoss,
                       AllOf(HasSubstr("/state/log"), HasSubstr("CURRENT is missing"))));
  EXPECT_THAT(FilesEndingWith(env_.get(), "/state/log", ".log"), Not(IsEmpty()));
}

TEST_F(LogDatabaseTest, ReadingNeedsNoLockAndMakesNothing) {
  EXPECT_THAT(LogDatabase::OpenForReading(Options()),
              StatusIs(StatusCode::kNotFound, "there is no log in the folder /state/log"));
  EXPECT_FALSE(env_->FileExists("/state/log").ok());
  FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(Options()));
  Put(*database);
  const auto before = FilesEndingWith(env_.get(), "/state/log", "");
  FC_ASSERT_OK_AND_ASSIGN(const auto reading, LogDatabase::OpenForReading(Options()));
  std::string value;
  EXPECT_TRUE(reading->db()->Get(rocksdb::ReadOptions(), reading->requests(), "key", &value).ok());
  EXPECT_EQ(FilesEndingWith(env_.get(), "/state/log", ""), before);
}

}  // namespace
}  // namespace fluxcascade::edge
