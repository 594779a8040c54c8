#include "edge/quarantine/quarantine_folder.h"

#include <sys/stat.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QuarantineFolderTest : public testing::Test {
 protected:
  const std::string path_ =
      absl::StrCat(testing::TempDir(), "/",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), "/quarantine");
  std::unique_ptr<QuarantineFolder> folder_ = *QuarantineFolder::Open(path_);
};

TEST_F(QuarantineFolderTest, WhatIsWrittenIsReadAndListedInOrder) {
  for (const uint64_t number : {300u, 2u, 16u}) {
    FC_ASSERT_OK(folder_->Write(number, absl::StrCat("bytes of ", number)));
  }
  EXPECT_THAT(*folder_->Numbers(), ElementsAre(2, 16, 300));
  EXPECT_EQ(*folder_->Read(16), "bytes of 16");
  FC_EXPECT_OK(folder_->Remove(16));
  FC_EXPECT_OK(folder_->Remove(16));
  EXPECT_THAT(*folder_->Numbers(), ElementsAre(2, 300));
  EXPECT_THAT(folder_->Read(16).status(), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(QuarantineFolderTest, FilesAreTheirOwnersAlone) {
  FC_ASSERT_OK(folder_->Write(1, "bytes"));
  struct stat status = {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(stat((path_ + "/0000000000000001").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(QuarantineFolderTest, FilesOfOtherNamesAreLeftAlone) {
  for (const char* name : {"1", "000000000000000A", "00000000000000001", "notes"}) {
    FC_ASSERT_OK(WriteFileAtomically(absl::StrCat(path_, "/", name), "x", 0600));
  }
  EXPECT_THAT(*folder_->Numbers(), IsEmpty());
}

TEST_F(QuarantineFolderTest, OnlyOneHasIt) {
  EXPECT_THAT(QuarantineFolder::Open(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(path_)));
  folder_.reset();
  FC_EXPECT_OK(QuarantineFolder::Open(path_));
}

TEST_F(QuarantineFolderTest, AFileInItsPlaceIsAnError) {
  FC_ASSERT_OK(WriteFileAtomically(path_ + ".file", "x", 0600));
  EXPECT_THAT(QuarantineFolder::Open(path_ + ".file").status(), testing::Not(IsOk()));
}

TEST_F(QuarantineFolderTest, ADiskHasSomeRoom) { EXPECT_GT(*folder_->FreeBytes(), 0u); }

}  // namespace
}  // namespace fluxcascade::edge
