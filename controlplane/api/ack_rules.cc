#include "controlplane/api/ack_rules.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"

namespace fluxcascade {
namespace {

absl::Status CheckFallback(const v1::AckRule& given) {
  const std::string allowed = absl::StrCat(
      "allowed with MODE_CONTROL_PLANE: ", absl::FormatDuration(kShortestFallback), " to ",
      absl::FormatDuration(kLongestFallback), ", and less than the system waits for an answer");
  if (!given.has_fallback_after()) {
    return absl::InvalidArgumentError(
        absl::StrCat("app.ack.fallback_after: is missing; ", allowed));
  }
  const absl::Duration after = FromProto(given.fallback_after());
  if (after >= kShortestFallback && after <= kLongestFallback) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("app.ack.fallback_after: is ", absl::FormatDuration(after), "; ", allowed));
}

}  // namespace

absl::StatusOr<store::v1::AckRule> ToStoredAckRule(const v1::AckRule& given) {
  store::v1::AckRule stored;
  switch (given.mode()) {
    case v1::AckRule::MODE_LOCAL:
      if (given.has_fallback_after()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "app.ack.fallback_after: is ", absl::FormatDuration(FromProto(given.fallback_after())),
            ", but with MODE_LOCAL nothing is waited for: leave it out, or take "
            "MODE_CONTROL_PLANE"));
      }
      break;
    case v1::AckRule::MODE_CONTROL_PLANE: {
      const absl::Status checked = CheckFallback(given);
      if (!checked.ok()) return checked;
      *stored.mutable_fallback_after() = given.fallback_after();
      break;
    }
    default:
      return absl::InvalidArgumentError(absl::StrCat("app.ack.mode: is ",
                                                     static_cast<int>(given.mode()),
                                                     "; allowed: MODE_LOCAL, MODE_CONTROL_PLANE"));
  }
  stored.set_mode(static_cast<store::v1::AckRule::Mode>(given.mode()));
  return stored;
}

v1::AckRule ToApiAckRule(const store::v1::AckRule& stored) {
  v1::AckRule rule;
  rule.set_mode(static_cast<v1::AckRule::Mode>(stored.mode()));
  if (stored.has_fallback_after()) *rule.mutable_fallback_after() = stored.fallback_after();
  return rule;
}

}  // namespace fluxcascade
