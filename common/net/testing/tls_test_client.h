// A blocking TLS client that sends and receives bytes as a test says, well formed or not.
#ifndef FLUXCASCADE_COMMON_NET_TESTING_TLS_TEST_CLIENT_H_
#define FLUXCASCADE_COMMON_NET_TESTING_TLS_TEST_CLIENT_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"
#include "common/testing/test_certificates.h"

namespace fluxcascade {

class TlsTestClient {
 public:
  struct Options {
    uint16_t min_version = 0x0303;
    uint16_t max_version = 0x0304;
    // Offered by ALPN; none: no ALPN.
    std::vector<std::string> protocols{};
    // To connect from; none: as the system chooses.
    SocketAddress source{};
    // Asked for by SNI; empty: no SNI.
    std::string server_name{};
    // Offered for TLS 1.2, and groups of either version, in BoringSSL's words; empty: its own
    // choice.
    std::string tls12_suites{};
    std::string groups{};
    // Of an earlier client, to be resumed.
    SSL_SESSION* session = nullptr;
    // Shown to a server that asks for one.
    TestCertificate certificate{};
  };

  // Connects and shakes hands. Any certificate is taken.
  static absl::StatusOr<std::unique_ptr<TlsTestClient>> Connect(const SocketAddress& server,
                                                                const Options& options);
  static absl::StatusOr<std::unique_ptr<TlsTestClient>> Connect(const SocketAddress& server) {
    return Connect(server, Options());
  }
  ~TlsTestClient();

  // False when the connection is gone.
  bool Send(absl::string_view bytes);

  // Until what was received holds `size` bytes, or the end of the stream: what there is is returned
  // and taken.
  std::string Receive(size_t size);
  // Until the received bytes end an HTTP response (by its Content-Length).
  std::string ReceiveResponse();
  // Until the server ends the stream.
  std::string ReceiveAll();

  std::string protocol() const;
  uint16_t version() const;
  bool resumed() const;
  // The server's certificate, as a TestCertificate has it. A resumed session tells of the one that
  // it began with.
  std::string server_certificate_pem() const;

  // How many tickets have come. TLS 1.3's come with the first bytes that are received.
  size_t tickets() const { return tickets_; }
  // Of the last ticket; null when none has come.
  SSL_SESSION* session() const { return session_.get(); }

 private:
  TlsTestClient(UniqueFd socket, bssl::UniquePtr<SSL_CTX> context, const Options& options);
  bool ReceiveMore();
  static int KeepTicket(SSL* ssl, SSL_SESSION* session);

  UniqueFd socket_;
  bssl::UniquePtr<SSL_CTX> context_;
  bssl::UniquePtr<SSL> ssl_;
  std::string received_;
  size_t tickets_ = 0;
  bssl::UniquePtr<SSL_SESSION> session_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TESTING_TLS_TEST_CLIENT_H_
