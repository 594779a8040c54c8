// What the fields of a recipe may hold, shared by the checks that are compiled from it.
#ifndef FLUXCASCADE_EDGE_VERIFY_RECIPE_FIELDS_H_
#define FLUXCASCADE_EDGE_VERIFY_RECIPE_FIELDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "fluxcascade/edge/v1/hook.pb.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace fluxcascade::edge {

inline constexpr int kMaxSecrets = 10;
inline constexpr size_t kMaxSecretBytes = 1024;
inline constexpr size_t kMaxHeaderNameLength = 64;
inline constexpr size_t kMaxPrefixLength = 64;

// kInvalidArgument: `<field> <problem>`.
absl::Status FieldError(absl::string_view field, absl::string_view problem);

// Puts `field` before a FieldError's message: `<field>.<message>`.
absl::Status InField(absl::string_view field, const absl::Status& status);

// Whether `name` is a token of RFC 9110 section 5.6.2, of at most kMaxHeaderNameLength characters.
absl::Status CheckHeaderName(absl::string_view field, absl::string_view name);

// At most kMaxPrefixLength visible ASCII characters, without `separator` among them if there is
// one.
absl::Status CheckPrefix(absl::string_view field, absl::string_view prefix,
                         absl::string_view separator);

// 1 to kMaxSecrets, none empty, each of at most kMaxSecretBytes. Errors give the index, never the
// secret.
absl::Status CheckSecrets(absl::string_view field,
                          const google::protobuf::RepeatedPtrField<v1::Secret>& secrets);

// The last moment at which the secret proves something.
absl::Time NotAfter(const v1::Secret& secret);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_RECIPE_FIELDS_H_
