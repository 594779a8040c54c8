#include "common/net/tls_pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/file/file.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

absl::Status Invalid(const Pem& pem, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(pem.name, ": ", what));
}

bssl::UniquePtr<BIO> Reader(const Pem& pem) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
}

// An encrypted key must fail, not ask for its passphrase on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

bssl::UniquePtr<X509> NextCertificate(BIO* reader) {
  return bssl::UniquePtr<X509>(PEM_read_bio_X509(reader, nullptr, NoPassphrase, nullptr));
}

// After the last certificate that could be read.
bool ReadToTheEnd() {
  const uint32_t error = ERR_peek_last_error();
  ERR_clear_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

}  // namespace

absl::StatusOr<Pem> ReadPem(const std::string& path) {
  FC_ASSIGN_OR_RETURN(std::string text, ReadFileToString(path));
  return Pem{path, std::move(text)};
}

absl::Status UseChain(SSL_CTX& context, const Pem& chain) {
  const bssl::UniquePtr<BIO> reader = Reader(chain);
  const bssl::UniquePtr<X509> own(
      PEM_read_bio_X509_AUX(reader.get(), nullptr, NoPassphrase, nullptr));
  if (own == nullptr) return Invalid(chain, "holds no certificate in PEM");
  if (SSL_CTX_use_certificate(&context, own.get()) != 1) {
    return Invalid(chain, "its first certificate can't be used for TLS");
  }
  while (const bssl::UniquePtr<X509> next = NextCertificate(reader.get())) {
    SSL_CTX_add1_chain_cert(&context, next.get());
  }
  if (!ReadToTheEnd()) return Invalid(chain, "a certificate of the chain is damaged");
  return absl::OkStatus();
}

absl::Status UseKey(SSL_CTX& context, const Pem& key, const Pem& chain) {
  const bssl::UniquePtr<EVP_PKEY> parsed(
      PEM_read_bio_PrivateKey(Reader(key).get(), nullptr, NoPassphrase, nullptr));
  if (parsed == nullptr) return Invalid(key, "holds no private key in PEM without a passphrase");
  if (SSL_CTX_use_PrivateKey(&context, parsed.get()) != 1 ||
      SSL_CTX_check_private_key(&context) != 1) {
    return Invalid(key, absl::StrCat("is not the key of the certificate in ", chain.name));
  }
  return absl::OkStatus();
}

absl::Status RequireClientCertificates(SSL_CTX& context, const Pem& authorities) {
  const bssl::UniquePtr<BIO> reader = Reader(authorities);
  X509_STORE* const trusted = SSL_CTX_get_cert_store(&context);
  size_t count = 0;
  while (const bssl::UniquePtr<X509> next = NextCertificate(reader.get())) {
    if (++count > kMaxClientAuthorities) {
      return Invalid(authorities,
                     absl::StrCat("holds more than ", kMaxClientAuthorities, " certificates"));
    }
    if (X509_STORE_add_cert(trusted, next.get()) != 1 ||
        SSL_CTX_add_client_CA(&context, next.get()) != 1) {
      return Invalid(authorities, "one of its certificates can't be used for TLS");
    }
  }
  const bool complete = ReadToTheEnd();
  if (count == 0) return Invalid(authorities, "holds no certificate in PEM");
  if (!complete) return Invalid(authorities, "one of its certificates is damaged");
  X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return absl::OkStatus();
}

}  // namespace fluxcascade
