#include "tests/sandbox/hubspot/webhook_signature.h"

#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade::sandbox {
namespace {

struct Escape {
  absl::string_view code;
  char character;
};

constexpr Escape kUndone[] = {{"%3A", ':'}, {"%2F", '/'}, {"%3F", '?'},  {"%40", '@'},
                              {"%21", '!'}, {"%24", '$'}, {"%27", '\''}, {"%28", '('},
                              {"%29", ')'}, {"%2A", '*'}, {"%2C", ','},  {"%3B", ';'}};

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

std::string SignatureV1(absl::string_view secret, absl::string_view body) {
  const std::string source = absl::StrCat(secret, body);
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(Bytes(source), source.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

std::string SignatureV3(absl::string_view secret, absl::string_view method, absl::string_view uri,
                        absl::string_view body, absl::string_view timestamp) {
  const std::string source = absl::StrCat(method, DecodeSignedUri(uri), body, timestamp);
  uint8_t digest[SHA256_DIGEST_LENGTH];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), secret.size(), Bytes(source), source.size(), digest, &size);
  return absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

std::string DecodeSignedUri(absl::string_view uri) {
  std::string decoded;
  for (size_t i = 0; i < uri.size();) {
    const std::string code = absl::AsciiStrToUpper(uri.substr(i, 3));
    const Escape* undone = nullptr;
    for (const Escape& escape : kUndone) {
      if (escape.code == code) undone = &escape;
    }
    decoded.push_back(undone != nullptr ? undone->character : uri[i]);
    i += undone != nullptr ? 3 : 1;
  }
  return decoded;
}

}  // namespace fluxcascade::sandbox
