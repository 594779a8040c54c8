// When a request was signed, and whether that is near enough to now.
#ifndef FLUXCASCADE_EDGE_VERIFY_TIMESTAMP_CHECK_H_
#define FLUXCASCADE_EDGE_VERIFY_TIMESTAMP_CHECK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Immutable.
class TimestampCheck {
 public:
  static constexpr absl::Duration kLongestMaxAge = absl::Hours(24);
  static constexpr absl::Duration kLongestMaxAhead = absl::Hours(1);

  // kInvalidArgument begins with the field, and says what it may be. `separator`: the recipe's.
  static absl::StatusOr<TimestampCheck> Compile(const v1::TimestampRule& rule,
                                                absl::string_view separator);

  struct Reading {
    // MISSING or MALFORMED; then there is nothing else here.
    Refusal refusal = {};
    // As sent: this is what was signed.
    absl::string_view text = {};
    absl::Time time = {};
  };

  // Decimal digits alone, and only one header, or item, of the name.
  Reading Read(const SignedRequest& request) const;

  // TOO_OLD or TOO_NEW; both limits are still inside.
  Refusal CheckWindow(absl::Time time, absl::Time now) const;

  // The last moment at which a request that was signed at `time` is not too old.
  absl::Time GoodUntil(absl::Time time) const { return time + max_age_; }

 private:
  TimestampCheck() = default;

  HeaderLookup Find(const SignedRequest& request) const;

  std::string header_;
  std::string item_prefix_;
  std::string separator_;
  absl::Duration unit_;
  absl::Duration max_age_;
  absl::Duration max_ahead_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_TIMESTAMP_CHECK_H_
