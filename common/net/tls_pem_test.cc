#include "common/net/tls_pem.h"

#include <openssl/ssl.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class TlsPemTest : public testing::Test {
 protected:
  absl::Status UseChain(const std::string& text) {
    return fluxcascade::UseChain(*context_, {"chain.pem", text});
  }
  absl::Status UseKey(const std::string& text) {
    return fluxcascade::UseKey(*context_, {"key.pem", text}, {"chain.pem", ""});
  }
  absl::Status RequireClientCertificates(const std::string& text) {
    return fluxcascade::RequireClientCertificates(*context_, {"ca.pem", text});
  }

  const TestAuthority authority_;
  const TestCertificate own_ = authority_.Issue({});
  const bssl::UniquePtr<SSL_CTX> context_{SSL_CTX_new(TLS_server_method())};
};

TEST_F(TlsPemTest, TakesACertificateWithItsChainAndKey) {
  FC_EXPECT_OK(UseChain(own_.certificate_pem + authority_.certificate_pem()));
  FC_EXPECT_OK(UseKey(own_.key_pem));
}

TEST_F(TlsPemTest, TextAroundThePartsIsNoMatter) {
  FC_EXPECT_OK(UseChain(absl::StrCat("subject=own\n", own_.certificate_pem, "\nissuer\n",
                                     authority_.certificate_pem(), "\n\n")));
}

TEST_F(TlsPemTest, NoticesADamagedChain) {
  std::string damaged = authority_.certificate_pem();
  damaged.replace(damaged.size() / 2, 4, "????");
  EXPECT_THAT(
      UseChain(own_.certificate_pem + damaged),
      StatusIs(StatusCode::kInvalidArgument, "chain.pem: a certificate of the chain is damaged"));
}

TEST_F(TlsPemTest, NoticesAnotherCertificatesKeyAndTellsNothingOfIt) {
  const TestCertificate other = authority_.Issue({});
  FC_ASSERT_OK(UseChain(own_.certificate_pem));
  EXPECT_THAT(UseKey(other.key_pem),
              StatusIs(StatusCode::kInvalidArgument,
                       "key.pem: is not the key of the certificate in chain.pem"));
}

TEST_F(TlsPemTest, TakesAuthoritiesUpToTheLimitAndNotOneMore) {
  std::string most;
  for (size_t i = 0; i < kMaxClientAuthorities; ++i) most += authority_.Issue({}).certificate_pem;
  FC_EXPECT_OK(RequireClientCertificates(most));
  EXPECT_THAT(RequireClientCertificates(most + own_.certificate_pem),
              StatusIs(StatusCode::kInvalidArgument, "ca.pem: holds more than 100 certificates"));
}

TEST_F(TlsPemTest, ADamagedAuthorityIsNotLeftOut) {
  std::string damaged = authority_.certificate_pem();
  damaged.replace(damaged.size() / 2, 4, "????");
  EXPECT_THAT(RequireClientCertificates(own_.certificate_pem + damaged),
              StatusIs(StatusCode::kInvalidArgument, "ca.pem: one of its certificates is damaged"));
}

TEST_F(TlsPemTest, NoAuthorityIsAMistake) {
  for (const std::string& text : {std::string(), std::string("none"), own_.key_pem}) {
    EXPECT_THAT(RequireClientCertificates(text),
                StatusIs(StatusCode::kInvalidArgument, "ca.pem: holds no certificate in PEM"));
  }
}

TEST_F(TlsPemTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(ReadPem("/nonexistent/ca.pem").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("/nonexistent/ca.pem")));
}

}  // namespace
}  // namespace fluxcascade
