#include "tests/process/self_signed.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "openssl/bio.h"
#include "openssl/ec_key.h"
#include "openssl/evp.h"
#include "openssl/nid.h"
#include "openssl/pem.h"
#include "openssl/x509.h"
#include "openssl/x509v3.h"

namespace fluxcascade {
namespace {

constexpr long kOneDaySeconds = 24 * 60 * 60;  // NOLINT(google-runtime-int): X509_gmtime_adj's.

void CheckDone(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "BoringSSL failed to %s\n", what);
  std::abort();
}

std::string Contents(BIO* bio) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  CheckDone(BIO_mem_contents(bio, &data, &size) == 1, "read back PEM");
  return std::string(reinterpret_cast<const char*>(data), size);
}

bssl::UniquePtr<EVP_PKEY> MakeKey() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  CheckDone(ec != nullptr && EC_KEY_generate_key(ec.get()) == 1, "generate a key");
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  CheckDone(EVP_PKEY_set1_EC_KEY(key.get(), ec.get()) == 1, "wrap the key");
  return key;
}

void AddExtension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  bssl::UniquePtr<X509_EXTENSION> extension(
      X509V3_EXT_nconf_nid(nullptr, &context, nid, const_cast<char*>(value)));
  CheckDone(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
            "add an extension");
}

bssl::UniquePtr<X509> MakeCertificate(EVP_PKEY* key) {
  bssl::UniquePtr<X509> certificate(X509_new());
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kOneDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(x509), kOneDaySeconds);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const uint8_t*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509_set_pubkey(x509, key);
  AddExtension(x509, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  CheckDone(X509_sign(x509, key, EVP_sha256()) > 0, "sign a certificate");
  return certificate;
}

}  // namespace

SelfSigned MakeSelfSigned() {
  const bssl::UniquePtr<EVP_PKEY> key = MakeKey();
  const bssl::UniquePtr<X509> certificate = MakeCertificate(key.get());
  const bssl::UniquePtr<BIO> certificate_out(BIO_new(BIO_s_mem()));
  const bssl::UniquePtr<BIO> key_out(BIO_new(BIO_s_mem()));
  CheckDone(PEM_write_bio_X509(certificate_out.get(), certificate.get()) == 1, "write a PEM");
  CheckDone(PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1,
            "write a PEM key");
  return {Contents(certificate_out.get()), Contents(key_out.get())};
}

}  // namespace fluxcascade
