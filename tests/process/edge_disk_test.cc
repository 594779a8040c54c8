// The edge on a disk that is full for a while.

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/crypto/encoding.h"
#include "common/file/file.h"
#include "common/mutex/mutex.h"
#include "common/net/socket_address.h"
#include "common/net/testing/tls_test_client.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/testing/test_certificates.h"
#include "edge/testing/fake_control_plane.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/child_process.h"
#include "tests/process/edge_flags.h"

namespace fluxcascade {
namespace {

using edge::FakeControlPlane;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kProgram[] = "edge/edge";
constexpr char kToken[] = "AAAAAAAAAAAAAAAAAAAAAA";
constexpr int kSenders = 4;
constexpr size_t kBodyBytes = 100'000;
// Of the disk's 48 MiB something else takes so much. What it leaves once it is gone is enough to
// open again what the log has written by then.
constexpr size_t kOtherBytes = size_t{32} << 20;
constexpr uint64_t kSmallDisk = uint64_t{48} << 20;
// The least on which RocksDB has tables to take away: 64 MiB each, besides its write-ahead files.
constexpr uint64_t kLargerDisk = uint64_t{640} << 20;

edge::v1::Config OneHook() {
  edge::v1::Config config;
  config.set_version(1);
  edge::v1::Hook* hook = config.add_hooks();
  hook->set_id("hook-1");
  hook->set_token(kToken);
  hook->set_public_url("https://hooks.example.com/h");
  edge::v1::Recipe* recipe = hook->add_required();
  recipe->set_label("password");
  recipe->mutable_basic()->add_credentials()->set_value("hook:not-a-secret");
  return config;
}

// Why this process can't have a file system of its own; empty: it has one now, under `folder`,
// which ends with the process.
std::string MountDisk(const std::string& folder, uint64_t bytes) {
  if (geteuid() != 0) return "only root can mount";
  if (unshare(CLONE_NEWNS) != 0) return absl::StrCat("unshare: ", std::strerror(errno));
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", folder.c_str(), "tmpfs", 0, absl::StrCat("size=", bytes).c_str()) != 0) {
    return absl::StrCat("mount: ", std::strerror(errno));
  }
  return "";
}

class EdgeDiskTest : public testing::Test {
 protected:
  explicit EdgeDiskTest(uint64_t disk_bytes = kSmallDisk) : disk_bytes_(disk_bytes) {}

  void SetUp() override {
    char folder[] = "/tmp/fluxcascade-edge-disk-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    FC_ASSERT_OK(MakeFolders(File("disk"), 0700));
    // Before any thread: a namespace is the thread's that leaves the old one.
    const std::string why_not = MountDisk(File("disk"), disk_bytes_);
    mounted_ = why_not.empty();
    if (!mounted_) GTEST_SKIP() << "there is no small disk to fill: " << why_not;
    authority_ = std::make_unique<TestAuthority>();
    control_plane_ = std::make_unique<FakeControlPlane>(*authority_, *authority_);
  }
  void TearDown() override {
    edge_.reset();
    if (mounted_) umount2(File("disk").c_str(), MNT_DETACH);
    std::filesystem::remove_all(folder_);
  }

  std::string File(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }
  std::string Disk(absl::string_view name) const { return absl::StrCat(folder_, "/disk/", name); }
  void Spawn(uint64_t min_free_bytes) {
    std::vector<std::string> flags = EdgeFlags(File(""), *authority_, control_plane_->address());
    flags.insert(flags.end(), {absl::StrCat("--min_free_bytes=", min_free_bytes),
                               "--max_quarantine_bytes=0", "--log_dir=" + Disk("log")});
    edge_ = std::make_unique<ChildProcess>(kProgram, flags, File("stderr"));
    ASSERT_TRUE(control_plane_->NextHello().has_value()) << Stderr();
    ASSERT_TRUE(control_plane_->SendConfig(OneHook()));
    ASSERT_TRUE(control_plane_->Next(edge::v1::ConnectRequest::kConfigResult).has_value());
    FC_ASSERT_OK_AND_ASSIGN(address_, ListeningAddress(File("")));
  }
  std::string Stderr() const { return *ReadFileToString(File("stderr")); }

  void FillDisk() const {
    std::ofstream other(Disk("other"), std::ios::binary);
    other << std::string(kOtherBytes, 'x');
    ASSERT_TRUE(other.flush().good());
  }
  void FreeDisk() const { ASSERT_TRUE(std::filesystem::remove(Disk("other"))); }

  std::string Exchange(const std::string& request) const {
    const auto client = TlsTestClient::Connect(address_);
    if (!client.ok()) return client.status().ToString();
    (*client)->Send(request);
    return (*client)->ReceiveResponse();
  }
  std::string Post(const std::string& name, size_t body_bytes = kBodyBytes) const {
    const std::string body = absl::StrCat(name, "|", std::string(body_bytes, 'x'));
    return Exchange(absl::StrCat("POST /v1/hooks/", kToken, " HTTP/1.1\r\nHost: e\r\n",
                                 "Authorization: Basic ", Base64Encode("hook:not-a-secret"),
                                 "\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  }
  std::string Readiness() const { return Exchange("GET /readyz HTTP/1.1\r\nHost: e\r\n\r\n"); }

  // Posts from several senders until each was refused, and notes what was answered 200. Gives a
  // refusal.
  std::string PostUntilRefused() {
    Mutex mutex;
    std::string refusal;
    std::vector<std::thread> senders;
    for (int sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([&, sender] {
        std::string answer = "HTTP/1.1 200 ";
        for (int i = 0; absl::StartsWith(answer, "HTTP/1.1 200 "); ++i) {
          const std::string name = absl::StrCat(sender, "-", i);
          answer = Post(name);
          MutexLock lock(mutex);
          if (absl::StartsWith(answer, "HTTP/1.1 200 ")) answered_.insert(name);
        }
        MutexLock lock(mutex);
        refusal = answer;
      });
    }
    for (std::thread& sender : senders) sender.join();
    return refusal;
  }

  void AwaitReadiness() const {
    EXPECT_TRUE(Eventually([this] { return absl::StartsWith(Readiness(), "HTTP/1.1 200 "); }))
        << Stderr();
  }

  // Of the requests that the log holds, what each was named.
  std::set<std::string> PullNames() const {
    std::set<std::string> names;
    uint64_t after = 0;
    while (true) {
      EXPECT_TRUE(control_plane_->SendPull(after, 0));
      const auto message = control_plane_->Next(edge::v1::ConnectRequest::kBatch);
      if (!message.has_value() || message->batch().requests().empty()) return names;
      for (const auto& request : message->batch().requests()) {
        EXPECT_EQ(request.sequence(), after + 1);
        after = request.sequence();
        names.insert(request.body().substr(0, request.body().find('|')));
      }
    }
  }

  void FillThenFree(uint64_t min_free_bytes) {
    Spawn(min_free_bytes);
    FillDisk();
    const std::string refusal = PostUntilRefused();
    EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(refusal, HasSubstr("\r\nRetry-After: "));
    EXPECT_THAT(Readiness(), StartsWith("HTTP/1.1 503 "));
    EXPECT_GT(answered_.size(), 20u);

    FreeDisk();
    AwaitReadiness();
    EXPECT_THAT(Post("after"), StartsWith("HTTP/1.1 200 "));
    answered_.insert("after");
    EXPECT_EQ(edge_->WaitFor(absl::ZeroDuration()), std::nullopt) << "it has never ended";
    const std::set<std::string> kept = PullNames();
    for (const std::string& name : answered_) EXPECT_EQ(kept.count(name), 1u) << name;
  }

  const uint64_t disk_bytes_;
  std::string folder_;
  bool mounted_ = false;
  std::unique_ptr<TestAuthority> authority_;
  std::unique_ptr<FakeControlPlane> control_plane_;
  SocketAddress address_;
  std::unique_ptr<ChildProcess> edge_;
  std::set<std::string> answered_;
};

TEST_F(EdgeDiskTest, ADiskWithTooLittleSpaceRefusesWebhooksUntilThereIsMore) {
  FillThenFree(uint64_t{4} << 20);
  EXPECT_THAT(Stderr(), testing::Not(HasSubstr("the log takes nothing"))) << "it has not failed";
}

TEST_F(EdgeDiskTest, ADiskThatIsFullFailsTheLogWhichIsOpenedAgainWhenThereIsSpace) {
  FillThenFree(0);
}

class LargerEdgeDiskTest : public EdgeDiskTest {
 protected:
  LargerEdgeDiskTest() : EdgeDiskTest(kLargerDisk) {}
};

TEST_F(LargerEdgeDiskTest, WhatTheControlPlaneHasFillsNoDisk) {
  Spawn(uint64_t{32} << 20);
  constexpr size_t kLargeBody = 1'000'000;
  uint64_t taken = 0;
  while (taken * kLargeBody < kLargerDisk * 3 / 2) {
    // Refused at times, for a second or so: it comes faster than the log is looked after.
    ASSERT_TRUE(Eventually([this] {
      return absl::StartsWith(Post("large", kLargeBody), "HTTP/1.1 200 ");
    })) << "after "
        << taken << ": " << Stderr();
    ++taken;
    ASSERT_TRUE(control_plane_->SendAck(taken));
  }
  EXPECT_THAT(Stderr(), testing::Not(HasSubstr("the log takes nothing"))) << "it has not failed";
}

}  // namespace
}  // namespace fluxcascade
