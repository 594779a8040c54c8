#include "edge/verify/secret_trial.h"

#include <optional>

namespace fluxcascade::edge {

Refusal SecretTrial::Verdict(RejectionReason mismatch) const {
  if (matched_) return std::nullopt;
  if (matched_expired_ || !any_live_) return v1::RejectedRequest::REASON_SECRET_EXPIRED;
  return mismatch;
}

}  // namespace fluxcascade::edge
