// Whether a mapping makes sense, and which fields it touches. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_MAPPING_CHECK_H_
#define FLUXCASCADE_CONTROLPLANE_MAPPING_CHECK_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "controlplane/connectors/connector.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

inline constexpr int kMaxFieldMappings = 200;
inline constexpr int kMaxSourceFields = 10;  // of one field mapping
inline constexpr int kMaxTransforms = 10;    // of one field mapping
inline constexpr int kMaxTruncate = 65535;   // characters

// kInvalidArgument, naming the field (`mapping.fields[2].target_field`), what was given and what is
// allowed: fields that the object types do not have or that cannot be written, a target field
// twice, several source fields without a JOIN as the first transform, a match field that is not
// mapped or that the target cannot find records by, a required target field that is not mapped, a
// delete policy that the target cannot carry out, limits.
absl::Status CheckMapping(const store::v1::Mapping& mapping, const ObjectTypeInfo& source,
                          const ObjectTypeInfo& target);

std::set<std::string> SourceFields(const store::v1::Mapping& mapping);
std::set<std::string> TargetFields(const store::v1::Mapping& mapping);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_MAPPING_CHECK_H_
