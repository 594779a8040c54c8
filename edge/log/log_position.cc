#include "edge/log/log_position.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "edge/log/log_codec.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {
namespace {

std::string WhatThereIs(const v1::LogState& log) {
  if (log.first_sequence() == log.next_sequence()) {
    return absl::StrCat("this log (", log.log_id(), ") holds nothing at present, and its next is ",
                        log.next_sequence());
  }
  return absl::StrCat("this log (", log.log_id(), ") holds ", log.first_sequence(), " to ",
                      log.next_sequence() - 1);
}

std::string WhatWasAsked(const v1::Pull& pull) {
  return absl::StrCat("asked for what comes after request ", pull.after(), " of log ",
                      pull.log_id());
}

absl::Status Refuse(v1::PullError::Reason reason, const v1::Pull& pull, absl::string_view why,
                    const v1::LogState& log, v1::PullError& error) {
  error.set_reason(reason);
  error.set_detail(absl::StrCat(WhatWasAsked(pull), "; ", WhatThereIs(log), ": ", why));
  *error.mutable_log() = log;
  return absl::DataLossError(error.detail());
}

}  // namespace

absl::Status CheckPull(const v1::Pull& pull) {
  if (pull.max_bytes() >= 1 && pull.max_bytes() <= kMaxReadBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("max_bytes is ", pull.max_bytes(), ", of 1 to ", kMaxReadBytes));
}

absl::Status CheckRange(const v1::Pull& pull, const v1::LogState& log, v1::PullError& error) {
  if (pull.log_id() != log.log_id()) {
    return Refuse(v1::PullError::REASON_LOG_ID_MISMATCH, pull,
                  "it is another log, as after a change of disk", log, error);
  }
  if (pull.after() >= log.next_sequence()) {
    return Refuse(v1::PullError::REASON_PAST_END, pull,
                  "it ends before that, as an older copy of it would", log, error);
  }
  if (pull.after() + 1 < log.first_sequence()) {
    return Refuse(
        v1::PullError::REASON_BEFORE_FIRST, pull,
        absl::StrCat("requests ", pull.after() + 1, " to ", log.first_sequence() - 1,
                     " were acknowledged and trimmed; is the asker's store an older copy?"),
        log, error);
  }
  return absl::OkStatus();
}

absl::Status CheckChain(const v1::Pull& pull, const Chain& chain, const v1::LogState& log,
                        v1::PullError& error) {
  if (pull.after_chain().empty() || pull.after_chain() == BytesOf(chain)) return absl::OkStatus();
  return Refuse(v1::PullError::REASON_DIVERGED, pull,
                absl::StrCat("what it holds up to request ", pull.after(),
                             " is not what was read before, as in an older copy that was written "
                             "on"),
                log, error);
}

absl::Status Unreadable(const v1::Pull& pull, uint64_t damaged, absl::string_view why,
                        const v1::LogState& log, v1::PullError& error) {
  error.set_damaged_sequence(damaged);
  return Refuse(v1::PullError::REASON_DATA_LOSS, pull, why, log, error);
}

absl::Status CheckAcknowledge(absl::string_view log_id, uint64_t through, const v1::LogState& log) {
  if (log_id != log.log_id()) {
    return absl::OutOfRangeError(
        absl::StrCat("acknowledged in log ", log_id, "; ", WhatThereIs(log)));
  }
  if (through >= log.next_sequence()) {
    return absl::OutOfRangeError(
        absl::StrCat("acknowledged up to request ", through, "; ", WhatThereIs(log)));
  }
  return absl::OkStatus();
}

}  // namespace fluxcascade::edge
