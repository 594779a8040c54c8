#include "common/net/testing/tls_test_client.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade {

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
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), options.min_version);
  SSL_CTX_set_max_proto_version(context.get(), options.max_version);
  std::string offered;
  for (const std::string& protocol : options.protocols) {
    absl::StrAppend(&offered, std::string(1, static_cast<char>(protocol.size())), protocol);
  }
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const uint8_t*>(offered.data()),
                          static_cast<unsigned>(offered.size()));
  std::unique_ptr<TlsTestClient> client(new TlsTestClient(std::move(socket), std::move(context)));
  if (SSL_connect(client->ssl_.get()) != 1) {
    const char* const reason = ERR_reason_error_string(ERR_get_error());
    return absl::UnavailableError(absl::StrCat("handshake: ", reason ? reason : "closed"));
  }
  return client;
}

TlsTestClient::TlsTestClient(UniqueFd socket, bssl::UniquePtr<SSL_CTX> context)
    : socket_(std::move(socket)), context_(std::move(context)), ssl_(SSL_new(context_.get())) {
  SSL_set_fd(ssl_.get(), socket_.get());
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

}  // namespace fluxcascade
