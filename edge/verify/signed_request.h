// A request as it is verified: what came over the wire, with nothing decoded.
#ifndef FLUXCASCADE_EDGE_VERIFY_SIGNED_REQUEST_H_
#define FLUXCASCADE_EDGE_VERIFY_SIGNED_REQUEST_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "edge/http/raw_header.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

using RejectionReason = v1::RejectedRequest::Reason;

// What a check says: nothing when the request passed, else why not. A refusal is an expected
// answer, not an error.
using Refusal = std::optional<RejectionReason>;

// Views; whoever makes one keeps alive what they point to.
struct SignedRequest {
  absl::string_view method = {};
  // What follows the first `?` of the request target; nothing if there is no `?`.
  std::optional<absl::string_view> query = {};
  absl::Span<const RawHeader> headers = {};
  absl::string_view body = {};
};

struct HeaderLookup {
  enum class Count { kNone, kOne, kSeveral };
  Count count = Count::kNone;
  // Of the only one; empty otherwise.
  absl::string_view value = {};
};

// Names are compared without regard to case.
HeaderLookup FindHeader(absl::Span<const RawHeader> headers, absl::string_view name);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SIGNED_REQUEST_H_
