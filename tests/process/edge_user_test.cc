// The edge started as root: what it keeps of that, which is nothing.

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/file/file.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "edge/testing/fake_control_plane.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/child_process.h"

namespace fluxcascade {
namespace {

using edge::FakeControlPlane;
using testing::HasSubstr;
using testing::Optional;

constexpr char kProgram[] = "edge/edge";
constexpr char kUser[] = "nobody";
constexpr absl::Duration kPatience = absl::Seconds(20);

class EdgeUserTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    const passwd* const user = getpwnam(kUser);
    ASSERT_NE(user, nullptr);
    uid_ = user->pw_uid;
    // The test's own folder may lie where that user can't go.
    char folder[] = "/tmp/fluxcascade-edge-user-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    ASSERT_EQ(chmod(folder, 0755), 0);
    folder_ = folder;
  }
  void TearDown() override {
    edge_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string File(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }
  std::string Write(absl::string_view name, absl::string_view text, mode_t mode) const {
    FC_EXPECT_OK(WriteFileAtomically(File(name), text, mode));
    return File(name);
  }

  // The key of the hooks' certificate is root's; `link_key_mode` is of the one that is read again
  // each time that the link dials.
  void Spawn(mode_t link_key_mode) {
    const TestCertificate node = authority_.Issue({.dns_names = {"edge-1"}});
    edge_ = std::make_unique<ChildProcess>(
        kProgram,
        std::vector<std::string>{
            absl::StrCat("--user=", kUser), "--listen=127.0.0.1:0",
            "--metrics_listen=", "--max_connections=1000", "--min_free_bytes=0",
            "--tls_cert=" + Write("hooks.pem", node.certificate_pem, 0600),
            "--tls_key=" + Write("hooks.key", node.key_pem, 0600),
            "--link_cert=" + Write("node.pem", node.certificate_pem, 0644),
            "--link_key=" + Write("node.key", node.key_pem, link_key_mode),
            "--link_ca=" + Write("ca.pem", authority_.certificate_pem(), 0644),
            "--control_plane=" + control_plane_.address(), "--log_dir=" + File("state/log")},
        File("stderr"));
  }

  std::string Stderr() const { return *ReadFileToString(File("stderr")); }
  // Of each thread of the process, what proc(5) says.
  std::vector<std::string> ThreadStates() const {
    std::vector<std::string> states;
    const std::string tasks = absl::StrCat("/proc/", edge_->pid(), "/task");
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      states.push_back(*ReadFileToString(task.path().string() + "/status"));
    }
    return states;
  }
  static uid_t OwnerOf(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status.st_uid;
  }

  TestAuthority authority_;
  FakeControlPlane control_plane_{authority_, authority_};
  uid_t uid_ = 0;
  std::string folder_;
  std::unique_ptr<ChildProcess> edge_;
};

TEST_F(EdgeUserTest, ItBecomesTheUserInEveryThreadAndGivesItTheLog) {
  Spawn(0644);
  ASSERT_TRUE(control_plane_.NextHello().has_value()) << Stderr();
  const std::vector<std::string> states = ThreadStates();
  EXPECT_GT(states.size(), 3u);
  for (const std::string& state : states) {
    EXPECT_THAT(state, HasSubstr(absl::StrCat("\nUid:\t", uid_, "\t", uid_, "\t", uid_, "\t")));
    EXPECT_THAT(state, HasSubstr("\nCapPrm:\t0000000000000000\n"));
    EXPECT_THAT(state, HasSubstr("\nNoNewPrivs:\t1\n"));
  }
  EXPECT_EQ(OwnerOf(File("state")), uid_);
  for (const auto& file : std::filesystem::directory_iterator(File("state/log"))) {
    EXPECT_EQ(OwnerOf(file.path().string()), uid_);
  }
  edge_->Signal(SIGTERM);
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(0)) << Stderr();
}

TEST_F(EdgeUserTest, ALogThatRootWroteBeforeIsTheUsersFromThenOn) {
  FC_ASSERT_OK(MakeFolders(File("state"), 0755));
  FC_ASSERT_OK(MakeFolders(File("state/log"), 0700));
  Spawn(0644);
  ASSERT_TRUE(control_plane_.NextHello().has_value()) << Stderr();
  EXPECT_EQ(OwnerOf(File("state")), 0u) << "it was there, and is not the log's";
  EXPECT_EQ(OwnerOf(File("state/log")), uid_);
}

TEST_F(EdgeUserTest, ALinkKeyThatTheUserCanNotReadShowsAtTheStart) {
  Spawn(0600);
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(1));
  EXPECT_THAT(Stderr(), HasSubstr("node.key"));
}

}  // namespace
}  // namespace fluxcascade
