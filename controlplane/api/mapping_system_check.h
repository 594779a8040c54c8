// Whether the systems on both sides of a mapping can do what it asks for.
#ifndef FLUXCASCADE_CONTROLPLANE_API_MAPPING_SYSTEM_CHECK_H_
#define FLUXCASCADE_CONTROLPLANE_API_MAPPING_SYSTEM_CHECK_H_

#include "absl/status/status.h"
#include "controlplane/api/api_context.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// Calls both systems, so not to be called within a transaction. kInvalidArgument names the field of
// the mapping, what was given and what is allowed; kNotFound, a side's connection;
// kFailedPrecondition, what to do when a system refuses the credential; else the
// system's error as it came.
absl::Status CheckAgainstSystems(const ApiContext& context, const store::v1::Mapping& mapping);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_MAPPING_SYSTEM_CHECK_H_
