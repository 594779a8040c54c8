// Seals secrets for storage: AES-256-GCM, several keys readable, one writes.
#ifndef FLUXCASCADE_COMMON_CRYPTO_KEYRING_H_
#define FLUXCASCADE_COMMON_CRYPTO_KEYRING_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/random/random.h"

namespace fluxcascade {

// The parts of a sealed secret; the stored message of the same shape is
// fluxcascade.store.v1.Sealed.
struct SealedSecret {
  uint32_t version = 1;
  std::string key_id;
  std::string nonce;       // 12 bytes
  std::string ciphertext;  // with the 16-byte tag at its end
};

// Thread-safe once made.
class Keyring {
 public:
  // `text` has a key a line: `<key id> <base64 of 32 bytes>`; `#` begins a comment. The first key
  // writes, all read. Errors name the line, never the key.
  static absl::StatusOr<Keyring> Parse(absl::string_view text, Random& random);

  // A line for a new key, as Parse reads it.
  static std::string NewKeyLine(absl::string_view key_id, Random& random);

  // `resource` and `field` are bound in: what was sealed for one cannot be opened as another.
  SealedSecret Seal(absl::string_view plaintext, absl::string_view resource,
                    absl::string_view field) const;

  // kDataLoss when it was changed or belongs elsewhere; kFailedPrecondition, naming the key id,
  // when its key is not here.
  absl::StatusOr<std::string> Open(const SealedSecret& sealed, absl::string_view resource,
                                   absl::string_view field) const;

 private:
  Keyring(std::map<std::string, std::string> keys, std::string writing_key_id, Random& random);

  std::map<std::string, std::string> keys_;  // by id, 32 bytes each
  std::string writing_key_id_;
  Random* random_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_CRYPTO_KEYRING_H_
