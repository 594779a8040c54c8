#include "common/id/id.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/encoding.h"
#include "common/random/random.h"

namespace fluxcascade {
namespace {

constexpr char kCrockford[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kTimeBytes = 6;
constexpr size_t kRandomBytes = 10;
constexpr size_t kIdLength = 26;
constexpr int64_t kMaxMillis = (int64_t{1} << (8 * kTimeBytes)) - 1;
constexpr size_t kMaxResourceIdLength = 63;
constexpr size_t kMaxDnsNameLength = 253;

using IdBytes = std::array<uint8_t, kTimeBytes + kRandomBytes>;

// 128 bits as 26 digits of 5 bits, the first of which holds the 3 that are over.
std::string EncodeCrockford(const IdBytes& bytes) {
  std::string text;
  text.reserve(kIdLength);
  uint32_t buffer = 0;
  int bits = 5 * kIdLength - 8 * sizeof(IdBytes);  // leading zero bits
  for (const uint8_t byte : bytes) {
    buffer = buffer << 8 | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text.push_back(kCrockford[buffer >> bits & 31]);
    }
  }
  return text;
}

bool IsIdCharacter(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; }

}  // namespace

std::string NewSortableId(absl::Time now, Random& random) {
  const int64_t millis = std::clamp<int64_t>(absl::ToUnixMillis(now), 0, kMaxMillis);
  IdBytes bytes;
  for (size_t i = 0; i < kTimeBytes; ++i) {
    bytes[i] = static_cast<uint8_t>(millis >> (8 * (kTimeBytes - 1 - i)));
  }
  random.Fill(bytes.data() + kTimeBytes, kRandomBytes);
  return EncodeCrockford(bytes);
}

bool IsResourceId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxResourceIdLength && id.front() != '-' &&
         id.back() != '-' && std::all_of(id.begin(), id.end(), IsIdCharacter);
}

bool IsDnsName(absl::string_view name) {
  const std::vector<absl::string_view> labels = absl::StrSplit(name, '.');
  return name.size() <= kMaxDnsNameLength &&
         std::all_of(labels.begin(), labels.end(), IsResourceId);
}

std::string NewToken(size_t bytes, Random& random) { return Base64UrlEncode(random.Bytes(bytes)); }

}  // namespace fluxcascade
