#include "common/net/testing/tls_test_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <utility>

#include "common/check/check.h"

namespace fluxcascade {

TlsTestServer::TlsTestServer(ContextSource context)
    : context_(std::move(context)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const SocketAddress any = SocketAddress::Parse("127.0.0.1:0").value();
  FC_CHECK(::bind(listener_.get(), any.system(), any.system_size()) == 0);
  FC_CHECK(::listen(listener_.get(), SOMAXCONN) == 0);
  address_ = SocketAddress::LocalOf(listener_.get()).value();
  thread_ = std::thread([this] { Run(); });
}

TlsTestServer::~TlsTestServer() {
  ::shutdown(listener_.get(), SHUT_RDWR);  // ends the accept
  thread_.join();
}

std::string TlsTestServer::NextOutcome() {
  MutexLock lock(mutex_);
  while (outcomes_.empty()) ended_.Wait(mutex_);
  std::string outcome = std::move(outcomes_.front());
  outcomes_.pop_front();
  return outcome;
}

void TlsTestServer::Run() {
  while (true) {
    UniqueFd socket(::accept(listener_.get(), nullptr, nullptr));
    if (!socket.valid()) return;
    Serve(std::move(socket));
  }
}

void TlsTestServer::Serve(UniqueFd socket) {
  const std::shared_ptr<const ServerTlsContext> context = context_();
  const bssl::UniquePtr<SSL> session = context->NewServerSession();
  FC_CHECK(SSL_set_fd(session.get(), socket.get()) == 1);
  ERR_clear_error();
  const bool established = SSL_do_handshake(session.get()) == 1;
  {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    MutexLock lock(mutex_);
    outcomes_.push_back(established ? "" : reason != nullptr ? reason : "closed");
    ended_.NotifyAll();
  }
  if (!established) return;
  SSL_write(session.get(), kGreeting, sizeof(kGreeting) - 1);
  SSL_shutdown(session.get());
}

}  // namespace fluxcascade
