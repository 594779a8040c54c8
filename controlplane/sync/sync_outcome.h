// How an attempt to sync a record ended.
#ifndef FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_OUTCOME_H_
#define FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_OUTCOME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/connectors/connector.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

struct SyncOutcome {
  enum class Kind {
    kDone,      // with `result`
    kSkipped,   // ended, nothing to do: `message`
    kFailed,    // `message`, `blame`, `retry_can_help`: not before `until`
    kWaiting,   // for `message`, until `until`; costs no retry
    kGivenBack  // already: it waits for a lane
  };

  static SyncOutcome Done(store::v1::SyncLog::Result result, const FieldMap& written = {}) {
    SyncOutcome outcome;
    outcome.kind = Kind::kDone;
    outcome.result = result;
    for (const auto& [field, value] : written) outcome.fields_changed.push_back(field);
    return outcome;
  }
  static SyncOutcome Skipped(absl::string_view reason) {
    SyncOutcome outcome;
    outcome.kind = Kind::kSkipped;
    outcome.result = store::v1::SyncLog::RESULT_SKIPPED;
    outcome.message = std::string(reason);
    return outcome;
  }
  static SyncOutcome Failed(absl::string_view error, store::v1::Attempt::Blame blame,
                            bool retry_can_help) {
    SyncOutcome outcome;
    outcome.kind = Kind::kFailed;
    outcome.result = store::v1::SyncLog::RESULT_FAILED;
    outcome.message = std::string(error);
    outcome.blame = blame;
    outcome.retry_can_help = retry_can_help;
    return outcome;
  }
  static SyncOutcome Waiting(absl::string_view reason, absl::Time until) {
    SyncOutcome outcome;
    outcome.kind = Kind::kWaiting;
    outcome.message = std::string(reason);
    outcome.until = until;
    return outcome;
  }
  static SyncOutcome GivenBack() {
    SyncOutcome outcome;
    outcome.kind = Kind::kGivenBack;
    return outcome;
  }

  Kind kind = Kind::kFailed;
  store::v1::SyncLog::Result result = store::v1::SyncLog::RESULT_UNSPECIFIED;
  std::vector<std::string> fields_changed;
  std::string message;
  store::v1::Attempt::Blame blame = store::v1::Attempt::BLAME_UNSPECIFIED;
  bool retry_can_help = false;
  absl::Time until = absl::InfinitePast();
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_OUTCOME_H_
