// A Stream without TLS, over any socket.
#ifndef FLUXCASCADE_COMMON_NET_TESTING_PLAIN_STREAM_H_
#define FLUXCASCADE_COMMON_NET_TESTING_PLAIN_STREAM_H_

#include "common/net/stream.h"
#include "common/net/unique_fd.h"

namespace fluxcascade {

class PlainStream final : public Stream {
 public:
  // `socket`: connected and non-blocking.
  explicit PlainStream(UniqueFd socket) : socket_(std::move(socket)) {}

  // The handshake goes no further until this is called.
  void HoldHandshake() { handshake_held_ = true; }
  void ReleaseHandshake() { handshake_held_ = false; }

  IoStatus Handshake() override { return handshake_held_ ? IoStatus::kWantRead : IoStatus::kOk; }
  bool resumed() const override { return false; }
  IoResult Read(absl::Span<char> into) override;
  IoResult Write(absl::string_view bytes) override;
  void CloseWrite() override;
  bool peer_speaks_plain_http() const override { return false; }
  void SendUnencrypted(absl::string_view) override {}
  const absl::Status& error() const override { return error_; }
  int fd() const override { return socket_.get(); }

 private:
  const UniqueFd socket_;
  bool handshake_held_ = false;
  absl::Status error_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TESTING_PLAIN_STREAM_H_
