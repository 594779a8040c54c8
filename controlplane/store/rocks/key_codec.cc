#include "controlplane/store/rocks/key_codec.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade {
namespace {

// A zero byte is written as kZero kEscaped, the end of a string as kZero kEnd: the end sorts below
// whatever could follow.
constexpr char kZero = '\x00';
constexpr char kEnd = '\x01';
constexpr char kEscaped = '\xff';

constexpr uint64_t kSignBit = uint64_t{1} << 63;

}  // namespace

KeyWriter& KeyWriter::Byte(uint8_t value) {
  key_.push_back(static_cast<char>(value));
  return *this;
}

KeyWriter& KeyWriter::Uint64(uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) key_.push_back(static_cast<char>(value >> shift));
  return *this;
}

KeyWriter& KeyWriter::Time(absl::Time value) {
  return Uint64(static_cast<uint64_t>(absl::ToUnixMicros(value)) ^ kSignBit);
}

KeyWriter& KeyWriter::String(absl::string_view value) {
  StringPrefix(value);
  key_.push_back(kZero);
  key_.push_back(kEnd);
  return *this;
}

KeyWriter& KeyWriter::StringPrefix(absl::string_view value) {
  for (const char c : value) {
    key_.push_back(c);
    if (c == kZero) key_.push_back(kEscaped);
  }
  return *this;
}

KeyWriter& KeyWriter::Raw(absl::string_view bytes) {
  key_.append(bytes.data(), bytes.size());
  return *this;
}

std::string KeyWriter::Take() { return std::exchange(key_, std::string()); }

bool KeyReader::Byte(uint8_t* value) {
  if (rest_.empty()) return false;
  *value = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return true;
}

bool KeyReader::Uint64(uint64_t* value) {
  if (rest_.size() < 8) return false;
  *value = 0;
  for (int i = 0; i < 8; ++i) *value = (*value << 8) | static_cast<uint8_t>(rest_[i]);
  rest_.remove_prefix(8);
  return true;
}

bool KeyReader::Time(absl::Time* value) {
  uint64_t bits;
  if (!Uint64(&bits)) return false;
  *value = absl::FromUnixMicros(static_cast<int64_t>(bits ^ kSignBit));
  return true;
}

bool KeyReader::String(std::string* value) {
  std::string decoded;
  for (size_t i = 0; i < rest_.size(); ++i) {
    if (rest_[i] != kZero) {
      decoded.push_back(rest_[i]);
      continue;
    }
    if (i + 1 == rest_.size()) return false;
    const char mark = rest_[++i];
    if (mark == kEnd) {
      *value = std::move(decoded);
      rest_.remove_prefix(i + 1);
      return true;
    }
    if (mark != kEscaped) return false;
    decoded.push_back(kZero);
  }
  return false;
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace fluxcascade
