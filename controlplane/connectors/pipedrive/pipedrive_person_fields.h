// What personFields says about a person's fields. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSON_FIELDS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSON_FIELDS_H_

#include "controlplane/connectors/connector.h"
#include "controlplane/connectors/pipedrive/pipedrive_person_codec.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// `fields` is the `data` of GET /v1/personFields, all pages. `edit_flag` there says whether the
// field itself can be changed by the user, not its values: what can be written is our own table of
// what POST /api/v2/persons takes.
ObjectTypeInfo ParsePersonFields(const nlohmann::json& fields);

PipedriveFieldTypes ParsePersonFieldTypes(const nlohmann::json& fields);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSON_FIELDS_H_
