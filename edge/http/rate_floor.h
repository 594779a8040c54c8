// The least speed at which a client has to send or take its bytes. Pure: time is an argument.
#ifndef FLUXCASCADE_EDGE_HTTP_RATE_FLOOR_H_
#define FLUXCASCADE_EDGE_HTTP_RATE_FLOOR_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace fluxcascade::edge {

// A client begins with so much credit as `grace` is long. Time uses it up, each byte earns what the
// byte would take at the floor's rate, and there is never more of it than in the beginning: what
// was quick once does not let a client stand still for longer than `grace` afterwards.
class RateFloor {
 public:
  // `bytes_per_second`: above 0.
  RateFloor(uint64_t bytes_per_second, absl::Duration grace)
      : bytes_per_second_(bytes_per_second), grace_(grace) {}

  // Begins anew; also after a pause that was not the client's.
  void Restart(absl::Duration now) { due_ = now + grace_; }

  void Moved(size_t bytes, absl::Duration now);

  // Until when the client is fast enough if it moves nothing more.
  absl::Duration due() const { return due_; }

 private:
  const uint64_t bytes_per_second_;
  const absl::Duration grace_;
  absl::Duration due_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_RATE_FLOOR_H_
