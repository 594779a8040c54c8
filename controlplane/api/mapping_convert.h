// Mappings as the API shows them and as they are stored.
#ifndef FLUXCASCADE_CONTROLPLANE_API_MAPPING_CONVERT_H_
#define FLUXCASCADE_CONTROLPLANE_API_MAPPING_CONVERT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fluxcascade/store/v1/resources.pb.h"
#include "fluxcascade/v1/mapping.pb.h"

namespace fluxcascade {

v1::Mapping ToApi(const store::v1::Mapping& stored);

// kInvalidArgument for a transform of no kind.
absl::Status ToStored(const google::protobuf::RepeatedPtrField<v1::FieldMapping>& fields,
                      google::protobuf::RepeatedPtrField<store::v1::FieldMapping>& stored);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_MAPPING_CONVERT_H_
