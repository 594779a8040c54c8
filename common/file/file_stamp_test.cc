#include "common/file/file_stamp.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "common/file/file.h"
#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

class FileStampTest : public testing::Test {
 protected:
  FileStampTest() { FC_EXPECT_OK(WriteFileAtomically(path_, "one", 0600)); }

  const std::string path_ =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(FileStampTest, AFileThatIsLeftAloneKeepsIt) { EXPECT_EQ(StampOf(path_), StampOf(path_)); }

TEST_F(FileStampTest, AReplacedFileHasAnother) {
  const FileStamp before = StampOf(path_);
  FC_ASSERT_OK(WriteFileAtomically(path_, "two", 0600));
  EXPECT_NE(StampOf(path_), before);
}

TEST_F(FileStampTest, AFileThatGrewHasAnother) {
  const FileStamp before = StampOf(path_);
  std::ofstream(path_, std::ios::app) << "more";
  EXPECT_NE(StampOf(path_), before);
}

TEST_F(FileStampTest, ARemovedFileHasNone) {
  EXPECT_NE(StampOf(path_), FileStamp());
  ASSERT_EQ(unlink(path_.c_str()), 0);
  EXPECT_EQ(StampOf(path_), FileStamp());
}

TEST_F(FileStampTest, ALinkThatIsTurnedElsewhereShowsTheOtherFile) {
  const std::string other = path_ + ".other";
  const std::string link = path_ + ".link";
  FC_ASSERT_OK(WriteFileAtomically(other, "one", 0600));
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(StampOf(link), StampOf(path_));
  ASSERT_EQ(unlink(link.c_str()), 0);
  ASSERT_EQ(symlink(other.c_str(), link.c_str()), 0);
  EXPECT_NE(StampOf(link), StampOf(path_));
}

}  // namespace
}  // namespace fluxcascade
