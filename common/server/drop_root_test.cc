#include "common/server/drop_root.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::Contains;
using testing::HasSubstr;

constexpr char kUser[] = "nobody";

TEST(FindUserTest, KnowsAUserWithItsGroups) {
  FC_ASSERT_OK_AND_ASSIGN(const UserIdentity user, FindUser(kUser));
  EXPECT_GT(user.uid, 0u);
  EXPECT_THAT(user.groups, Contains(user.gid));
}

TEST(FindUserTest, NobodyAndRootAreRefused) {
  EXPECT_THAT(FindUser("no-such-user"), StatusIs(StatusCode::kNotFound, HasSubstr("no-such-user")));
  EXPECT_THAT(FindUser("root"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("'root'")));
}

class AsRootTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can drop root";
    FC_ASSERT_OK_AND_ASSIGN(user_, FindUser(kUser));
    char folder[] = "/tmp/fluxcascade-drop-root-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }
  std::string Write(absl::string_view name) const {
    FC_EXPECT_OK(WriteFileAtomically(Path(name), "x", 0600));
    return Path(name);
  }
  static uid_t OwnerOf(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status.st_uid;
  }

  UserIdentity user_;
  std::string folder_;
};

// What a child that has dropped root finds, as its exit status: 0 when all is as it should be.
int Dropped(const UserIdentity& user) {
  if (!DropRoot(user).ok()) return 1;
  if (getuid() != user.uid || geteuid() != user.uid || getgid() != user.gid) return 2;
  if (getgroups(0, nullptr) != static_cast<int>(user.groups.size())) return 3;
  if (setuid(0) == 0 || setgid(0) == 0 || setgroups(0, nullptr) == 0) return 4;
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 5;
  if (access("/root", R_OK) == 0) return 6;
  return DropRoot(user).ok() ? 0 : 7;
}

TEST_F(AsRootTest, DroppedRootCanNotComeBack) {
  EXPECT_EXIT(_exit(Dropped(user_)), testing::ExitedWithCode(0), "");
}

TEST_F(AsRootTest, WhoIsNotRootCanNotBecomeAnother) {
  const auto become_another = [this] {
    if (!DropRoot(user_).ok()) return 1;
    UserIdentity another = user_;
    another.uid = user_.uid - 1;
    return absl::IsPermissionDenied(DropRoot(another)) ? 0 : 2;
  };
  EXPECT_EXIT(_exit(become_another()), testing::ExitedWithCode(0), "");
}

TEST_F(AsRootTest, AFolderIsMadeForTheUserWithThoseAboveIt) {
  FC_ASSERT_OK(GiveFolder(Path("a/b"), user_));
  EXPECT_EQ(OwnerOf(Path("a")), user_.uid);
  EXPECT_EQ(OwnerOf(Path("a/b")), user_.uid);
  EXPECT_EQ(OwnerOf(folder_), 0u) << "it was there before";
}

TEST_F(AsRootTest, WhatRootLeftInTheFolderBecomesTheUsers) {
  FC_ASSERT_OK(MakeFolders(Path("log"), 0700));
  const std::string file = Write("log/000001.log");
  FC_ASSERT_OK(GiveFolder(Path("log"), user_));
  EXPECT_EQ(OwnerOf(Path("log")), user_.uid);
  EXPECT_EQ(OwnerOf(file), user_.uid);
}

TEST_F(AsRootTest, LinksOutOfTheFolderGiveNothingAway) {
  FC_ASSERT_OK(MakeFolders(Path("log"), 0700));
  const std::string secret = Write("secret");
  const std::string other = Write("other");
  ASSERT_EQ(symlink(secret.c_str(), Path("log/symbolic").c_str()), 0);
  ASSERT_EQ(link(other.c_str(), Path("log/hard").c_str()), 0);
  FC_ASSERT_OK(GiveFolder(Path("log"), user_));
  EXPECT_EQ(OwnerOf(secret), 0u);
  EXPECT_EQ(OwnerOf(other), 0u);
  ASSERT_EQ(symlink(folder_.c_str(), Path("log-link").c_str()), 0);
  EXPECT_THAT(GiveFolder(Path("log-link"), user_).ToString(), HasSubstr("must be a folder"));
  EXPECT_EQ(OwnerOf(folder_), 0u);
}

}  // namespace
}  // namespace fluxcascade
