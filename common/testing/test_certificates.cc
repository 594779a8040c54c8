#include "common/testing/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/check/check.h"

namespace fluxcascade {
namespace {

constexpr long kVersion3 = 2;  // X.509 counts from 0

bssl::UniquePtr<EVP_PKEY> NewKey() {
  bssl::UniquePtr<EC_KEY> ec_key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  FC_CHECK(EC_KEY_generate_key(ec_key.get()) == 1);
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  FC_CHECK(EVP_PKEY_set1_EC_KEY(key.get(), ec_key.get()) == 1);
  return key;
}

void SetRandomSerial(X509* certificate) {
  uint8_t bytes[16];
  RAND_bytes(bytes, sizeof(bytes));
  bytes[0] &= 0x7f;  // positive
  bssl::UniquePtr<BIGNUM> number(BN_bin2bn(bytes, sizeof(bytes), nullptr));
  FC_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void SetSubject(X509* certificate, absl::string_view common_name) {
  FC_CHECK(X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                      MBSTRING_UTF8,
                                      reinterpret_cast<const uint8_t*>(common_name.data()),
                                      static_cast<int>(common_name.size()), -1, 0) == 1);
}

void SetValidity(X509* certificate, absl::Duration from, absl::Duration until) {
  X509_gmtime_adj(X509_getm_notBefore(certificate), absl::ToInt64Seconds(from));
  X509_gmtime_adj(X509_getm_notAfter(certificate), absl::ToInt64Seconds(until));
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  bssl::UniquePtr<X509_EXTENSION> extension(
      X509V3_EXT_nconf_nid(nullptr, &context, nid, const_cast<char*>(value.c_str())));
  FC_CHECK(extension != nullptr);
  FC_CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Unsigned, without issuer and extensions.
bssl::UniquePtr<X509> NewCertificate(EVP_PKEY* key, absl::string_view common_name,
                                     absl::Duration from, absl::Duration until) {
  bssl::UniquePtr<X509> certificate(X509_new());
  X509_set_version(certificate.get(), kVersion3);
  SetRandomSerial(certificate.get());
  SetSubject(certificate.get(), common_name);
  SetValidity(certificate.get(), from, until);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

std::string AlternativeNames(const TestCertificateOptions& options) {
  std::vector<std::string> names;
  for (const std::string& name : options.dns_names) names.push_back(absl::StrCat("DNS:", name));
  for (const std::string& address : options.ip_addresses) {
    names.push_back(absl::StrCat("IP:", address));
  }
  return absl::StrJoin(names, ",");
}

std::string Contents(BIO* bio) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  FC_CHECK(BIO_mem_contents(bio, &data, &size) == 1);
  return std::string(reinterpret_cast<const char*>(data), size);
}

std::string CertificatePem(X509* certificate) {
  bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  FC_CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return Contents(bio.get());
}

std::string KeyPem(EVP_PKEY* key) {
  bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  FC_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) ==
           1);
  return Contents(bio.get());
}

}  // namespace

struct TestAuthority::Keys {
  bssl::UniquePtr<EVP_PKEY> key;
  bssl::UniquePtr<X509> certificate;
};

TestAuthority::TestAuthority(absl::string_view name) : keys_(std::make_unique<Keys>()) {
  keys_->key = NewKey();
  keys_->certificate = NewCertificate(keys_->key.get(), name, -absl::Hours(48), absl::Hours(48));
  X509* const certificate = keys_->certificate.get();
  FC_CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1);
  AddExtension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(certificate, certificate, NID_subject_key_identifier, "hash");
  FC_CHECK(X509_sign(certificate, keys_->key.get(), EVP_sha256()) > 0);
  certificate_pem_ = CertificatePem(certificate);
}

TestAuthority::~TestAuthority() = default;

TestCertificate TestAuthority::Issue(const TestCertificateOptions& options) const {
  bssl::UniquePtr<EVP_PKEY> key = NewKey();
  bssl::UniquePtr<X509> certificate =
      NewCertificate(key.get(), "FluxCascade test", options.valid_from, options.valid_until);
  X509* const issuer = keys_->certificate.get();
  FC_CHECK(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1);
  AddExtension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(certificate.get(), issuer, NID_key_usage, "critical,digitalSignature");
  AddExtension(certificate.get(), issuer, NID_ext_key_usage, "serverAuth,clientAuth");
  AddExtension(certificate.get(), issuer, NID_authority_key_identifier, "keyid");
  const std::string names = AlternativeNames(options);
  if (!names.empty()) AddExtension(certificate.get(), issuer, NID_subject_alt_name, names);
  FC_CHECK(X509_sign(certificate.get(), keys_->key.get(), EVP_sha256()) > 0);
  return TestCertificate{.certificate_pem = CertificatePem(certificate.get()),
                         .key_pem = KeyPem(key.get())};
}

}  // namespace fluxcascade
