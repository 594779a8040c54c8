#include "common/net/testing/plain_stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace fluxcascade {

IoResult PlainStream::Read(absl::Span<char> into) {
  const ssize_t received = ::recv(fd(), into.data(), into.size(), 0);
  if (received > 0) return {IoStatus::kOk, static_cast<size_t>(received)};
  if (received == 0) return {IoStatus::kClosed};
  if (errno == EAGAIN) return {IoStatus::kWantRead};
  error_ = absl::ErrnoToStatus(errno, "recv");
  return {IoStatus::kFailed};
}

IoResult PlainStream::Write(absl::string_view bytes) {
  const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent > 0) return {IoStatus::kOk, static_cast<size_t>(sent)};
  if (errno == EAGAIN) return {IoStatus::kWantWrite};
  error_ = absl::ErrnoToStatus(errno, "send");
  return {IoStatus::kFailed};
}

void PlainStream::CloseWrite() { ::shutdown(fd(), SHUT_WR); }

}  // namespace fluxcascade
