#include "common/net/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <string>

#include "absl/time/clock.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;

bssl::UniquePtr<X509> Issued(const TestCertificateOptions& options) {
  const std::string pem = TestAuthority().Issue(options).certificate_pem;
  const bssl::UniquePtr<BIO> reader(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return bssl::UniquePtr<X509>(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
}

TEST(CertificateTest, HasTheDnsNamesOfItsAlternativeNames) {
  EXPECT_THAT(DnsNamesOf(*Issued({.dns_names = {"Hooks.example.com", "*.example.org"},
                                  .ip_addresses = {"127.0.0.1"}})),
              ElementsAre("Hooks.example.com", "*.example.org"));
}

TEST(CertificateTest, WithoutAlternativeNamesHasNone) {
  EXPECT_THAT(DnsNamesOf(*Issued({})), IsEmpty());
  EXPECT_THAT(DnsNamesOf(*Issued({.ip_addresses = {"127.0.0.1"}})), IsEmpty());
}

TEST(CertificateTest, SaysUntilWhenItIsValid) {
  const absl::Time before = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  const absl::Time not_after = NotAfterOf(*Issued({.valid_until = absl::Hours(1000)}));
  EXPECT_THAT(not_after,
              AllOf(Ge(before + absl::Hours(1000)), Le(absl::Now() + absl::Hours(1000))));
}

TEST(CertificateTest, SaysWhenItExpired) {
  EXPECT_LT(NotAfterOf(*Issued({.valid_until = -absl::Minutes(1)})), absl::Now());
}

}  // namespace
}  // namespace fluxcascade
