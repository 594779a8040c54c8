#include "common/random/fake_random.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "common/mutex/mutex.h"

namespace fluxcascade {

void FakeRandom::Fill(void* data, size_t size) {
  MutexLock lock(mutex_);
  auto* to = static_cast<char*>(data);
  while (size > 0) {
    const uint64_t number = engine_();
    const size_t count = std::min(size, sizeof(number));
    std::memcpy(to, &number, count);
    to += count;
    size -= count;
  }
}

}  // namespace fluxcascade
