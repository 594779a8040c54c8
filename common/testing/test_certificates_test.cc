#include "common/testing/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

bssl::UniquePtr<X509> ParseCertificate(const std::string& pem) {
  bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return bssl::UniquePtr<X509>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

bssl::UniquePtr<EVP_PKEY> ParseKey(const std::string& pem) {
  bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return bssl::UniquePtr<EVP_PKEY>(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

// X509_V_OK or the reason against it.
int Verify(const TestCertificate& leaf, const TestAuthority& trusted) {
  bssl::UniquePtr<X509_STORE> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), ParseCertificate(trusted.certificate_pem()).get());
  bssl::UniquePtr<X509> certificate = ParseCertificate(leaf.certificate_pem);
  bssl::UniquePtr<X509_STORE_CTX> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

bool IsFor(const TestCertificate& leaf, const std::string& host) {
  return X509_check_host(ParseCertificate(leaf.certificate_pem).get(), host.data(), host.size(), 0,
                         nullptr) == 1;
}

TEST(TestAuthorityTest, ItsCertificatesVerifyAgainstItAlone) {
  const TestAuthority authority;
  const TestAuthority other;
  const TestCertificate leaf = authority.Issue({.dns_names = {"edge.example"}});
  EXPECT_EQ(Verify(leaf, authority), X509_V_OK);
  EXPECT_NE(Verify(leaf, other), X509_V_OK);
}

TEST(TestAuthorityTest, NamesAndAddressesAreThoseAskedFor) {
  const TestAuthority authority;
  const TestCertificate leaf = authority.Issue(
      {.dns_names = {"edge.example", "*.hooks.example"}, .ip_addresses = {"127.0.0.1", "::1"}});
  EXPECT_TRUE(IsFor(leaf, "edge.example"));
  EXPECT_TRUE(IsFor(leaf, "a.hooks.example"));
  EXPECT_FALSE(IsFor(leaf, "other.example"));
  const bssl::UniquePtr<X509> certificate = ParseCertificate(leaf.certificate_pem);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.2", 0), 0);
}

TEST(TestAuthorityTest, ACertificateCanBeOutOfDate) {
  const TestAuthority authority;
  EXPECT_EQ(Verify(authority.Issue({.valid_from = -absl::Hours(2), .valid_until = -absl::Hours(1)}),
                   authority),
            X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(Verify(authority.Issue({.valid_from = absl::Hours(1)}), authority),
            X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST(TestAuthorityTest, TheKeyBelongsToTheCertificate) {
  const TestAuthority authority;
  const TestCertificate one = authority.Issue({});
  const TestCertificate two = authority.Issue({});
  EXPECT_EQ(X509_check_private_key(ParseCertificate(one.certificate_pem).get(),
                                   ParseKey(one.key_pem).get()),
            1);
  EXPECT_EQ(X509_check_private_key(ParseCertificate(one.certificate_pem).get(),
                                   ParseKey(two.key_pem).get()),
            0);
}

}  // namespace
}  // namespace fluxcascade
