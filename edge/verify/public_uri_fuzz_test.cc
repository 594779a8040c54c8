// Whatever the bytes, decoding agrees with replacing the twelve escapes one by one.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "common/check/check.h"
#include "edge/verify/public_uri.h"

namespace fluxcascade::edge {
namespace {

std::string DecodedByReplacing(absl::string_view uri) {
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const auto& [escape, character] :
       std::vector<std::pair<std::string, std::string>>{{"%3A", ":"},
                                                        {"%2F", "/"},
                                                        {"%3F", "?"},
                                                        {"%40", "@"},
                                                        {"%21", "!"},
                                                        {"%24", "$"},
                                                        {"%27", "'"},
                                                        {"%28", "("},
                                                        {"%29", ")"},
                                                        {"%2A", "*"},
                                                        {"%2C", ","},
                                                        {"%3B", ";"}}) {
    replacements.emplace_back(escape, character);
    replacements.emplace_back(absl::AsciiStrToLower(escape), character);
  }
  return absl::StrReplaceAll(uri, replacements);
}

void CheckOne(absl::string_view input) {
  FC_CHECK(DecodeReservedCharacters(input) == DecodedByReplacing(input));

  const std::string undecoded = PublicUri("https://e/", input, v1::SignedPart::URI_DECODING_NONE);
  FC_CHECK(undecoded == "https://e/?" + std::string(input));
  FC_CHECK(PublicUri("https://e/", input, v1::SignedPart::URI_DECODING_RESERVED_CHARACTERS) ==
           DecodeReservedCharacters(undecoded));
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
