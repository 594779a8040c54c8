// What the fields of a recipe may hold, shared by the checks that are compiled from it.
#ifndef FLUXCASCADE_EDGE_VERIFY_RECIPE_FIELDS_H_
#define FLUXCASCADE_EDGE_VERIFY_RECIPE_FIELDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace fluxcascade::edge {

inline constexpr int kMaxSecrets = 10;
inline constexpr size_t kMaxSecretBytes = 1024;
inline constexpr size_t kMaxHeaderNameLength = 64;

// kInvalidArgument: `<field> <problem>`.
absl::Status FieldError(absl::string_view field, absl::string_view problem);

// Puts `field` before a FieldError's message: `<field>.<message>`.
absl::Status InField(absl::string_view field, const absl::Status& status);

// Whether `name` is a token of RFC 9110 section 5.6.2, of at most kMaxHeaderNameLength characters.
absl::Status CheckHeaderName(absl::string_view field, absl::string_view name);

// 1 to kMaxSecrets, none empty, each of at most kMaxSecretBytes. Errors give the index, never the
// secret.
absl::Status CheckSecrets(absl::string_view field,
                          const google::protobuf::RepeatedPtrField<std::string>& secrets);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_RECIPE_FIELDS_H_
