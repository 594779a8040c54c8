#include "edge/quarantine/quarantine_folder.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

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
using testing::Not;

constexpr uint64_t kBlock = QuarantineFolder::kBlockBytes;

QuarantineItem Item(uint64_t number, uint64_t blocks = 1) {
  return {.number = number, .bytes = blocks * kBlock};
}

class QuarantineFolderTest : public testing::Test {
 protected:
  std::string File(uint64_t number) const {
    return absl::StrCat(path_, "/", absl::Hex(number, absl::kZeroPad16));
  }
  std::string Bytes(uint64_t number) const { return *ReadFileToString(File(number)); }
  uint64_t BytesOnDisk(uint64_t number) const {
    struct stat status = {};
    EXPECT_EQ(stat(File(number).c_str(), &status), 0);
    return static_cast<uint64_t>(status.st_blocks) * 512;
  }

  void Reopen() {
    folder_.reset();  // it holds the lock
    folder_ = *QuarantineFolder::Open(path_);
  }

  // "number: bytes" of a file's records.
  std::vector<std::string> Load(uint64_t file) {
    std::vector<std::string> records;
    const auto loaded = folder_->Load(file);
    if (!loaded.ok()) return {loaded.status().ToString()};
    for (const auto& record : *loaded) {
      records.push_back(absl::StrCat(record.number, ": ", record.bytes));
    }
    return records;
  }

  const std::string path_ =
      absl::StrCat(testing::TempDir(), "/",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), "/quarantine");
  std::unique_ptr<QuarantineFolder> folder_ = *QuarantineFolder::Open(path_);
};

TEST_F(QuarantineFolderTest, RecordsAreReadWhereTheyWereWritten) {
  FC_ASSERT_OK(folder_->Write(1, {"one", std::string(kBlock, 'b'), "four"}));
  EXPECT_EQ(folder_->next_number(), 5u);
  FC_ASSERT_OK(folder_->Write(16, {"sixteen"}));
  EXPECT_THAT(*folder_->Files(), ElementsAre(1, 16));
  EXPECT_EQ(*folder_->Read(Item(1)), "one");
  EXPECT_EQ(*folder_->Read(Item(2, 2)), std::string(kBlock, 'b'));
  EXPECT_EQ(*folder_->Read(Item(4)), "four");
  EXPECT_EQ(*folder_->Read(Item(16)), "sixteen");
  EXPECT_THAT(folder_->Read(Item(3)).status(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(folder_->Read(Item(5)).status(), StatusIs(absl::StatusCode::kNotFound));
}

// The example in FORMAT.md.
TEST_F(QuarantineFolderTest, TheBytesStayAsTheyAre) {
  FC_ASSERT_OK(folder_->Write(1, {"one", "two"}));
  const std::string bytes = Bytes(1);
  ASSERT_EQ(bytes.size(), 2 * kBlock);
  EXPECT_EQ(bytes.substr(0, 12), std::string("FCQ1\x03\0\0\0one\0", 12));
  EXPECT_EQ(bytes.substr(kBlock, 12), std::string("FCQ1\x03\0\0\0two\0", 12));
}

TEST_F(QuarantineFolderTest, ARecordFillsItsBlocksToTheLastByte) {
  EXPECT_EQ(QuarantineFolder::OnDisk(kBlock - 8), kBlock);
  EXPECT_EQ(QuarantineFolder::OnDisk(kBlock - 7), 2 * kBlock);
  FC_ASSERT_OK(folder_->Write(1, {std::string(kBlock - 8, 'a'), std::string(kBlock - 7, 'b')}));
  EXPECT_EQ(Bytes(1).size(), 3 * kBlock);
  EXPECT_EQ(*folder_->Read(Item(1)), std::string(kBlock - 8, 'a'));
  EXPECT_EQ(*folder_->Read(Item(2, 2)), std::string(kBlock - 7, 'b'));
}

TEST_F(QuarantineFolderTest, WhatWasWrittenIsLoaded) {
  FC_ASSERT_OK(folder_->Write(1, {"one", "two"}));
  FC_ASSERT_OK(folder_->Write(5, {"five"}));
  Reopen();
  EXPECT_THAT(*folder_->Files(), ElementsAre(1, 5));
  EXPECT_THAT(Load(1), ElementsAre("1: one", "2: two"));
  EXPECT_THAT(Load(5), ElementsAre("5: five"));
  EXPECT_EQ(folder_->next_number(), 6u);
  EXPECT_EQ(*folder_->Read(Item(2)), "two");
  FC_EXPECT_OK(folder_->Remove({Item(2), Item(1)}));
  EXPECT_THAT(*folder_->Files(), ElementsAre(5));
}

TEST_F(QuarantineFolderTest, WhatIsRemovedIsGoneAndTheRestStays) {
  FC_ASSERT_OK(folder_->Write(1, {"one", "two", "three", "four"}));
  const uint64_t before = BytesOnDisk(1);
  FC_EXPECT_OK(folder_->Remove({Item(3), Item(2)}));
  EXPECT_EQ(before - BytesOnDisk(1), 2 * kBlock) << "their blocks go back to the disk";
  EXPECT_THAT(folder_->Read(Item(2)).status(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(*folder_->Read(Item(4)), "four");
  Reopen();
  EXPECT_THAT(Load(1), ElementsAre("1: one", "4: four"));
  FC_EXPECT_OK(folder_->Remove({Item(1)}));
  FC_EXPECT_OK(folder_->Remove({Item(4)}));
  EXPECT_THAT(*folder_->Files(), IsEmpty()) << "with its last record";
}

TEST_F(QuarantineFolderTest, WhatIsRemovedOfSeveralFilesIsGone) {
  FC_ASSERT_OK(folder_->Write(1, {"one", "two"}));
  FC_ASSERT_OK(folder_->Write(3, {"three", "four"}));
  FC_ASSERT_OK(folder_->Write(5, {"five"}));
  FC_EXPECT_OK(folder_->Remove({Item(4), Item(1), Item(5), Item(2)}));
  EXPECT_THAT(*folder_->Files(), ElementsAre(3));
  EXPECT_EQ(*folder_->Read(Item(3)), "three");
}

// One that can't make holes in its files, as some over the network.
TEST_F(QuarantineFolderTest, WhatIsRemovedIsGoneOnAnyFileSystem) {
  std::string skipped;
  // A namespace of its own ends with the thread.
  std::thread([this, &skipped] {
    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("ramfs", path_.c_str(), "ramfs", 0, nullptr) != 0) {
      skipped = "it takes a file system of its own, and so root";
      return;
    }
    Reopen();
    FC_ASSERT_OK(folder_->Write(1, {"one", "two", "three"}));
    FC_EXPECT_OK(folder_->Remove({Item(1), Item(2)}));
    Reopen();
    EXPECT_THAT(Load(1), ElementsAre("3: three"));
    FC_EXPECT_OK(folder_->Remove({Item(3)}));
    EXPECT_THAT(*folder_->Files(), IsEmpty());
    folder_.reset();
  }).join();
  if (!skipped.empty()) GTEST_SKIP() << skipped;
}

TEST_F(QuarantineFolderTest, WhatAPowerCutHasTornIsPassedOver) {
  FC_ASSERT_OK(folder_->Write(1, {"one", std::string(kBlock, 'b'), "four"}));
  std::string bytes = Bytes(1);
  bytes.replace(kBlock, kBlock, kBlock, '\0');
  FC_ASSERT_OK(WriteFileAtomically(File(1), bytes, 0600));
  Reopen();
  EXPECT_THAT(Load(1), ElementsAre("1: one", "4: four"));
}

TEST_F(QuarantineFolderTest, ARecordIsCutShortWithItsFile) {
  FC_ASSERT_OK(folder_->Write(1, {"one", "second"}));
  FC_ASSERT_OK(WriteFileAtomically(File(1), Bytes(1).substr(0, kBlock + 11), 0600));
  Reopen();
  EXPECT_THAT(Load(1), ElementsAre("1: one", "2: sec"));
  EXPECT_EQ(folder_->next_number(), 3u);
}

TEST_F(QuarantineFolderTest, AFileWithoutRecordsIsRefusedAndCanBeRemoved) {
  for (const std::string& bytes : {std::string(), std::string(kBlock, '\0'), std::string("FCQ1")}) {
    FC_ASSERT_OK(WriteFileAtomically(File(7), bytes, 0600));
    Reopen();
    EXPECT_THAT(folder_->Load(7).status(),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(File(7))));
    FC_EXPECT_OK(folder_->RemoveFile(7));
    FC_EXPECT_OK(folder_->RemoveFile(7));
    EXPECT_THAT(*folder_->Files(), IsEmpty());
  }
}

TEST_F(QuarantineFolderTest, AFileWithinTheOneBeforeIsRefused) {
  FC_ASSERT_OK(folder_->Write(1, {"one", "two"}));
  FC_ASSERT_OK(WriteFileAtomically(File(2), Bytes(1), 0600));
  Reopen();
  EXPECT_THAT(Load(1), ElementsAre("1: one", "2: two"));
  EXPECT_THAT(folder_->Load(2).status(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(*folder_->Read(Item(2)), "two");
}

TEST_F(QuarantineFolderTest, AFileIsAsLargeAsItMayBeAndNotLarger) {
  const std::string largest(QuarantineFolder::kMaxFileBytes - 8, 'b');
  FC_ASSERT_OK(folder_->Write(1, {largest}));
  std::string bytes = Bytes(1);
  Reopen();
  EXPECT_EQ(folder_->Load(1)->front().bytes, largest);
  bytes.push_back('b');
  FC_ASSERT_OK(WriteFileAtomically(File(1), bytes, 0600));
  Reopen();
  EXPECT_THAT(folder_->Load(1).status(), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(QuarantineFolderTest, ANameThatIsTakenIsAnErrorAndInNobodysWay) {
  FC_ASSERT_OK(WriteFileAtomically(File(1), "in its place", 0600));
  EXPECT_THAT(folder_->Write(1, {"one", "two"}), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(folder_->next_number(), 3u);
  FC_EXPECT_OK(folder_->Write(3, {"three"}));
}

TEST_F(QuarantineFolderTest, FilesAreTheirOwnersAlone) {
  FC_ASSERT_OK(folder_->Write(1, {"bytes"}));
  struct stat status = {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(File(1).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(QuarantineFolderTest, FilesOfOtherNamesAreLeftAlone) {
  for (const char* name : {"1", "000000000000000A", "00000000000000001", "notes"}) {
    FC_ASSERT_OK(WriteFileAtomically(absl::StrCat(path_, "/", name), "x", 0600));
  }
  EXPECT_THAT(*folder_->Files(), IsEmpty());
}

TEST_F(QuarantineFolderTest, OnlyOneHasIt) {
  EXPECT_THAT(QuarantineFolder::Open(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(path_)));
  folder_.reset();
  FC_EXPECT_OK(QuarantineFolder::Open(path_));
}

TEST_F(QuarantineFolderTest, AFileInItsPlaceIsAnError) {
  FC_ASSERT_OK(WriteFileAtomically(path_ + ".file", "x", 0600));
  EXPECT_THAT(QuarantineFolder::Open(path_ + ".file").status(), Not(IsOk()));
}

TEST_F(QuarantineFolderTest, ADiskHasSomeRoom) { EXPECT_GT(*folder_->FreeBytes(), 0u); }

}  // namespace
}  // namespace fluxcascade::edge
