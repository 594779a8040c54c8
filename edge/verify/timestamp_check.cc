#include "edge/verify/timestamp_check.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "edge/verify/header_items.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

absl::StatusOr<absl::Duration> UnitOf(v1::TimestampRule::Unit unit) {
  switch (unit) {
    case v1::TimestampRule::UNIT_MILLISECONDS:
      return absl::Milliseconds(1);
    case v1::TimestampRule::UNIT_SECONDS:
      return absl::Seconds(1);
    default:
      return FieldError("unit", "must be UNIT_MILLISECONDS or UNIT_SECONDS");
  }
}

// A window is never left to a default: how long a captured request may be replayed is the
// recipe's to say.
absl::StatusOr<absl::Duration> Window(absl::string_view field, bool present,
                                      const google::protobuf::Duration& proto,
                                      absl::Duration longest) {
  const absl::Duration window = FromProto(proto);
  if (!present || window < absl::ZeroDuration() || window > longest) {
    return FieldError(field,
                      absl::StrCat("is required, from 0s to ", absl::FormatDuration(longest)));
  }
  return window;
}

}  // namespace

absl::StatusOr<TimestampCheck> TimestampCheck::Compile(const v1::TimestampRule& rule,
                                                       absl::string_view separator) {
  TimestampCheck check;
  FC_RETURN_IF_ERROR(CheckHeaderName("header", rule.header()));
  FC_RETURN_IF_ERROR(CheckPrefix("item_prefix", rule.item_prefix(), separator));
  if (!rule.item_prefix().empty() && separator.empty()) {
    return FieldError("item_prefix", "needs the recipe's separator");
  }
  check.header_ = rule.header();
  check.item_prefix_ = rule.item_prefix();
  check.separator_ = std::string(separator);
  FC_ASSIGN_OR_RETURN(check.unit_, UnitOf(rule.unit()));
  FC_ASSIGN_OR_RETURN(check.max_age_,
                      Window("max_age", rule.has_max_age(), rule.max_age(), kLongestMaxAge));
  FC_ASSIGN_OR_RETURN(check.max_ahead_, Window("max_ahead", rule.has_max_ahead(), rule.max_ahead(),
                                               kLongestMaxAhead));
  return check;
}

HeaderLookup TimestampCheck::Find(const SignedRequest& request) const {
  const HeaderLookup header = FindHeader(request.headers, header_);
  if (item_prefix_.empty() || header.count != HeaderLookup::Count::kOne) return header;
  HeaderLookup found;
  for (absl::string_view item : SplitItems(header.value, separator_)) {
    if (!absl::ConsumePrefix(&item, item_prefix_)) continue;
    if (found.count != HeaderLookup::Count::kNone) return {HeaderLookup::Count::kSeveral, ""};
    found = {HeaderLookup::Count::kOne, item};
  }
  return found;
}

TimestampCheck::Reading TimestampCheck::Read(const SignedRequest& request) const {
  const HeaderLookup header = Find(request);
  if (header.count == HeaderLookup::Count::kNone) {
    return {.refusal = v1::RejectedRequest::REASON_TIMESTAMP_MISSING};
  }
  // SimpleAtoi alone would also take signs and white space.
  int64_t count = 0;
  if (header.count != HeaderLookup::Count::kOne ||
      !std::all_of(header.value.begin(), header.value.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(header.value, &count)) {
    return {.refusal = v1::RejectedRequest::REASON_TIMESTAMP_MALFORMED};
  }
  return {.refusal = std::nullopt, .text = header.value, .time = absl::UnixEpoch() + unit_ * count};
}

Refusal TimestampCheck::CheckWindow(absl::Time time, absl::Time now) const {
  if (now - time > max_age_) return v1::RejectedRequest::REASON_TIMESTAMP_TOO_OLD;
  if (time - now > max_ahead_) return v1::RejectedRequest::REASON_TIMESTAMP_TOO_NEW;
  return std::nullopt;
}

}  // namespace fluxcascade::edge
