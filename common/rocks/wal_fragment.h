// How RocksDB 7.8 frames what it writes to its write-ahead files and manifests (its
// db/log_format.h). Pure.
//
//   file       := block*                 of 32 KiB; the last may be shorter
//   block      := fragment* padding      the padding is less than 7 bytes
//   fragment   := checksum length type [log_number] payload
//   checksum   := uint32                 CRC-32C of type, log number and payload, masked
//   length     := uint16                 of the payload
//   type       := uint8                  1 full, 2 first, 3 middle, 4 last; with a log number 5 to
//   8 log_number := uint32                 the file's, in files that are written over
//
// Integers are little-endian. A write is one full fragment, or a first, middles and a last, of
// which all but the last reach to the ends of their blocks.
#ifndef FLUXCASCADE_COMMON_ROCKS_WAL_FRAGMENT_H_
#define FLUXCASCADE_COMMON_ROCKS_WAL_FRAGMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace fluxcascade {

inline constexpr size_t kWalBlockBytes = 32768;
inline constexpr size_t kWalHeaderBytes = 7;
inline constexpr size_t kWalNumberBytes = 4;

enum class WalPart : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

// What a header says, whether it is right or not.
struct WalHeader {
  WalPart part;
  bool has_log_number = false;
  // Of the fragment, with its header.
  size_t size = 0;
};

struct WalFragment {
  WalPart part;
  absl::string_view payload;
  // With its header.
  size_t size = 0;
  // Nothing where the header has none.
  std::optional<uint32_t> log_number;
};

// Nothing: too few bytes, or no type that there is.
std::optional<WalHeader> ParseWalHeader(absl::string_view bytes);

// The fragment at the beginning of `bytes`, which reach to the end of its block or of the file.
// Nothing: it is cut short or damaged, or none stands there.
std::optional<WalFragment> ParseWalFragment(absl::string_view bytes);

// A checksum as RocksDB stores it.
uint32_t MaskedCrc32c(absl::string_view bytes);

uint32_t LittleEndian32(absl::string_view bytes);
uint64_t LittleEndian64(absl::string_view bytes);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_WAL_FRAGMENT_H_
