// A blocking TLS server that shakes hands with one client after another and greets each.
#ifndef FLUXCASCADE_COMMON_NET_TESTING_TLS_TEST_SERVER_H_
#define FLUXCASCADE_COMMON_NET_TESTING_TLS_TEST_SERVER_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/mutex/mutex.h"
#include "common/net/socket_address.h"
#include "common/net/tls_context.h"
#include "common/net/unique_fd.h"

namespace fluxcascade {

class TlsTestServer {
 public:
  // What is sent after a handshake, before the connection is closed.
  static constexpr char kGreeting[] = "hello";

  using ContextSource = std::function<std::shared_ptr<const ServerTlsContext>()>;

  // Serves on a thread of its own until destruction. `context` is asked at each connection.
  explicit TlsTestServer(ContextSource context);
  ~TlsTestServer();

  const SocketAddress& address() const { return address_; }

  // How the next handshake ended, from the first on: empty, or why it failed, as BoringSSL calls
  // it. Waits for one that has not ended.
  std::string NextOutcome();

 private:
  void Run();
  void Serve(UniqueFd socket);

  const ContextSource context_;
  UniqueFd listener_;
  SocketAddress address_;
  Mutex mutex_;
  CondVar ended_;
  std::deque<std::string> outcomes_ FC_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TESTING_TLS_TEST_SERVER_H_
