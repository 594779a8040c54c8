#include "controlplane/model/reason.h"

#include "common/text/utf8.h"

namespace fluxcascade {

std::string ReasonText(absl::string_view words) { return Utf8Preview(words, kMaxReasonBytes); }

}  // namespace fluxcascade
