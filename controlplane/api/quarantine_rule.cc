#include "controlplane/api/quarantine_rule.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

absl::Status CheckRange(absl::string_view field, absl::string_view member, uint64_t given,
                        uint64_t least, uint64_t most) {
  if (given >= least && given <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, ".", member, ": ", given, " is not within ", least, " to ", most));
}

}  // namespace

absl::StatusOr<store::v1::QuarantineRule> ToStoredRule(absl::string_view field,
                                                       const v1::QuarantineRule& given) {
  FC_RETURN_IF_ERROR(
      CheckRange(field, "max_requests", given.max_requests(), 1, kMaxQuarantineRequests));
  FC_RETURN_IF_ERROR(
      CheckRange(field, "max_bytes", given.max_bytes(), kMinQuarantineBytes, kMaxQuarantineBytes));
  store::v1::QuarantineRule stored;
  stored.set_max_requests(given.max_requests());
  stored.set_max_bytes(given.max_bytes());
  return stored;
}

v1::QuarantineRule ToApiRule(const store::v1::QuarantineRule& stored) {
  v1::QuarantineRule rule;
  rule.set_max_requests(stored.max_requests());
  rule.set_max_bytes(stored.max_bytes());
  return rule;
}

}  // namespace fluxcascade
