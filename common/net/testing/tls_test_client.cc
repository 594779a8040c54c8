#include "common/net/testing/tls_test_client.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"

namespace fluxcascade {

namespace {

template <typename Type>
bssl::UniquePtr<Type> FromPem(const std::string& pem,
                              Type* (*read)(BIO*, Type**, pem_password_cb*, void*)) {
  const bssl::UniquePtr<BIO> reader(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  bssl::UniquePtr<Type> made(read(reader.get(), nullptr, nullptr, nullptr));
  FC_CHECK(made != nullptr);
  return made;
}

void Show(SSL_CTX* context, const TestCertificate& own) {
  const auto certificate = FromPem<X509>(own.certificate_pem, PEM_read_bio_X509);
  const auto key = FromPem<EVP_PKEY>(own.key_pem, PEM_read_bio_PrivateKey);
  FC_CHECK(SSL_CTX_use_certificate(context, certificate.get()) == 1);
  FC_CHECK(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
}

void OfferProtocols(SSL_CTX* context, const std::vector<std::string>& protocols) {
  std::string offered;
  for (const std::string& protocol : protocols) {
    absl::StrAppend(&offered, std::string(1, static_cast<char>(protocol.size())), protocol);
  }
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const uint8_t*>(offered.data()),
                          static_cast<unsigned>(offered.size()));
}

bssl::UniquePtr<SSL_CTX> ContextOf(const TlsTestClient::Options& options) {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), options.min_version);
  SSL_CTX_set_max_proto_version(context.get(), options.max_version);
  // Where a server should accept it, a test must see it.
  SSL_CTX_set_early_data_enabled(context.get(), 1);
  OfferProtocols(context.get(), options.protocols);
  if (!options.tls12_suites.empty()) {
    FC_CHECK(SSL_CTX_set_strict_cipher_list(context.get(), options.tls12_suites.c_str()) == 1);
  }
  if (!options.groups.empty()) {
    FC_CHECK(SSL_CTX_set1_curves_list(context.get(), options.groups.c_str()) == 1);
  }
  if (!options.certificate.key_pem.empty()) Show(context.get(), options.certificate);
  return context;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsTestClient>> TlsTestClient::Connect(const SocketAddress& server,
                                                                      const Options& options) {
  // BoringSSL writes to sockets with a plain write(): a server that has gone is to be an error
  // here.
  ::signal(SIGPIPE, SIG_IGN);
  UniqueFd socket(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (options.source.system_size() != 0 &&
      ::bind(socket.get(), options.source.system(), options.source.system_size()) != 0) {
    return absl::ErrnoToStatus(errno, "bind");
  }
  if (::connect(socket.get(), server.system(), server.system_size()) != 0) {
    return absl::ErrnoToStatus(errno, "connect");
  }
  std::unique_ptr<TlsTestClient> client(
      new TlsTestClient(std::move(socket), ContextOf(options), options));
  if (SSL_connect(client->ssl_.get()) != 1) {
    const char* const reason = ERR_reason_error_string(ERR_get_error());
    return absl::UnavailableError(absl::StrCat("handshake: ", reason ? reason : "closed"));
  }
  return client;
}

TlsTestClient::TlsTestClient(UniqueFd socket, bssl::UniquePtr<SSL_CTX> context,
                             const Options& options)
    : socket_(std::move(socket)), context_(std::move(context)), ssl_(SSL_new(context_.get())) {
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context_.get(), KeepTicket);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_fd(ssl_.get(), socket_.get());
  if (!options.server_name.empty()) {
    SSL_set_tlsext_host_name(ssl_.get(), options.server_name.c_str());
  }
  if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
}

int TlsTestClient::KeepTicket(SSL* ssl, SSL_SESSION* session) {
  auto* const client = static_cast<TlsTestClient*>(SSL_get_app_data(ssl));
  ++client->tickets_;
  client->session_.reset(session);
  return 1;  // it is kept
}

TlsTestClient::~TlsTestClient() = default;

bool TlsTestClient::Send(absl::string_view bytes) {
  ERR_clear_error();
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

bool TlsTestClient::ReceiveMore() {
  std::array<char, 16384> buffer;
  ERR_clear_error();
  const int received = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
  if (received <= 0) return false;
  received_.append(buffer.data(), received);
  return true;
}

std::string TlsTestClient::Receive(size_t size) {
  while (received_.size() < size && ReceiveMore()) {
  }
  std::string taken = received_.substr(0, size);
  received_.erase(0, size);
  return taken;
}

std::string TlsTestClient::ReceiveResponse() {
  constexpr char kLength[] = "Content-Length: ";
  size_t head = std::string::npos;
  while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReceiveMore()) return Receive(received_.size());
  }
  size_t body = 0;
  const size_t length = received_.find(kLength);
  if (length < head) {
    const size_t value = length + sizeof(kLength) - 1;
    if (!absl::SimpleAtoi(received_.substr(value, received_.find('\r', value) - value), &body)) {
      return Receive(received_.size());
    }
  }
  return Receive(head + 4 + body);
}

std::string TlsTestClient::ReceiveAll() {
  while (ReceiveMore()) {
  }
  return Receive(received_.size());
}

std::string TlsTestClient::protocol() const {
  const uint8_t* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &data, &size);
  return std::string(reinterpret_cast<const char*>(data), size);
}

uint16_t TlsTestClient::version() const { return static_cast<uint16_t>(SSL_version(ssl_.get())); }

bool TlsTestClient::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

std::string TlsTestClient::server_certificate_pem() const {
  const bssl::UniquePtr<X509> certificate(SSL_get_peer_certificate(ssl_.get()));
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  FC_CHECK(PEM_write_bio_X509(bio.get(), certificate.get()) == 1);
  const uint8_t* data = nullptr;
  size_t size = 0;
  FC_CHECK(BIO_mem_contents(bio.get(), &data, &size) == 1);
  return std::string(reinterpret_cast<const char*>(data), size);
}

}  // namespace fluxcascade
