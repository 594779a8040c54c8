// Randomness for tests: the same seed gives the same bytes.
#ifndef FLUXCASCADE_COMMON_RANDOM_FAKE_RANDOM_H_
#define FLUXCASCADE_COMMON_RANDOM_FAKE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <random>

#include "common/mutex/mutex.h"
#include "common/random/random.h"

namespace fluxcascade {

class FakeRandom final : public Random {
 public:
  explicit FakeRandom(uint64_t seed = 1) : engine_(seed) {}

  void Fill(void* data, size_t size) override;

 private:
  Mutex mutex_;
  std::mt19937_64 engine_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_RANDOM_FAKE_RANDOM_H_
