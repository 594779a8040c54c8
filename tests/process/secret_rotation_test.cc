// A client secret that is changed over and over while webhooks come in, with an edge and a control
// plane as they are shipped.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/mutex/mutex.h"
#include "common/testing/eventually.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/deployment.h"

namespace fluxcascade {
namespace {

using testing::IsEmpty;
using testing::StartsWith;

constexpr char kApp[] = "crm";
constexpr int kSenders = 3;
// The secret that signs, and as many former ones as may be kept, are the ten that an edge takes.
constexpr int kRotations = 9;
// What every sender sends, at least, with each secret.
constexpr int kLeastPerSecret = 10;

std::string Secret(int number) { return absl::StrCat("fake-client-secret-", number); }

class SecretRotationTest : public testing::Test {
 protected:
  void SetUp() override {
    hook_url_ = deployment_.admin().CreateApp(kApp, Secret(0));
    deployment_.StartEdge();
  }

  // Signs with what the system signs with now, until the test ends.
  void SendAll() {
    while (!ended_) {
      const int signed_with = secret_;
      const std::string answer = deployment_.Post(hook_url_, Secret(signed_with), "[1]");
      MutexLock lock(mutex_);
      if (!absl::StartsWith(answer, "HTTP/1.1 200 ")) {
        refused_.push_back(absl::StrCat(Secret(signed_with), ": ", answer));
      }
      if (signed_with == secret_) ++sent_with_secret_;
    }
  }
  bool EachSecretWasUsed() {
    return Eventually([this] {
      MutexLock lock(mutex_);
      return sent_with_secret_ >= kSenders * kLeastPerSecret;
    });
  }
  // The system changes over to it.
  void SignWith(int number) {
    MutexLock lock(mutex_);
    secret_ = number;
    sent_with_secret_ = 0;
  }

  Deployment deployment_;
  std::string hook_url_;
  std::atomic<int> secret_ = 0;
  std::atomic<bool> ended_ = false;
  Mutex mutex_;
  int sent_with_secret_ FC_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> refused_ FC_GUARDED_BY(mutex_);
};

TEST_F(SecretRotationTest, NothingIsRefusedWhileTheFormerSecretIsKept) {
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i) senders.emplace_back([this] { SendAll(); });
  for (int number = 1; number <= kRotations; ++number) {
    EXPECT_TRUE(EachSecretWasUsed()) << Secret(number - 1);
    deployment_.admin().SetClientSecret(kApp, Secret(number),
                                        "keep_former_secret { seconds: 3600 }");
    EXPECT_TRUE(deployment_.EdgeIsCurrent());
    SignWith(number);
  }
  EXPECT_TRUE(EachSecretWasUsed());
  ended_ = true;
  for (std::thread& sender : senders) sender.join();
  for (int number = 0; number <= kRotations; ++number) {
    EXPECT_THAT(deployment_.Post(hook_url_, Secret(number), "[1]"), StartsWith("HTTP/1.1 200 "));
  }
  MutexLock lock(mutex_);
  EXPECT_THAT(refused_, IsEmpty());
}

TEST_F(SecretRotationTest, WithoutKeepingItTheFormerSecretIsRefusedAtOnce) {
  EXPECT_THAT(deployment_.Post(hook_url_, Secret(0), "[1]"), StartsWith("HTTP/1.1 200 "));
  deployment_.admin().SetClientSecret(kApp, Secret(1));
  EXPECT_TRUE(deployment_.EdgeIsCurrent());
  EXPECT_THAT(deployment_.Post(hook_url_, Secret(0), "[1]"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(deployment_.Post(hook_url_, Secret(1), "[1]"), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace fluxcascade
