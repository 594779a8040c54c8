#include "common/http/testing/scripted_tls_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "common/mutex/mutex.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"
#include "common/testing/test_certificates.h"

namespace fluxcascade {
namespace {

bssl::UniquePtr<BIO> Reader(const std::string& pem) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

bssl::UniquePtr<SSL_CTX> MakeContext(const ScriptedTlsServer::Options& options) {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  bssl::UniquePtr<X509> certificate(PEM_read_bio_X509(
      Reader(options.certificate.certificate_pem).get(), nullptr, nullptr, nullptr));
  bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(Reader(options.certificate.key_pem).get(),
                                                        nullptr, nullptr, nullptr));
  FC_CHECK(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
  FC_CHECK(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  FC_CHECK(SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION) == 1);
  FC_CHECK(SSL_CTX_set_max_proto_version(context.get(), options.max_tls_version) == 1);
  return context;
}

UniqueFd ListenOnLoopback() {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress address = *SocketAddress::Parse("127.0.0.1:0");
  FC_CHECK(bind(listener.get(), address.system(), address.system_size()) == 0);
  FC_CHECK(listen(listener.get(), SOMAXCONN) == 0);
  return listener;
}

}  // namespace

std::string ScriptedConnection::ReadHead() {
  std::string head;
  while (!absl::EndsWith(head, "\r\n\r\n")) {
    const std::string byte = ReadBody(1);
    if (byte.empty()) return "";
    head += byte;
  }
  return head;
}

std::string ScriptedConnection::ReadBody(size_t size) {
  std::string body(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const int count = SSL_read(ssl_, body.data() + filled, static_cast<int>(size - filled));
    if (count <= 0) break;
    filled += static_cast<size_t>(count);
  }
  body.resize(filled);
  return body;
}

bool ScriptedConnection::Write(absl::string_view bytes) {
  return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

void ScriptedConnection::Close() { SSL_shutdown(ssl_); }

ScriptedTlsServer::ScriptedTlsServer(const Options& options, Script script)
    : script_(std::move(script)),
      mute_(options.mute),
      context_(MakeContext(options)),
      listener_(ListenOnLoopback()),
      port_(SocketAddress::LocalOf(listener_.get())->port()) {
  signal(SIGPIPE, SIG_IGN);
  accepting_ = std::thread([this] { Accept(); });
}

ScriptedTlsServer::~ScriptedTlsServer() {
  std::vector<std::thread> serving;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    serving.swap(serving_);
  }
  shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
  for (std::thread& thread : serving) thread.join();
}

void ScriptedTlsServer::Accept() {
  while (true) {
    const int fd = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    // What one write sends is there when the next begins, whatever it is.
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const int number = ++connections_;
    MutexLock lock(mutex_);
    if (stopping_) {
      UniqueFd(fd).Reset();
      return;
    }
    open_.insert(fd);
    serving_.emplace_back([this, fd, number] { Serve(fd, number); });
  }
}

void ScriptedTlsServer::Serve(int fd, int number) {
  const UniqueFd owner(fd);
  if (mute_) {
    char byte;
    while (recv(fd, &byte, 1, 0) > 0) {
    }
  } else {
    bssl::UniquePtr<SSL> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) == 1) {
      ScriptedConnection connection(ssl.get(), number);
      script_(connection);
    }
    ERR_clear_error();
  }
  MutexLock lock(mutex_);
  open_.erase(fd);
}

}  // namespace fluxcascade
