#include "edge/verify/recipe_fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade::edge {
namespace {

bool IsTokenCharacter(char character) {
  return absl::ascii_isalnum(character) ||
         absl::string_view("!#$%&'*+-.^_`|~").find(character) != absl::string_view::npos;
}

}  // namespace

absl::Status FieldError(absl::string_view field, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(field, " ", problem));
}

absl::Status InField(absl::string_view field, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(field, ".", status.message()));
}

absl::Status CheckHeaderName(absl::string_view field, absl::string_view name) {
  if (name.empty() || name.size() > kMaxHeaderNameLength ||
      !std::all_of(name.begin(), name.end(), IsTokenCharacter)) {
    return FieldError(field, absl::StrCat("must be the name of a header, 1 to ",
                                          kMaxHeaderNameLength, " characters"));
  }
  return absl::OkStatus();
}

absl::Status CheckSecrets(absl::string_view field,
                          const google::protobuf::RepeatedPtrField<std::string>& secrets) {
  if (secrets.empty() || secrets.size() > kMaxSecrets) {
    return FieldError(field, absl::StrCat("must be 1 to ", kMaxSecrets, ", are ", secrets.size()));
  }
  for (int i = 0; i < secrets.size(); ++i) {
    if (secrets[i].empty() || secrets[i].size() > kMaxSecretBytes) {
      return FieldError(absl::StrCat(field, "[", i, "]"),
                        absl::StrCat("must be 1 to ", kMaxSecretBytes, " bytes"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fluxcascade::edge
