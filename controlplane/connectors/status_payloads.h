// What a status from a connector carries besides code and message.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_STATUS_PAYLOADS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_STATUS_PAYLOADS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade {

// How long the system asked us to wait.
absl::Status WithRetryAfter(absl::Status status, absl::Duration wait);
std::optional<absl::Duration> RetryAfter(const absl::Status& status);

// The id of the record that stands in the way of a create.
absl::Status WithExistingId(absl::Status status, absl::string_view id);
std::optional<std::string> ExistingId(const absl::Status& status);

// Whether trying the same again later can help: kUnavailable, kDeadlineExceeded, kAborted,
// kUnknown, kInternal.
bool IsTransient(const absl::Status& status);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_STATUS_PAYLOADS_H_
