#include "common/rocks/wal_fragment.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "common/crc32c/crc32c.h"

namespace fluxcascade {
namespace {

constexpr size_t kLengthAt = 4;
constexpr size_t kTypeAt = 6;
// The same four again.
constexpr uint8_t kFirstNumberedType = 5;
constexpr uint8_t kLastType = 8;

uint8_t ByteAt(absl::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

}  // namespace

uint32_t LittleEndian32(absl::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | ByteAt(bytes, i);
  return value;
}

uint64_t LittleEndian64(absl::string_view bytes) {
  return uint64_t{LittleEndian32(bytes.substr(4))} << 32 | LittleEndian32(bytes);
}

uint32_t MaskedCrc32c(absl::string_view bytes) {
  const uint32_t crc = Crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

std::optional<WalHeader> ParseWalHeader(absl::string_view bytes) {
  if (bytes.size() < kWalHeaderBytes) return std::nullopt;
  const uint8_t type = ByteAt(bytes, kTypeAt);
  if (type == 0 || type > kLastType) return std::nullopt;
  const bool numbered = type >= kFirstNumberedType;
  const size_t length = ByteAt(bytes, kLengthAt) | size_t{ByteAt(bytes, kLengthAt + 1)} << 8;
  return WalHeader{.part = static_cast<WalPart>(numbered ? type - kFirstNumberedType + 1 : type),
                   .has_log_number = numbered,
                   .size = kWalHeaderBytes + (numbered ? kWalNumberBytes : 0) + length};
}

std::optional<WalFragment> ParseWalFragment(absl::string_view bytes) {
  const std::optional<WalHeader> header = ParseWalHeader(bytes);
  if (!header.has_value() || header->size > bytes.size()) return std::nullopt;
  const absl::string_view checked = bytes.substr(kTypeAt, header->size - kTypeAt);
  if (MaskedCrc32c(checked) != LittleEndian32(bytes)) return std::nullopt;
  WalFragment fragment = {.part = header->part, .size = header->size};
  size_t payload_at = kWalHeaderBytes;
  if (header->has_log_number) {
    fragment.log_number = LittleEndian32(bytes.substr(payload_at));
    payload_at += kWalNumberBytes;
  }
  fragment.payload = bytes.substr(payload_at, header->size - payload_at);
  return fragment;
}

}  // namespace fluxcascade
