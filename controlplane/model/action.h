// Words for what happened to a record.
#ifndef FLUXCASCADE_CONTROLPLANE_MODEL_ACTION_H_
#define FLUXCASCADE_CONTROLPLANE_MODEL_ACTION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

// `contact.update`; empty without an object type or action.
std::string EventType(absl::string_view object_type, store::v1::Action action);

// What a delivery that carries `first` shall do once `then` has joined it: of deletes and creates
// the last one, an update only where there is neither. Merges are never joined.
store::v1::Action CombineActions(store::v1::Action first, store::v1::Action then);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_MODEL_ACTION_H_
