// Why something failed, waits or was skipped, as it is stored and shown.
#ifndef FLUXCASCADE_CONTROLPLANE_MODEL_REASON_H_
#define FLUXCASCADE_CONTROLPLANE_MODEL_REASON_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fluxcascade {

inline constexpr size_t kMaxReasonBytes = 2048;

// At most kMaxReasonBytes of `words`, and UTF-8, whatever they hold: they quote systems and peers,
// and a record with other bytes in a string can be written but never be read again.
std::string ReasonText(absl::string_view words);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_MODEL_REASON_H_
