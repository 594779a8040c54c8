// Bodies that were sent compressed. The edge keeps them as they were signed.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_BODY_CODING_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_BODY_CODING_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade {

// Of a body that was compressed. Whoever signs for a hook could send a small body that unpacks to
// gigabytes.
inline constexpr size_t kMaxUnpackedBodyBytes = 8 << 20;

// Whether the request's `content-encoding` says that its body is not as its sender wrote it.
bool IsBodyCoded(const edge::v1::LoggedRequest& request);

// The body of such a request as its sender wrote it. kInvalidArgument: a coding other than gzip,
// or several, or the body is not in it. kResourceExhausted: more than kMaxUnpackedBodyBytes.
absl::StatusOr<std::string> DecodeBody(const edge::v1::LoggedRequest& request);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_BODY_CODING_H_
