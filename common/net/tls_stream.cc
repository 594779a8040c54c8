#include "common/net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"

namespace fluxcascade {
namespace {

// One TLS record of the largest size, with its header and padding, and a little.
constexpr size_t kReceiveSize = 17 * 1024;

}  // namespace

// A call's worth of received bytes. They lie on the stack, so that an idle connection holds no
// buffer; what BoringSSL leaves is kept in the stream until the next call.
class TlsStream::ReceiveScope {
 public:
  explicit ReceiveScope(TlsStream& stream) : stream_(stream), unread_(stream.rest_) {
    stream_.receiving_ = this;
  }
  ~ReceiveScope() {
    stream_.receiving_ = nullptr;
    if (unread_.empty()) {
      if (!stream_.rest_.empty()) std::string().swap(stream_.rest_);
    } else {
      std::string rest(unread_);
      stream_.rest_.swap(rest);
    }
  }

  // As recv, but without a system call where it can be known that there is nothing.
  ssize_t Take(char* into, size_t size) {
    if (unread_.empty()) {
      if (drained_) {
        errno = EAGAIN;
        return -1;
      }
      const ssize_t received = ::recv(stream_.fd(), buffer_.data(), buffer_.size(), 0);
      if (received <= 0) return received;
      drained_ = static_cast<size_t>(received) < buffer_.size();
      unread_ = absl::string_view(buffer_.data(), received);
    }
    const size_t taken = std::min(size, unread_.size());
    std::memcpy(into, unread_.data(), taken);
    unread_.remove_prefix(taken);
    return static_cast<ssize_t>(taken);
  }

 private:
  TlsStream& stream_;
  absl::string_view unread_;
  bool drained_ = false;
  std::array<char, kReceiveSize> buffer_;  // Left as it is: clearing it would cost each call.
};

struct TlsStream::Bio {
  static int Read(BIO* bio, char* into, int size) {
    const int received = StreamOf(bio).Receive(into, size);
    BIO_clear_retry_flags(bio);
    if (received < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    return received;
  }
  static int Write(BIO* bio, const char* from, int size) {
    const int sent = StreamOf(bio).Send(from, size);
    BIO_clear_retry_flags(bio);
    if (sent < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
    return sent;
  }
  static long Control(BIO*, int command, long, void*) {  // NOLINT(google-runtime-int)
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }
  static TlsStream& StreamOf(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static const BIO_METHOD* Method() {
    static const BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "TlsStream");
      FC_CHECK(made != nullptr);
      BIO_meth_set_read(made, Read);
      BIO_meth_set_write(made, Write);
      BIO_meth_set_ctrl(made, Control);
      return made;
    }();
    return method;
  }
};

TlsStream::TlsStream(std::shared_ptr<const ServerTlsContext> context, UniqueFd socket)
    : context_(std::move(context)), socket_(std::move(socket)), ssl_(context_->NewServerSession()) {
  BIO* const bio = BIO_new(Bio::Method());
  FC_CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsStream::~TlsStream() = default;

int TlsStream::Receive(char* into, int size) {
  // Writing may have to read, too (a key update); that happens without a scope.
  if (receiving_ == nullptr) {
    errno = EAGAIN;
    return -1;
  }
  while (true) {
    const ssize_t received = receiving_->Take(into, size);
    if (received >= 0 || errno != EINTR) return static_cast<int>(received);
  }
}

int TlsStream::Send(const char* from, int size) {
  while (true) {
    const ssize_t sent = ::send(socket_.get(), from, size, MSG_NOSIGNAL);
    if (sent >= 0 || errno != EINTR) return static_cast<int>(sent);
  }
}

IoStatus TlsStream::Handshake() {
  ERR_clear_error();
  ReceiveScope scope(*this);
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return StatusAfter(result);
  established_ = true;
  return IoStatus::kOk;
}

IoResult TlsStream::ReadUnencrypted(absl::Span<char> into) {
  while (true) {
    const ssize_t received = ::recv(socket_.get(), into.data(), into.size(), 0);
    if (received > 0) return {IoStatus::kOk, static_cast<size_t>(received)};
    if (received == 0) return {IoStatus::kClosed};
    if (errno == EAGAIN) return {IoStatus::kWantRead};
    if (errno != EINTR) return {IoStatus::kFailed};
  }
}

IoResult TlsStream::Read(absl::Span<char> into) {
  if (plain_http_) return ReadUnencrypted(into);
  ERR_clear_error();
  ReceiveScope scope(*this);
  size_t filled = 0;
  while (filled < into.size()) {
    const int result =
        SSL_read(ssl_.get(), into.data() + filled, static_cast<int>(into.size() - filled));
    if (result <= 0) {
      // An end or an error after some bytes is told by the next call.
      if (filled > 0) break;
      return {StatusAfter(result)};
    }
    filled += result;
  }
  return {IoStatus::kOk, filled};
}

IoResult TlsStream::Write(absl::string_view bytes) {
  ERR_clear_error();
  const int result = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (result <= 0) return {StatusAfter(result)};
  return {IoStatus::kOk, static_cast<size_t>(result)};
}

void TlsStream::CloseWrite() {
  ERR_clear_error();
  if (established_ && error_.ok()) SSL_shutdown(ssl_.get());
  ::shutdown(socket_.get(), SHUT_WR);
}

void TlsStream::SendUnencrypted(absl::string_view bytes) {
  Send(bytes.data(), static_cast<int>(bytes.size()));
}

IoStatus TlsStream::StatusAfter(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return IoStatus::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return IoStatus::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return IoStatus::kClosed;
    case SSL_ERROR_SYSCALL:
      // The socket ended. Where a cut matters, the framer sees it: its request is not complete.
      if (result == 0) return IoStatus::kClosed;
      return Fail(std::strerror(errno));
    default:
      break;
  }
  const uint32_t code = ERR_peek_error();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST) {
    plain_http_ = true;
  }
  const char* const reason = ERR_reason_error_string(code);
  return Fail(reason != nullptr ? reason : "protocol error");
}

IoStatus TlsStream::Fail(absl::string_view what) {
  error_ = absl::UnavailableError(absl::StrCat("TLS: ", what));
  return IoStatus::kFailed;
}

}  // namespace fluxcascade
