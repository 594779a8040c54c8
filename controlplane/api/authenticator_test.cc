#include "controlplane/api/authenticator.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/file/file.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kMethod[] = "/fluxcascade.v1.AppService/ListApps";

class AuthenticatorTest : public testing::Test {
 protected:
  AuthenticatorTest() {
    char name[] = "/tmp/authenticator_test.XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/admin.token";
  }
  ~AuthenticatorTest() override { std::filesystem::remove_all(folder_); }

  absl::StatusOr<bool> Ensure() { return EnsureAdminToken(*store_, path_, clock_, random_); }

  // The administrator's token, which must have been made.
  std::string Token() {
    const auto text = ReadFileToString(path_);
    EXPECT_THAT(text, IsOk());
    return std::string(absl::StripSuffix(text.value_or(""), "\n"));
  }

  // A call with these headers.
  grpc::Status Call(const std::multimap<std::string, std::string>& headers,
                    const std::string& method = kMethod) {
    grpc::AuthMetadataProcessor::InputMetadata metadata;
    metadata.insert({":path", method});
    for (const auto& [name, value] : headers) metadata.insert({name, value});
    consumed_.clear();
    grpc::AuthMetadataProcessor::OutputMetadata response;
    return Authenticator(*store_).Process(metadata, nullptr, &consumed_, &response);
  }
  grpc::Status CallWith(const std::string& authorization) {
    return Call({{"authorization", authorization}});
  }
  static void ExpectRefused(const grpc::Status& status, const std::string& why) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_THAT(status.error_message(), HasSubstr(why));
  }

  std::string folder_;
  std::string path_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeClock clock_;
  FakeRandom random_;
  grpc::AuthMetadataProcessor::OutputMetadata consumed_;
};

TEST_F(AuthenticatorTest, TheFirstStartWritesATokenForTheAdministratorAlone) {
  EXPECT_THAT(Ensure(), IsOkAndHolds(true));
  EXPECT_THAT(Token(), StartsWith("fca_"));
  EXPECT_EQ(Token().size(), 4u + 43u) << "256 random bits";
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(AuthenticatorTest, ItIsMadeOnce) {
  FC_ASSERT_OK(Ensure());
  const std::string token = Token();
  EXPECT_THAT(Ensure(), IsOkAndHolds(false));
  EXPECT_EQ(Token(), token);
  std::filesystem::remove(path_);
  EXPECT_THAT(Ensure(), IsOkAndHolds(false)) << "who takes the file away keeps the token";
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(AuthenticatorTest, ATokenThatCannotBeWrittenIsNotInForce) {
  const std::string good = path_;
  path_ = folder_ + "/none/admin.token";
  EXPECT_THAT(Ensure(), Not(IsOk()));
  path_ = good;
  EXPECT_THAT(Ensure(), IsOkAndHolds(true));
  EXPECT_TRUE(CallWith("Bearer " + Token()).ok());
}

TEST_F(AuthenticatorTest, TheRightTokenIsLetThrough) {
  FC_ASSERT_OK(Ensure());
  EXPECT_TRUE(CallWith("Bearer " + Token()).ok());
}

TEST_F(AuthenticatorTest, NoServiceSeesTheToken) {
  FC_ASSERT_OK(Ensure());
  ASSERT_TRUE(CallWith("Bearer " + Token()).ok());
  EXPECT_EQ(consumed_.count("authorization"), 1u);
}

TEST_F(AuthenticatorTest, WithoutATokenTheAnswerSaysHowToGiveOne) {
  FC_ASSERT_OK(Ensure());
  ExpectRefused(Call({}), "authorization: Bearer <token>");
  ExpectRefused(CallWith(""), "no token");
}

TEST_F(AuthenticatorTest, AnotherSchemeIsRefused) {
  FC_ASSERT_OK(Ensure());
  ExpectRefused(CallWith("Basic " + Token()), "is not `Bearer <token>`");
  ExpectRefused(CallWith(Token()), "is not `Bearer <token>`");
}

TEST_F(AuthenticatorTest, AWrongTokenIsRefusedAndNotRepeated) {
  FC_ASSERT_OK(Ensure());
  std::string wrong = Token();
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  for (const std::string& token :
       {wrong, Token() + "A", Token() + " ", Token().substr(0, 10), std::string()}) {
    const grpc::Status status = CallWith("Bearer " + token);
    ExpectRefused(status, "the token is not known");
    if (token.empty()) continue;
    EXPECT_THAT(status.error_message(), Not(HasSubstr(token)));
  }
}

TEST_F(AuthenticatorTest, ATokenHasAtMost256Characters) {
  FC_ASSERT_OK(Ensure());
  ExpectRefused(CallWith("Bearer " + std::string(256, 'a')), "the token is not known");
  ExpectRefused(CallWith("Bearer " + std::string(257, 'a')), "is not `Bearer <token>`");
}

TEST_F(AuthenticatorTest, BeforeATokenIsMadeNobodyIsLetIn) {
  ExpectRefused(CallWith("Bearer fca_anything"), "the token is not known");
}

TEST_F(AuthenticatorTest, ReflectionAndHealthChecksNeedNoToken) {
  FC_ASSERT_OK(Ensure());
  EXPECT_TRUE(Call({}, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo").ok());
  EXPECT_TRUE(Call({}, "/grpc.health.v1.Health/Check").ok());
  ExpectRefused(Call({}, "/fluxcascade.v1.HealthService/GetSystemHealth"), "no token");
  ExpectRefused(Call({}, "/grpc.healthy/Check"), "no token");
}

TEST_F(AuthenticatorTest, TheStoreHasOnlyTheTokensHash) {
  FC_ASSERT_OK(Ensure());
  FC_ASSERT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const auto by_itself, tx.api_tokens().Find(Token()));
    EXPECT_FALSE(by_itself.has_value());
    FC_ASSIGN_OR_RETURN(const bool empty, tx.api_tokens().Empty());
    EXPECT_FALSE(empty);
    return absl::OkStatus();
  }));
}

}  // namespace
}  // namespace fluxcascade
