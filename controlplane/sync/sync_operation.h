// One attempt of one inbound delivery: brings one record of the source to the target of one
// mapping.
#ifndef FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_OPERATION_H_
#define FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_OPERATION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/connections/call_recorder.h"
#include "controlplane/connections/connection_clients.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/queue/delivery_lifecycle.h"
#include "controlplane/store/store.h"
#include "controlplane/sync/sync_outcome.h"
#include "fluxcascade/store/v1/records.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

struct SyncDependencies {
  Store& store;
  const ConnectorRegistry& connectors;
  ConnectionClients& clients;
  const Clock& clock;
  Random& random;
};

// How long one attempt may take in all.
inline constexpr absl::Duration kSyncAttemptTimeout = absl::Seconds(60);

// The methods stand in the order in which they happen; each gives an outcome when the attempt ends
// there.
class SyncOperation {
 public:
  SyncOperation(const SyncDependencies& dependencies, ClaimedDelivery claimed);

  // Blocks. When it returns, the attempt's end is committed, unless the store failed or the lease
  // was lost: then the delivery becomes due again when its lease runs out, and doing it again does
  // no harm.
  absl::Status Run();

 private:
  // One side of the mapping; once opened, ready to be called.
  struct Side {
    store::v1::Connection connection;
    const Connector* connector = nullptr;
    std::unique_ptr<ApiClient> api;
    std::string object_type;
  };

  using Ended = std::optional<SyncOutcome>;

  SyncOutcome Perform();
  // What is stored, and with it what the log says of the sides.
  Ended Load();
  Ended Describe(const store::v1::Side& from, Side& side);
  // A connection that is paused, or whose credential is refused, is waited for.
  Ended Unusable(const store::v1::Connection& connection) const;
  Ended OpenSide(store::v1::Attempt::Blame blame, Side& side);
  // Tries the credential of a connection that could not be reached when it was last tried, and
  // stores what that shows.
  Ended CheckAgain(Side& side);
  Ended ReadSource();
  Ended SourceMissing();

  SyncOutcome RemoveTarget();
  Ended LeaveToOthers();

  Ended UpdateLinked();
  SyncOutcome UpdateTarget(const Record& current);

  SyncOutcome CreateTarget();
  Ended HoldMatchLane(absl::string_view match_value);
  Ended FollowMatchingLink();
  Ended SettleIntent();
  Ended FindMatch();
  Ended RememberIntent();
  SyncOutcome Create();
  // When the target's search can be expected to show what the intended create made, if anything.
  absl::Time KnownAt(const store::v1::Link& intent) const;
  void ForgetIntent();

  // What is about to be written, as the delivery's payload preview.
  void ShowPayload(const FieldMap& written);
  // An error of one side, as the end of the attempt.
  SyncOutcome FromError(const absl::Status& status, const Side& side);

  absl::Status Commit(const SyncOutcome& outcome);
  absl::Status CommitEnd(Transaction& tx, const SyncOutcome& outcome, absl::Time now);
  absl::Status WriteLog(Transaction& tx, const SyncOutcome& outcome, absl::Time now);
  store::v1::Attempt MakeAttempt(const SyncOutcome& outcome) const;

  bool is_last_attempt() const;

  const SyncDependencies& dependencies_;
  ClaimedDelivery claimed_;
  const absl::Time start_;
  const absl::Duration monotonic_start_;
  CallRecorder recorder_;

  store::v1::Mapping mapping_;
  Side source_;
  Side target_;
  Record record_;  // of the source
  store::v1::Link link_;
  bool link_changed_ = false;
  FieldMap wanted_;          // by target field
  std::string match_value_;  // canonical; empty when there is nothing to match by
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_OPERATION_H_
