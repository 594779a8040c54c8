#include "common/net/tls_context.h"

#include <fstream>
#include <string>

#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ServerTlsContextTest : public testing::Test {
 protected:
  std::string WriteFile(const std::string& name, const std::string& text) {
    std::string path = testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  absl::Status Load(const std::string& chain, const std::string& key) {
    return ServerTlsContext::Load({chain, key}).status();
  }

  const TestAuthority authority_;
  const TestCertificate own_ = authority_.Issue({.dns_names = {"localhost"}});
  const TestCertificate other_ = authority_.Issue({.dns_names = {"localhost"}});
};

TEST_F(ServerTlsContextTest, LoadsACertificateWithItsChainAndKey) {
  const std::string chain = own_.certificate_pem + authority_.certificate_pem();
  FC_EXPECT_OK(Load(WriteFile("chain.pem", chain), WriteFile("key.pem", own_.key_pem)));
  FC_EXPECT_OK(ServerTlsContext::FromPem(own_.certificate_pem, own_.key_pem).status());
}

TEST_F(ServerTlsContextTest, NamesAFileThatIsNotThere) {
  const std::string key = WriteFile("key.pem", own_.key_pem);
  EXPECT_THAT(Load("/nonexistent/chain.pem", key),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent/chain.pem")));
  const std::string chain = WriteFile("chain.pem", own_.certificate_pem);
  EXPECT_THAT(Load(chain, "/nonexistent/key.pem"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent/key.pem")));
}

TEST_F(ServerTlsContextTest, AFolderIsNoFile) {
  EXPECT_THAT(Load(testing::TempDir(), WriteFile("key.pem", own_.key_pem)),
              StatusIs(Not(absl::StatusCode::kOk), HasSubstr(testing::TempDir())));
}

TEST_F(ServerTlsContextTest, NamesAFileThatHoldsSomethingElse) {
  const std::string chain = WriteFile("chain.pem", own_.certificate_pem);
  const std::string key = WriteFile("key.pem", own_.key_pem);
  const std::string empty = WriteFile("empty.pem", "");
  EXPECT_THAT(Load(empty, key), StatusIs(absl::StatusCode::kInvalidArgument,
                                         AllOf(HasSubstr(empty), HasSubstr("no certificate"))));
  EXPECT_THAT(Load(chain, empty), StatusIs(absl::StatusCode::kInvalidArgument,
                                           AllOf(HasSubstr(empty), HasSubstr("no private key"))));
  EXPECT_THAT(Load(key, chain),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no certificate")));
}

TEST_F(ServerTlsContextTest, NoticesADamagedChain) {
  std::string damaged = authority_.certificate_pem();
  damaged.replace(damaged.size() / 2, 4, "????");
  EXPECT_THAT(ServerTlsContext::FromPem(own_.certificate_pem + damaged, own_.key_pem).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("chain is damaged")));
}

TEST_F(ServerTlsContextTest, NoticesAnotherCertificatesKeyAndTellsNothingOfIt) {
  const std::string chain = WriteFile("chain.pem", own_.certificate_pem);
  const std::string key = WriteFile("other.pem", other_.key_pem);
  EXPECT_THAT(Load(chain, key), StatusIs(absl::StatusCode::kInvalidArgument,
                                         AllOf(HasSubstr(key), HasSubstr(chain),
                                               Not(HasSubstr(other_.key_pem.substr(40, 16))))));
}

}  // namespace
}  // namespace fluxcascade
