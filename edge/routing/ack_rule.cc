#include "edge/routing/ack_rule.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {

absl::StatusOr<std::optional<absl::Duration>> CommitWaitOf(const v1::Hook& hook) {
  if (!hook.has_ack()) return std::nullopt;
  const v1::AckRule& rule = hook.ack();
  switch (rule.mode()) {
    case v1::AckRule::MODE_LOCAL:
      if (!rule.has_fallback_after()) return std::nullopt;
      return FieldError("ack.fallback_after", "must be absent with MODE_LOCAL, which never waits");
    case v1::AckRule::MODE_CONTROL_PLANE:
      break;
    default:
      // A newer mode is not to be taken for one that promises less.
      return FieldError("ack.mode", absl::StrCat("must be MODE_LOCAL or MODE_CONTROL_PLANE, is ",
                                                 static_cast<int>(rule.mode())));
  }
  const std::string allowed = absl::StrCat("must be ", absl::FormatDuration(kShortestFallback),
                                           " to ", absl::FormatDuration(kLongestFallback), ", is ");
  if (!rule.has_fallback_after()) {
    return FieldError("ack.fallback_after", absl::StrCat(allowed, "missing"));
  }
  const absl::Duration wait = FromProto(rule.fallback_after());
  if (wait < kShortestFallback || wait > kLongestFallback) {
    return FieldError("ack.fallback_after", absl::StrCat(allowed, absl::FormatDuration(wait)));
  }
  return wait;
}

}  // namespace fluxcascade::edge
