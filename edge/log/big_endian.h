// Integers as the edge writes them to disk.
#ifndef FLUXCASCADE_EDGE_LOG_BIG_ENDIAN_H_
#define FLUXCASCADE_EDGE_LOG_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fluxcascade::edge {

template <typename Unsigned>
void AppendBigEndian(Unsigned value, std::string& to) {
  for (size_t left = sizeof(Unsigned); left > 0; --left) {
    to.push_back(static_cast<char>(value >> (8 * (left - 1))));
  }
}

// `bytes` must hold at least sizeof(Unsigned) from `at` on.
template <typename Unsigned>
Unsigned BigEndianAt(absl::string_view bytes, size_t at) {
  Unsigned value = 0;
  for (const char c : bytes.substr(at, sizeof(Unsigned))) {
    value = static_cast<Unsigned>(value << 8) | static_cast<uint8_t>(c);
  }
  return value;
}

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_BIG_ENDIAN_H_
