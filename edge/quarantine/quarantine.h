// The edge's quarantine: refused requests that a corrected secret may make verify, kept whole for
// the hooks that ask for it, verified again and released when an operator asks.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/crypto/keyring.h"
#include "common/logging/limited_log.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"
#include "edge/log/event_log.h"
#include "edge/quarantine/quarantine_store.h"
#include "edge/quarantine/release_job.h"
#include "edge/routing/active_hook_table.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/quarantine.pb.h"

namespace fluxcascade::edge {

// Thread-safe, but for Work. Nothing but Work and the end waits for the disk. A folder that can't
// be used stops nothing: it is tried again, and until then nothing is kept.
class Quarantine {
 public:
  // What waits to be written is bounded, and written four times a second. So it bounds, too, what
  // a flood of refused requests can have the disk do: 32 MiB a second, and a file for each hook
  // that it is for, each time.
  static constexpr size_t kMaxWaitingRequests = 512;
  static constexpr uint64_t kMaxWaitingBytes = uint64_t{8} << 20;
  static constexpr absl::Duration kWriteInterval = absl::Milliseconds(250);
  // How often rules and ages are looked at, and a folder that can't be used is tried again.
  static constexpr absl::Duration kCareInterval = absl::Seconds(5);
  // Between the steps of a job, while it waits for the log.
  static constexpr absl::Duration kStepInterval = absl::Milliseconds(1);
  static constexpr size_t kMaxWaitingAsks = 64;
  static constexpr size_t kMaxStates = 100;

  struct Edge {
    // Outlive the log's last answer.
    ActiveHookTable& hooks;
    EventLog& log;
    LimitedLog& notices;
    const Clock& clock;
  };

  Quarantine(QuarantineStore::Options options, Keyring keyring, Edge edge);
  // Writes what waits. Nobody calls Work any more.
  ~Quarantine();

  // Whether another secret may make a request verify that was refused for this reason. What lacks a
  // signature, or has a timestamp out of its window, stays wrong with any; what has an unknown
  // token is no hook's, so that there is neither who would ask for it nor a secret to correct.
  static bool IsMendable(v1::RejectedRequest::Reason reason);

  // For a hook that has a rule, and a reason that is mendable. When too much waits, the request is
  // dropped, and counted.
  void Keep(v1::QuarantinedRequest request, const v1::QuarantineRule& rule);

  // Its result comes later; at once, with an error, when too many wait.
  void Ask(v1::ReleaseQuarantine ask);
  // Of those that have ended. Each is given once; of more than kMaxWaitingAsks that nobody takes,
  // the first are lost.
  std::vector<v1::QuarantineResult> TakeResults();

  // Those that hold most, at most kMaxStates.
  std::vector<v1::QuarantineState> States() const { return store_.States(kMaxStates); }
  QuarantineStats stats() const { return store_.stats(); }

  // Does some of what there is to do at `now` (monotonic), and says when to come back. For one
  // thread.
  absl::Duration Work(absl::Duration now);

 private:
  // Of a hook, in the order in which they came.
  struct Waiting {
    // The one that came with the last.
    v1::QuarantineRule rule;
    std::vector<v1::QuarantinedRequest> requests;
  };

  // Whether the store can be used.
  bool Prepare(absl::Duration now);
  std::map<std::string, Waiting> TakeWaiting();
  void WriteWaiting();
  void Enforce();
  // Whether there is more to do.
  bool WorkOnAsks();
  std::optional<v1::ReleaseQuarantine> NextAsk();
  void DropWaiting();
  void AddResult(v1::QuarantineResult result) FC_REQUIRES(mutex_);

  const Edge edge_;
  QuarantineStore store_;

  // The worker's.
  bool opened_ = false;
  absl::Duration write_due_ = -absl::InfiniteDuration();
  absl::Duration care_due_ = -absl::InfiniteDuration();
  std::optional<ReleaseJob> job_;

  Mutex mutex_;
  // By hook: those of one go into one file.
  std::map<std::string, Waiting> waiting_ FC_GUARDED_BY(mutex_);
  size_t waiting_requests_ FC_GUARDED_BY(mutex_) = 0;
  uint64_t waiting_bytes_ FC_GUARDED_BY(mutex_) = 0;
  std::deque<v1::ReleaseQuarantine> asks_ FC_GUARDED_BY(mutex_);
  std::deque<v1::QuarantineResult> results_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_H_
