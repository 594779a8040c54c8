#include "edge/verify/recipe_fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"

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

absl::Status CheckPrefix(absl::string_view field, absl::string_view prefix,
                         absl::string_view separator) {
  if (prefix.size() > kMaxPrefixLength ||
      !std::all_of(prefix.begin(), prefix.end(), absl::ascii_isgraph)) {
    return FieldError(
        field, absl::StrCat("must be at most ", kMaxPrefixLength, " visible ASCII characters"));
  }
  if (!separator.empty() && absl::StrContains(prefix, separator)) {
    return FieldError(field, "must not hold the separator");
  }
  return absl::OkStatus();
}

absl::Status CheckSecrets(absl::string_view field,
                          const google::protobuf::RepeatedPtrField<v1::Secret>& secrets) {
  if (secrets.empty() || secrets.size() > kMaxSecrets) {
    return FieldError(field, absl::StrCat("must be 1 to ", kMaxSecrets, ", are ", secrets.size()));
  }
  for (int i = 0; i < secrets.size(); ++i) {
    const std::string& value = secrets[i].value();
    if (value.empty() || value.size() > kMaxSecretBytes) {
      return FieldError(absl::StrCat(field, "[", i, "].value"),
                        absl::StrCat("must be 1 to ", kMaxSecretBytes, " bytes"));
    }
  }
  return absl::OkStatus();
}

absl::Time NotAfter(const v1::Secret& secret) {
  return secret.has_not_after() ? FromProto(secret.not_after()) : absl::InfiniteFuture();
}

}  // namespace fluxcascade::edge
