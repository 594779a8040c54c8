// The only source of randomness.
#ifndef FLUXCASCADE_COMMON_RANDOM_RANDOM_H_
#define FLUXCASCADE_COMMON_RANDOM_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace fluxcascade {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  // Fills `size` bytes at `data`.
  virtual void Fill(void* data, size_t size) = 0;

  // `size` random bytes.
  std::string Bytes(size_t size);

  // Uniform in [0, bound); `bound` must not be 0.
  uint64_t Below(uint64_t bound);
};

// Cryptographically strong (BoringSSL's RAND_bytes). Lives as long as the process.
Random& SecureRandom();

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_RANDOM_RANDOM_H_
