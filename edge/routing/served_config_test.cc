#include "edge/routing/served_config.h"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "edge/verify/recipes_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint32_t kMaxBody = 1000;

std::string TokenOf(const std::string& id) { return id + std::string(21, 'A'); }

// Ids of one letter.
v1::Hook HookOf(const std::string& id) {
  v1::Hook hook;
  hook.set_id(id);
  hook.set_token(TokenOf(id));
  hook.set_public_url("https://hooks.example.com/h");
  *hook.add_required() = Basic("password", "hook:not-a-secret");
  return hook;
}

v1::Config ConfigOf(int64_t version, const std::vector<std::string>& ids) {
  v1::Config config;
  config.set_version(version);
  for (const std::string& id : ids) *config.add_hooks() = HookOf(id);
  return config;
}

class ServedConfigTest : public testing::Test {
 protected:
  ServedConfigTest() {
    path_ = absl::StrCat(testing::TempDir(), "/",
                         testing::UnitTest::GetInstance()->current_test_info()->name(), ".sealed");
    Restart();
  }

  ConfigCopyFile File() { return ConfigCopyFile(path_, *Keyring::Parse(keys_, random_)); }

  // Another process, with what is on disk and nothing else.
  void Restart() { config_ = std::make_unique<ServedConfig>(kMaxBody, File()); }

  v1::Config Ending(v1::Config config, int hook, absl::Time not_after) {
    *config.mutable_hooks(hook)->mutable_not_after() = ToProto(not_after);
    return config;
  }

  // Ids of the hooks on disk.
  std::vector<std::string> Kept() {
    const absl::StatusOr<v1::ConfigCopy> copy = File().Read();
    EXPECT_THAT(copy, IsOk());
    std::vector<std::string> ids;
    for (const v1::Hook& hook : copy->config().hooks()) ids.push_back(hook.id());
    return ids;
  }

  bool Serves(const std::string& id) {
    return config_->hooks().Get()->Find(TokenOf(id), now_) != nullptr;
  }

  // The disk takes no copy while this stands.
  void BreakDisk() { std::filesystem::create_directory(path_ + ".new"); }
  void MendDisk() { std::filesystem::remove(path_ + ".new"); }

  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  FakeRandom random_;
  std::string keys_ = Keyring::NewKeyLine("k1", random_);
  std::string path_;
  std::unique_ptr<ServedConfig> config_;
};

TEST_F(ServedConfigTest, AtFirstThereIsNoneAndNoCopy) {
  EXPECT_THAT(config_->StartFromCopy(now_), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(config_->version(), 0);
  EXPECT_EQ(config_->State().source(), v1::ConfigState::SOURCE_UNSPECIFIED);
  EXPECT_FALSE(config_->State().has_receive_time());
}

TEST_F(ServedConfigTest, WhatIsAppliedIsServedAndKept) {
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a", "b"}), now_));
  EXPECT_TRUE(Serves("b"));
  EXPECT_EQ(config_->version(), 5);
  EXPECT_EQ(config_->State().source(), v1::ConfigState::SOURCE_CONTROL_PLANE);
  EXPECT_EQ(FromProto(config_->State().receive_time()), now_);
  EXPECT_EQ(config_->State().no_copy_reason(), "");
  EXPECT_THAT(Kept(), ElementsAre("a", "b"));
}

TEST_F(ServedConfigTest, TheCopyIsForItsOwnerAlone) {
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_));
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(ServedConfigTest, AfterARestartTheCopyIsServedAndItsAgeIsKnown) {
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_));
  Restart();
  FC_ASSERT_OK(config_->StartFromCopy(now_ + absl::Hours(30)));
  EXPECT_TRUE(Serves("a"));
  EXPECT_EQ(config_->version(), 5);
  EXPECT_EQ(config_->State().source(), v1::ConfigState::SOURCE_COPY);
  EXPECT_EQ(FromProto(config_->State().receive_time()), now_);
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_ + absl::Hours(31)));
  EXPECT_EQ(config_->State().source(), v1::ConfigState::SOURCE_CONTROL_PLANE);
  EXPECT_EQ(FromProto(config_->State().receive_time()), now_ + absl::Hours(31));
}

TEST_F(ServedConfigTest, WhatIsRefusedChangesNeitherWhatIsServedNorTheCopy) {
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_));
  v1::Config bad = ConfigOf(6, {"b", "c"});
  bad.mutable_hooks(1)->clear_required();
  EXPECT_THAT(config_->Apply(bad, now_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("hooks[1]")));
  EXPECT_THAT(config_->Apply(ConfigOf(4, {"b"}), now_),
              StatusIs(StatusCode::kFailedPrecondition,
                       "version 4 is below version 5, which this edge serves"));
  EXPECT_EQ(config_->version(), 5);
  EXPECT_TRUE(Serves("a"));
  EXPECT_THAT(Kept(), ElementsAre("a"));
}

TEST_F(ServedConfigTest, ABadHookRefusesTheWholeAlsoWhenItsTimeIsOver) {
  v1::Config bad = Ending(ConfigOf(6, {"a", "b"}), 1, now_ - absl::Hours(1));
  bad.mutable_hooks(1)->clear_required();
  EXPECT_THAT(config_->Apply(bad, now_), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(ServedConfigTest, ACopyThatCanNotBeOpenedIsNamedAndNothingIsServed) {
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_));
  keys_ = Keyring::NewKeyLine("k2", random_);
  Restart();
  EXPECT_THAT(config_->StartFromCopy(now_),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(path_), HasSubstr("the key 'k1'"))));
  EXPECT_EQ(config_->version(), 0);
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_));
  EXPECT_THAT(Kept(), ElementsAre("a")) << "sealed with the new key";
}

TEST_F(ServedConfigTest, ACopyThatThisEdgeWouldRefuseIsNotServed) {
  v1::Config config = ConfigOf(5, {"a"});
  config.mutable_hooks(0)->set_max_body_bytes(kMaxBody);
  FC_ASSERT_OK(config_->Apply(config, now_));
  ServedConfig smaller(kMaxBody - 1, File());
  EXPECT_THAT(smaller.StartFromCopy(now_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("hooks[0].max_body_bytes")));
  EXPECT_EQ(smaller.version(), 0);
}

TEST_F(ServedConfigTest, AHookWhoseTimeIsOverIsForgottenHereAndOnDisk) {
  const absl::Time end = now_ + absl::Hours(1);
  FC_ASSERT_OK(config_->Apply(Ending(ConfigOf(5, {"a", "b"}), 0, end), now_));
  config_->Care(end);
  EXPECT_EQ(config_->hooks().Get()->size(), 2);
  EXPECT_THAT(Kept(), ElementsAre("a", "b"));
  config_->Care(end + absl::Microseconds(1));
  EXPECT_EQ(config_->hooks().Get()->size(), 1);
  EXPECT_THAT(Kept(), ElementsAre("b"));
  EXPECT_EQ(config_->version(), 5);
}

TEST_F(ServedConfigTest, AHookWhoseTimeWasOverBeforeTheStartIsNeitherServedNorKept) {
  FC_ASSERT_OK(config_->Apply(Ending(ConfigOf(5, {"a", "b"}), 0, now_), now_));
  Restart();
  now_ += absl::Microseconds(1);
  FC_ASSERT_OK(config_->StartFromCopy(now_));
  EXPECT_EQ(config_->hooks().Get()->size(), 1);
  EXPECT_FALSE(Serves("a"));
  EXPECT_TRUE(Serves("b"));
  EXPECT_THAT(Kept(), ElementsAre("b"));
}

TEST_F(ServedConfigTest, TheEdgesOwnRateLimitCountsOnWhenHooksAreForgotten) {
  ServedConfig limited(kMaxBody, std::nullopt, {.requests_per_second = 1});
  const auto take = [&] {
    return limited.hooks().Get()->Find(TokenOf("b"), now_)->rate->Take(absl::Hours(1));
  };
  FC_ASSERT_OK(limited.Apply(Ending(ConfigOf(5, {"a", "b"}), 0, now_), now_));
  EXPECT_TRUE(take());
  now_ += absl::Microseconds(1);
  limited.Care(now_);
  ASSERT_EQ(limited.hooks().Get()->size(), 1);
  EXPECT_FALSE(take()) << "and no bucket is filled";
}

TEST_F(ServedConfigTest, AConfigurationMayComeWithAHookWhoseTimeIsOver) {
  FC_ASSERT_OK(config_->Apply(Ending(ConfigOf(5, {"a"}), 0, now_ - absl::Seconds(1)), now_));
  EXPECT_EQ(config_->hooks().Get()->size(), 0);
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_F(ServedConfigTest, ACopyThatCanNotBeWrittenIsShownAndTriedAgain) {
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_));
  BreakDisk();
  FC_ASSERT_OK(config_->Apply(ConfigOf(6, {"b"}), now_)) << "webhooks are taken none the less";
  EXPECT_TRUE(Serves("b"));
  EXPECT_THAT(Kept(), ElementsAre("a"));
  EXPECT_THAT(config_->State().no_copy_reason(), HasSubstr(path_));
  config_->Care(now_);
  EXPECT_THAT(config_->State().no_copy_reason(), HasSubstr(path_));
  MendDisk();
  config_->Care(now_);
  EXPECT_EQ(config_->State().no_copy_reason(), "");
  EXPECT_THAT(Kept(), ElementsAre("b"));
}

TEST_F(ServedConfigTest, AFailedWriteIsLoggedOnce) {
  BreakDisk();
  testing::internal::CaptureStderr();
  FC_ASSERT_OK(config_->Apply(ConfigOf(5, {"a"}), now_));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("was not written"));
  testing::internal::CaptureStderr();
  config_->Care(now_);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
  MendDisk();
}

TEST_F(ServedConfigTest, WithoutAFileAllIsAsWithOneButForTheStart) {
  ServedConfig keyless(kMaxBody, std::nullopt);
  EXPECT_THAT(keyless.StartFromCopy(now_), StatusIs(StatusCode::kNotFound));
  FC_ASSERT_OK(keyless.Apply(ConfigOf(5, {"a"}), now_));
  EXPECT_EQ(keyless.version(), 5);
  EXPECT_EQ(keyless.State().no_copy_reason(), "it has no key to keep a copy with");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace fluxcascade::edge
