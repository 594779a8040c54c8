#include "common/crc32c/crc32c.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace fluxcascade {
namespace {

constexpr std::array<uint32_t, 256> MakeTable() {
  constexpr uint32_t kReversedPolynomial = 0x82f63b78;
  std::array<uint32_t, 256> table = {};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReversedPolynomial : 0);
    }
    table[byte] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = MakeTable();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t Sse42ExtendCrc32c(uint32_t crc, absl::string_view data) {
  uint64_t state = ~crc;
  const char* at = data.data();
  const char* const end = at + data.size();
  for (; end - at >= 8; at += 8) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    state = __builtin_ia32_crc32di(state, word);
  }
  uint32_t narrow = static_cast<uint32_t>(state);
  for (; at != end; ++at) narrow = __builtin_ia32_crc32qi(narrow, static_cast<uint8_t>(*at));
  return ~narrow;
}
#endif

}  // namespace

namespace internal {

uint32_t PortableExtendCrc32c(uint32_t crc, absl::string_view data) {
  crc = ~crc;
  for (const char c : data) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  return ~crc;
}

}  // namespace internal

uint32_t ExtendCrc32c(uint32_t crc, absl::string_view data) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return Sse42ExtendCrc32c(crc, data);
#endif
  return internal::PortableExtendCrc32c(crc, data);
}

uint32_t Crc32c(absl::string_view data) { return ExtendCrc32c(0, data); }

}  // namespace fluxcascade
