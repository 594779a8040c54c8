// A TLS server on loopback that says exactly what a test tells it to, well-formed or not.
#ifndef FLUXCASCADE_COMMON_HTTP_TESTING_SCRIPTED_TLS_SERVER_H_
#define FLUXCASCADE_COMMON_HTTP_TESTING_SCRIPTED_TLS_SERVER_H_

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/mutex/mutex.h"
#include "common/net/unique_fd.h"
#include "common/testing/test_certificates.h"

namespace fluxcascade {

// The server's end of a connection, blocking.
class ScriptedConnection {
 public:
  explicit ScriptedConnection(SSL* ssl, int number) : ssl_(ssl), number_(number) {}

  // A request's head, with the empty line; empty when the client has closed.
  std::string ReadHead();
  // As many bytes of a body; fewer when the client has closed.
  std::string ReadBody(size_t size);
  // False when the client has closed.
  bool Write(absl::string_view bytes);
  // Closes TLS in order. Without it the connection is cut when the script returns.
  void Close();

  // 1 for the first connection.
  int number() const { return number_; }

 private:
  SSL* const ssl_;
  const int number_;
};

class ScriptedTlsServer {
 public:
  // Runs on a thread of its own for each connection whose handshake succeeds.
  using Script = std::function<void(ScriptedConnection&)>;

  struct Options {
    TestCertificate certificate{};
    // The last version that it speaks.
    uint16_t max_tls_version = TLS1_3_VERSION;
    // Connections are taken, but no handshake is begun.
    bool mute = false;
  };

  ScriptedTlsServer(const Options& options, Script script);
  // Cuts what is open, and waits for the scripts.
  ~ScriptedTlsServer();
  ScriptedTlsServer(const ScriptedTlsServer&) = delete;
  ScriptedTlsServer& operator=(const ScriptedTlsServer&) = delete;

  int port() const { return port_; }
  // Accepted so far, failed handshakes included.
  int connections() const { return connections_; }

 private:
  void Accept();
  void Serve(int fd, int number);

  const Script script_;
  const bool mute_;
  bssl::UniquePtr<SSL_CTX> context_;
  UniqueFd listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;

  Mutex mutex_;
  bool stopping_ FC_GUARDED_BY(mutex_) = false;
  std::set<int> open_ FC_GUARDED_BY(mutex_);
  std::vector<std::thread> serving_ FC_GUARDED_BY(mutex_);
  std::thread accepting_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_TESTING_SCRIPTED_TLS_SERVER_H_
