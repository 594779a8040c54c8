#include "common/random/random.h"

#include <openssl/rand.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/check/check.h"

namespace fluxcascade {
namespace {

class BoringSslRandom final : public Random {
 public:
  void Fill(void* data, size_t size) override {
    FC_CHECK(RAND_bytes(static_cast<uint8_t*>(data), size) == 1);
  }
};

}  // namespace

std::string Random::Bytes(size_t size) {
  std::string bytes(size, '\0');
  Fill(bytes.data(), size);
  return bytes;
}

uint64_t Random::Below(uint64_t bound) {
  FC_CHECK(bound > 0);
  // 2^64 modulo `bound`: that many of the lowest numbers are drawn again, so that what is left is a
  // whole multiple of `bound` and the remainder has no bias.
  const uint64_t rejected = (0 - bound) % bound;
  uint64_t number;
  do {
    Fill(&number, sizeof(number));
  } while (number < rejected);
  return number % bound;
}

Random& SecureRandom() {
  static Random* const random = new BoringSslRandom;  // never destroyed
  return *random;
}

}  // namespace fluxcascade
