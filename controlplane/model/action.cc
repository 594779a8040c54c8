#include "controlplane/model/action.h"

#include "absl/strings/str_cat.h"

namespace fluxcascade {

std::string EventType(absl::string_view object_type, store::v1::Action action) {
  if (object_type.empty()) return "";
  switch (action) {
    case store::v1::ACTION_CREATE:
      return absl::StrCat(object_type, ".create");
    case store::v1::ACTION_UPDATE:
      return absl::StrCat(object_type, ".update");
    case store::v1::ACTION_DELETE:
      return absl::StrCat(object_type, ".delete");
    case store::v1::ACTION_MERGE:
      return absl::StrCat(object_type, ".merge");
    default:
      return "";
  }
}

store::v1::Action CombineActions(store::v1::Action first, store::v1::Action then) {
  if (then == store::v1::ACTION_DELETE) return then;
  // A create after a delete is a restore.
  if (then == store::v1::ACTION_CREATE) return then;
  // An update tells nothing new to a create or a delete that is still to be done.
  return first == store::v1::ACTION_UNSPECIFIED ? then : first;
}

}  // namespace fluxcascade
