#include "edge/routing/start_config.h"

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class StartConfigTest : public testing::Test {
 protected:
  StartConfigTest() {
    folder_ = absl::StrCat(testing::TempDir(), "/",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
    FC_EXPECT_OK(MakeFolders(folder_, 0700));
    key_file_ = folder_ + "/keys";
    WriteKeys(Keyring::NewKeyLine("k1", random_));
  }

  void WriteKeys(const std::string& lines) {
    FC_EXPECT_OK(WriteFileAtomically(key_file_, lines, 0600));
  }

  absl::StatusOr<std::optional<Keyring>> Keys() { return ReadConfigKeys(key_file_, random_); }

  // What a process logs while it starts; its configuration is in config_.
  std::string LogOfStart(absl::Time now) {
    testing::internal::CaptureStderr();
    config_ = StartServedConfig({.keys = *Keys(), .folder = folder_, .max_body_bytes = 1000}, now);
    return testing::internal::GetCapturedStderr();
  }

  void Apply(int64_t version) {
    v1::Config config;
    config.set_version(version);
    FC_EXPECT_OK(config_->Apply(config, now_));
  }

  FakeRandom random_;
  std::string folder_;
  std::string key_file_;
  const absl::Time now_ = absl::FromUnixSeconds(1767225600);
  std::unique_ptr<ServedConfig> config_;
};

TEST_F(StartConfigTest, AFirstStartHasNothingAndTheNextOneWhatWasApplied) {
  EXPECT_THAT(LogOfStart(now_), HasSubstr("no copy of a configuration yet"));
  EXPECT_EQ(config_->version(), 0);
  Apply(5);
  EXPECT_THAT(LogOfStart(now_ + absl::Hours(2)),
              AllOf(HasSubstr("serving the copy"), HasSubstr(R"("version":5)"),
                    HasSubstr(R"("age":7200)")));
  EXPECT_EQ(config_->version(), 5);
}

TEST_F(StartConfigTest, WithoutKeysNoCopyIsKeptAndTheLogSaysSo) {
  key_file_.clear();
  EXPECT_THAT(LogOfStart(now_), HasSubstr("no --config_key_file"));
  Apply(5);
  LogOfStart(now_);
  EXPECT_EQ(config_->version(), 0);
}

TEST_F(StartConfigTest, ACopyThatCanNotBeUsedIsNamedAndStopsNothing) {
  LogOfStart(now_);
  Apply(5);
  WriteKeys(Keyring::NewKeyLine("k2", random_));
  EXPECT_THAT(LogOfStart(now_), AllOf(HasSubstr("can't be used"), HasSubstr("config.sealed"),
                                      HasSubstr("the key 'k1'")));
  EXPECT_EQ(config_->version(), 0);
  FC_ASSERT_OK(WriteFileAtomically(folder_ + "/config.sealed", "nonsense", 0600));
  EXPECT_THAT(LogOfStart(now_), HasSubstr("no copy of a configuration"));
  Apply(6);
  EXPECT_THAT(LogOfStart(now_), HasSubstr("serving the copy"));
}

TEST_F(StartConfigTest, AKeyFileThatCanNotBeReadStopsTheStartAndIsNamed) {
  const std::string key = Keyring::NewKeyLine("k1", random_).substr(3, 43);
  WriteKeys("k1 " + key);
  EXPECT_THAT(Keys().status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(key_file_), HasSubstr("line 1"), Not(HasSubstr(key)))));
  key_file_ = folder_ + "/none";
  EXPECT_THAT(Keys().status(), StatusIs(StatusCode::kNotFound, HasSubstr(key_file_)));
}

}  // namespace
}  // namespace fluxcascade::edge
