#include "common/file/file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class FileTest : public testing::Test {
 protected:
  FileTest() {
    char name[] = "/tmp/file_test.XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }

  static mode_t Mode(const std::string& path) {
    struct stat status;
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }

  std::string folder_;
};

TEST_F(FileTest, ReadsWhatWasWritten) {
  const std::string data("with\0zero\n", 10);
  FC_ASSERT_OK(WriteFileAtomically(Path("a"), data, 0644));
  EXPECT_THAT(ReadFileToString(Path("a")), IsOkAndHolds(data));
}

TEST_F(FileTest, AnEmptyFileIsAFile) {
  FC_ASSERT_OK(WriteFileAtomically(Path("empty"), "", 0644));
  EXPECT_THAT(ReadFileToString(Path("empty")), IsOkAndHolds(""));
}

TEST_F(FileTest, ReadingNamesThePathInItsErrors) {
  EXPECT_THAT(ReadFileToString(Path("missing")),
              StatusIs(StatusCode::kNotFound, HasSubstr(Path("missing"))));
  EXPECT_THAT(ReadFileToString(folder_), testing::Not(IsOk()));
}

TEST_F(FileTest, ReadingStopsAtTheLimit) {
  FC_ASSERT_OK(WriteFileAtomically(Path("a"), std::string(100, 'x'), 0644));
  EXPECT_THAT(ReadFileToString(Path("a"), 100), IsOk());
  EXPECT_THAT(ReadFileToString(Path("a"), 99),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("99 bytes")));
}

TEST_F(FileTest, WritingReplacesAndLeavesNothingBeside) {
  FC_ASSERT_OK(WriteFileAtomically(Path("a"), "a longer text", 0644));
  FC_ASSERT_OK(WriteFileAtomically(Path("a"), "short", 0644));
  EXPECT_THAT(ReadFileToString(Path("a")), IsOkAndHolds("short"));
  EXPECT_FALSE(std::filesystem::exists(Path("a.new")));
}

TEST_F(FileTest, TheModeIsTheOneAskedFor) {
  const mode_t old = umask(077);
  FC_ASSERT_OK(WriteFileAtomically(Path("open"), "x", 0644));
  umask(0);
  FC_ASSERT_OK(WriteFileAtomically(Path("secret"), "x", 0600));
  umask(old);
  EXPECT_EQ(Mode(Path("open")), 0644u);
  EXPECT_EQ(Mode(Path("secret")), 0600u);
}

TEST_F(FileTest, WhatACrashLeftIsReplacedWithTheRightMode) {
  FC_ASSERT_OK(WriteFileAtomically(Path("a.new"), "torn", 0666));
  FC_ASSERT_OK(WriteFileAtomically(Path("a"), "whole", 0600));
  EXPECT_THAT(ReadFileToString(Path("a")), IsOkAndHolds("whole"));
  EXPECT_EQ(Mode(Path("a")), 0600u);
}

TEST_F(FileTest, AFailedWriteLeavesTheOldContents) {
  FC_ASSERT_OK(WriteFileAtomically(Path("a"), "old", 0644));
  std::filesystem::create_directory(Path("a.new"));
  EXPECT_THAT(WriteFileAtomically(Path("a"), "new", 0644), testing::Not(IsOk()));
  EXPECT_THAT(ReadFileToString(Path("a")), IsOkAndHolds("old"));
}

TEST_F(FileTest, WritingIntoAMissingFolderNamesThePath) {
  EXPECT_THAT(WriteFileAtomically(Path("no/such"), "x", 0644),
              StatusIs(StatusCode::kNotFound, HasSubstr(Path("no/such"))));
}

TEST_F(FileTest, MakesTheFoldersThatAreMissing) {
  FC_ASSERT_OK(MakeFolders(Path("a/b/c"), 0700));
  EXPECT_EQ(Mode(Path("a/b")), 0700u);
  EXPECT_EQ(Mode(Path("a/b/c")), 0700u);
  FC_EXPECT_OK(MakeFolders(Path("a/b/c"), 0700));
  FC_EXPECT_OK(MakeFolders(Path("a/b/d/"), 0700));
}

TEST_F(FileTest, AFileInTheWayOfAFolderIsNamed) {
  FC_ASSERT_OK(WriteFileAtomically(Path("a"), "x", 0644));
  EXPECT_THAT(MakeFolders(Path("a"), 0700),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(Path("a"))));
  EXPECT_THAT(MakeFolders(Path("a/b"), 0700), testing::Not(IsOk()));
}

}  // namespace
}  // namespace fluxcascade
