#include "common/crypto/keyring.h"

#include <openssl/aead.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "common/crypto/encoding.h"
#include "common/random/random.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

constexpr uint32_t kVersion = 1;
constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kMaxKeyIdLength = 64;

struct Key {
  std::string id;
  std::string bytes;
};

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

bool IsKeyId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxKeyIdLength &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

// Errors are about the line's shape: what stands in it may be a key.
absl::StatusOr<Key> ParseKeyLine(absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() != 2) {
    return absl::InvalidArgumentError("a key line is `<key id> <base64 of 32 bytes>`");
  }
  if (!IsKeyId(words[0])) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key id is 1 to ", kMaxKeyIdLength, " of A-Z, a-z, 0-9, '-', '_' and '.'"));
  }
  std::optional<std::string> bytes = CanonicalBase64Decode(words[1]);
  if (!bytes.has_value() || bytes->size() != kKeyBytes) {
    return absl::InvalidArgumentError("the key is not the padded base64 of 32 bytes");
  }
  return Key{std::string(words[0]), *std::move(bytes)};
}

absl::Status OnLine(size_t number, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("line ", number, " of the keyring: ", status.message()));
}

// Every part with its length before it, so that no two lists of parts read alike.
std::string AssociatedData(uint32_t version, absl::string_view key_id, absl::string_view resource,
                           absl::string_view field) {
  std::string data = absl::StrCat("sealed ", version);
  for (const absl::string_view part : {key_id, resource, field}) {
    absl::StrAppend(&data, " ", part.size(), ":", part);
  }
  return data;
}

bssl::UniquePtr<EVP_AEAD_CTX> NewAead(const std::string& key) {
  bssl::UniquePtr<EVP_AEAD_CTX> aead(EVP_AEAD_CTX_new(EVP_aead_aes_256_gcm(), Bytes(key),
                                                      key.size(), EVP_AEAD_DEFAULT_TAG_LENGTH));
  FC_CHECK(aead != nullptr);
  return aead;
}

}  // namespace

Keyring::Keyring(std::map<std::string, std::string> keys, std::string writing_key_id,
                 Random& random)
    : keys_(std::move(keys)), writing_key_id_(std::move(writing_key_id)), random_(&random) {}

absl::StatusOr<Keyring> Keyring::Parse(absl::string_view text, Random& random) {
  std::map<std::string, std::string> keys;
  std::string writing_key_id;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    absl::StatusOr<Key> key = ParseKeyLine(line);
    if (!key.ok()) return OnLine(number, key.status());
    if (keys.empty()) writing_key_id = key->id;
    if (!keys.emplace(key->id, std::move(key->bytes)).second) {
      return OnLine(number, absl::InvalidArgumentError("the key id stands on a line above, too"));
    }
  }
  if (keys.empty()) {
    return absl::InvalidArgumentError(
        "the keyring has no key; a key is a line `<key id> <base64 of 32 bytes>`");
  }
  return Keyring(std::move(keys), std::move(writing_key_id), random);
}

std::string Keyring::NewKeyLine(absl::string_view key_id, Random& random) {
  FC_CHECK(IsKeyId(key_id));
  return absl::StrCat(key_id, " ", Base64Encode(random.Bytes(kKeyBytes)), "\n");
}

SealedSecret Keyring::Seal(absl::string_view plaintext, absl::string_view resource,
                           absl::string_view field) const {
  SealedSecret sealed;
  sealed.version = kVersion;
  sealed.key_id = writing_key_id_;
  sealed.nonce = random_->Bytes(kNonceBytes);
  const std::string associated = AssociatedData(kVersion, sealed.key_id, resource, field);
  const bssl::UniquePtr<EVP_AEAD_CTX> aead = NewAead(keys_.at(writing_key_id_));
  sealed.ciphertext.resize(plaintext.size() + EVP_AEAD_max_overhead(EVP_aead_aes_256_gcm()));
  size_t size = 0;
  FC_CHECK(EVP_AEAD_CTX_seal(aead.get(), reinterpret_cast<uint8_t*>(sealed.ciphertext.data()),
                             &size, sealed.ciphertext.size(), Bytes(sealed.nonce),
                             sealed.nonce.size(), Bytes(plaintext), plaintext.size(),
                             Bytes(associated), associated.size()) == 1);
  sealed.ciphertext.resize(size);
  return sealed;
}

absl::StatusOr<std::string> Keyring::Open(const SealedSecret& sealed, absl::string_view resource,
                                          absl::string_view field) const {
  if (sealed.version != kVersion) {
    return absl::FailedPreconditionError(absl::StrCat("the secret ", field, " of ", resource,
                                                      " is sealed in version ", sealed.version,
                                                      "; this program reads version ", kVersion));
  }
  const auto key = keys_.find(sealed.key_id);
  if (key == keys_.end()) {
    return absl::FailedPreconditionError(absl::StrCat("the secret ", field, " of ", resource,
                                                      " is sealed with the key '", sealed.key_id,
                                                      "', which the keyring does not hold"));
  }
  const std::string associated = AssociatedData(kVersion, sealed.key_id, resource, field);
  const bssl::UniquePtr<EVP_AEAD_CTX> aead = NewAead(key->second);
  std::string plaintext(sealed.ciphertext.size(), '\0');
  size_t size = 0;
  if (EVP_AEAD_CTX_open(aead.get(), reinterpret_cast<uint8_t*>(plaintext.data()), &size,
                        plaintext.size(), Bytes(sealed.nonce), sealed.nonce.size(),
                        Bytes(sealed.ciphertext), sealed.ciphertext.size(), Bytes(associated),
                        associated.size()) != 1) {
    return absl::DataLossError(absl::StrCat("the secret ", field, " of ", resource,
                                            " was changed, or was sealed for something else"));
  }
  plaintext.resize(size);
  return plaintext;
}

}  // namespace fluxcascade
