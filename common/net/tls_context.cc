#include "common/net/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "common/file/file.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

// TLS 1.3's suites are fixed by BoringSSL: all three are fit.
constexpr char kTls12Suites[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr uint8_t kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

struct Pem {
  std::string name;
  std::string text;
};

absl::Status Invalid(const Pem& pem, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(pem.name, ": ", what));
}

absl::StatusOr<Pem> ReadPem(const std::string& path) {
  FC_ASSIGN_OR_RETURN(std::string text, ReadFileToString(path));
  return Pem{path, std::move(text)};
}

bssl::UniquePtr<BIO> Reader(const Pem& pem) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
}

// An encrypted key must fail, not ask for its passphrase on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::Status UseChain(SSL_CTX& context, const Pem& pem) {
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  const bssl::UniquePtr<X509> own(
      PEM_read_bio_X509_AUX(reader.get(), nullptr, NoPassphrase, nullptr));
  if (own == nullptr) return Invalid(pem, "holds no certificate in PEM");
  if (SSL_CTX_use_certificate(&context, own.get()) != 1) {
    return Invalid(pem, "its first certificate can't be used for TLS");
  }
  while (true) {
    const bssl::UniquePtr<X509> next(
        PEM_read_bio_X509(reader.get(), nullptr, NoPassphrase, nullptr));
    if (next == nullptr) break;
    SSL_CTX_add1_chain_cert(&context, next.get());
  }
  const uint32_t error = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE) {
    return absl::OkStatus();
  }
  return Invalid(pem, "a certificate of the chain is damaged");
}

absl::Status UseKey(SSL_CTX& context, const Pem& pem, const Pem& chain) {
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, NoPassphrase, nullptr));
  if (key == nullptr) return Invalid(pem, "holds no private key in PEM without a passphrase");
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 ||
      SSL_CTX_check_private_key(&context) != 1) {
    return Invalid(pem, absl::StrCat("is not the key of the certificate in ", chain.name));
  }
  return absl::OkStatus();
}

int SelectProtocol(SSL*, const uint8_t** chosen, uint8_t* chosen_size, const uint8_t* offered,
                   unsigned offered_size, void*) {
  uint8_t* match = nullptr;
  if (SSL_select_next_proto(&match, chosen_size, kProtocols, sizeof(kProtocols), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

bssl::UniquePtr<SSL_CTX> NewContext() {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  FC_CHECK(context != nullptr);
  FC_CHECK(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  FC_CHECK(SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) == 1);
  FC_CHECK(SSL_CTX_set_strict_cipher_list(context.get(), kTls12Suites) == 1);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, nullptr);
  // Tickets carry the session; a cache in memory would be shared, and locked, by all loops.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

absl::StatusOr<bssl::UniquePtr<SSL_CTX>> BuildContext(const Pem& chain, const Pem& key) {
  bssl::UniquePtr<SSL_CTX> context = NewContext();
  FC_RETURN_IF_ERROR(UseChain(*context, chain));
  FC_RETURN_IF_ERROR(UseKey(*context, key, chain));
  return context;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ServerTlsContext>> ServerTlsContext::Load(const Files& files) {
  FC_ASSIGN_OR_RETURN(const Pem chain, ReadPem(files.certificate_chain));
  FC_ASSIGN_OR_RETURN(const Pem key, ReadPem(files.private_key));
  FC_ASSIGN_OR_RETURN(bssl::UniquePtr<SSL_CTX> context, BuildContext(chain, key));
  return std::shared_ptr<const ServerTlsContext>(new ServerTlsContext(std::move(context)));
}

absl::StatusOr<std::shared_ptr<const ServerTlsContext>> ServerTlsContext::FromPem(
    const std::string& certificate_chain_pem, const std::string& private_key_pem) {
  FC_ASSIGN_OR_RETURN(
      bssl::UniquePtr<SSL_CTX> context,
      BuildContext({"certificate", certificate_chain_pem}, {"private key", private_key_pem}));
  return std::shared_ptr<const ServerTlsContext>(new ServerTlsContext(std::move(context)));
}

bssl::UniquePtr<SSL> ServerTlsContext::NewServerSession() const {
  bssl::UniquePtr<SSL> session(SSL_new(context_.get()));
  FC_CHECK(session != nullptr);
  SSL_set_accept_state(session.get());
  return session;
}

}  // namespace fluxcascade
