#include "controlplane/connectors/status_payloads.h"

#include <cstdint>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade {
namespace {

constexpr char kRetryAfterType[] = "fluxcascade/retry-after-ms";
constexpr char kExistingIdType[] = "fluxcascade/existing-id";

}  // namespace

absl::Status WithRetryAfter(absl::Status status, absl::Duration wait) {
  status.SetPayload(kRetryAfterType, absl::Cord(absl::StrCat(absl::ToInt64Milliseconds(wait))));
  return status;
}

std::optional<absl::Duration> RetryAfter(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRetryAfterType);
  int64_t milliseconds = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &milliseconds)) {
    return std::nullopt;
  }
  return absl::Milliseconds(milliseconds);
}

absl::Status WithExistingId(absl::Status status, absl::string_view id) {
  status.SetPayload(kExistingIdType, absl::Cord(id));
  return status;
}

std::optional<std::string> ExistingId(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kExistingIdType);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

bool IsTransient(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
      return true;
    default:
      return false;
  }
}

}  // namespace fluxcascade
