// Keys whose bytes sort as their parts do.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KEY_CODEC_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KEY_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade {

// Appends parts to a key. The formats are in SCHEMA.md; changing one changes the store's version.
class KeyWriter {
 public:
  KeyWriter() = default;
  explicit KeyWriter(absl::string_view prefix) : key_(prefix) {}

  KeyWriter& Byte(uint8_t value);
  KeyWriter& Uint64(uint64_t value);
  // To the microsecond, rounded down.
  KeyWriter& Time(absl::Time value);
  // Any bytes. No other string's encoding is a prefix of this one's.
  KeyWriter& String(absl::string_view value);
  // How the encodings of all strings that begin with `value` begin. Ends the key: for ranges only.
  KeyWriter& StringPrefix(absl::string_view value);
  // Already encoded.
  KeyWriter& Raw(absl::string_view bytes);

  // Leaves the writer empty.
  std::string Take();

 private:
  std::string key_;
};

// Takes parts off the front of a key. Each is false, and changes nothing, when the key does not
// begin with such a part.
class KeyReader {
 public:
  explicit KeyReader(absl::string_view key) : rest_(key) {}

  [[nodiscard]] bool Byte(uint8_t* value);
  [[nodiscard]] bool Uint64(uint64_t* value);
  [[nodiscard]] bool Time(absl::Time* value);
  [[nodiscard]] bool String(std::string* value);

  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
};

// The smallest key above every key that begins with `prefix`; empty when there is none.
std::string PrefixEnd(absl::string_view prefix);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KEY_CODEC_H_
