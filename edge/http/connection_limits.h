// What one connection may take, in time and space.
#ifndef FLUXCASCADE_EDGE_HTTP_CONNECTION_LIMITS_H_
#define FLUXCASCADE_EDGE_HTTP_CONNECTION_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace fluxcascade::edge {

struct ConnectionLimits {
  // Each from the beginning of its phase to the end, however much trickles in meanwhile.
  absl::Duration handshake = absl::Seconds(10);
  absl::Duration head = absl::Seconds(10);
  absl::Duration body = absl::Seconds(30);
  // Between requests, and before the first.
  absl::Duration idle = absl::Seconds(75);
  // The least speed at which a head or a body comes in and answers are taken, in bytes a second,
  // as RateFloor counts it. The grace of answers is `write`.
  uint64_t min_request_rate = 1024;
  absl::Duration request_rate_grace = absl::Seconds(5);
  uint64_t min_answer_rate = 1024;
  // How long a client may take nothing of its answers.
  absl::Duration write = absl::Seconds(10);
  // For the handler; then 503.
  absl::Duration answer = absl::Seconds(30);
  // How long a client that was sent an error may go on sending before the connection is cut: to cut
  // at once could take the answer away from it.
  absl::Duration linger = absl::Seconds(2);
  // Enough for the rest of a body that is somewhat too large.
  size_t linger_bytes = 2 * 1024 * 1024;
  // Requests whose answers are due; no more is read until there are fewer.
  size_t max_pipelined = 16;
  // Bytes of answers that the client has not taken; no more is read until there are fewer.
  size_t max_unsent = 8 * 1024;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_CONNECTION_LIMITS_H_
