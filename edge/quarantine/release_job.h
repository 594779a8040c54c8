// One round through a hook's quarantine, as an operator has asked for it.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_RELEASE_JOB_H_
#define FLUXCASCADE_EDGE_QUARANTINE_RELEASE_JOB_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "edge/log/event_log.h"
#include "edge/quarantine/quarantine_item.h"
#include "edge/quarantine/quarantine_store.h"
#include "edge/routing/active_hook_table.h"
#include "edge/routing/seen_ids.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

// A request is verified with the hook's recipes as they are now, but by the time at which this edge
// received it, so that its sender's timestamp is as good as it was then. That lets in nothing which
// the right secret would have kept out: the time of receipt is the edge's own word, and whoever
// replays a captured request now is judged by now. What a recipe has an id of is claimed as ever,
// so that of several copies one is taken.
//
// Append gives the requests to the log in the order in which they were received; each goes from the
// quarantine once it is durable there. One is given at a time, and after the first that the log
// does not take none: the log may have room again for a later one, which would then overtake it.
//
// For the store's thread. It may be destroyed while the log still owes an answer; what that was
// about is still in the quarantine, and may be released twice.
class ReleaseJob {
 public:
  // What one step does at most.
  static constexpr size_t kStepRequests = 64;
  static constexpr uint64_t kStepBytes = uint64_t{4} << 20;
  // How long the copies of what was released are known, at least: those that wait behind it.
  static constexpr absl::Duration kRememberReleased = absl::Minutes(10);

  struct Edge {
    QuarantineStore& store;
    // Outlive the log's last answer.
    ActiveHookTable& hooks;
    EventLog& log;
  };

  // Goes through what is there now, and not through what comes later.
  ReleaseJob(Edge edge, v1::ReleaseQuarantine ask);

  // Goes on. False when all is done, and known.
  bool Step(absl::Time now);

  // After the last step.
  v1::QuarantineResult Result() const;

 private:
  // What the log has said of the request under way. Lives as long as that is due.
  struct Answer {
    Mutex mutex;
    std::optional<absl::Status> status FC_GUARDED_BY(mutex);
  };
  // To wait is to come back to the same request.
  enum class Next { kGoOn, kWait };

  void TakeAnswer();
  absl::Status CheckAsk(const HookTable* table, absl::Time now) const;
  void GoOn(absl::Time now);
  Next Handle(const QuarantineItem& item, const RoutedHook* hook, absl::Time now);
  Next Verify(const QuarantineItem& item, const v1::QuarantinedRequest& request,
              const RoutedHook& hook, absl::Time now);
  // The end of the request's claim, if it has one, and of its wait for the log.
  EventLog::Done AnswerFor(const std::optional<SeenIds::Key>& key) const;

  const Edge edge_;
  const v1::ReleaseQuarantine ask_;
  const uint64_t through_;
  const std::shared_ptr<Answer> answer_ = std::make_shared<Answer>();
  uint64_t after_ = 0;
  bool ended_ = false;
  // What the log has been given, and has not answered yet.
  std::optional<uint64_t> under_way_;
  absl::Status failure_;
  v1::QuarantineResult result_;
  std::map<v1::RejectedRequest::Reason, uint64_t> refused_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_RELEASE_JOB_H_
