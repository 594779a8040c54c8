// A connection's bytes, without blocking: TLS over a socket, or in a test something plainer.
#ifndef FLUXCASCADE_COMMON_NET_STREAM_H_
#define FLUXCASCADE_COMMON_NET_STREAM_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fluxcascade {

enum class IoStatus {
  kOk,
  // Nothing more can be done until the socket can be read, or written.
  kWantRead,
  kWantWrite,
  // The peer ended the stream.
  kClosed,
  // The stream is of no more use; error() says why.
  kFailed,
};

struct IoResult {
  IoStatus status = IoStatus::kOk;
  // Bytes read or written; counts only with kOk, and is then more than 0.
  size_t bytes = 0;
};

// For one thread. Owns its socket.
class Stream {
 public:
  virtual ~Stream() = default;

  // To be called until kOk before anything else, each time the socket is ready again.
  virtual IoStatus Handshake() = 0;

  // The handshake, which is done, took up an earlier session of the peer's.
  virtual bool resumed() const = 0;

  // What is there, up to the size of `into`. Less than that size means that there was no more at
  // the time; the socket's (level-triggered) readiness tells of what comes later.
  virtual IoResult Read(absl::Span<char> into) = 0;

  // May take a part only. After kWantWrite (or kWantRead), the next call must begin with the same
  // bytes; they may have moved.
  virtual IoResult Write(absl::string_view bytes) = 0;

  // Tells the peer that nothing more will be sent, as far as that can be told without waiting.
  // Reading goes on.
  virtual void CloseWrite() = 0;

  // Of a handshake that failed: the peer spoke HTTP without TLS. SendUnencrypted then reaches it,
  // best effort, and Read gives what it sends besides.
  virtual bool peer_speaks_plain_http() const = 0;
  virtual void SendUnencrypted(absl::string_view bytes) = 0;

  // Why Handshake, Read or Write said kFailed.
  virtual const absl::Status& error() const = 0;

  virtual int fd() const = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_STREAM_H_
