// What all secrets of a recipe say together of one request.
#ifndef FLUXCASCADE_EDGE_VERIFY_SECRET_TRIAL_H_
#define FLUXCASCADE_EDGE_VERIFY_SECRET_TRIAL_H_

#include "absl/time/time.h"
#include "edge/verify/signed_request.h"

namespace fluxcascade::edge {

// Every secret is tried, also after one has matched and those past their end, so that how long it
// takes says nothing about which one did.
class SecretTrial {
 public:
  explicit SecretTrial(absl::Time now) : now_(now) {}

  void Add(bool matches, absl::Time not_after) {
    const bool live = now_ <= not_after;
    any_live_ |= live;
    matched_ |= matches & live;
    matched_expired_ |= matches & !live;
  }

  // Nothing when a secret matched that is still good. Otherwise SECRET_EXPIRED when only one that
  // is not did, or none is, and else `mismatch`.
  Refusal Verdict(RejectionReason mismatch) const;

 private:
  absl::Time now_;
  bool any_live_ = false;
  bool matched_ = false;
  bool matched_expired_ = false;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SECRET_TRIAL_H_
