// What the edge does with a request to a hook: finds the hook, verifies, appends to the log.
#ifndef FLUXCASCADE_EDGE_RECEIVE_VERIFYING_RECEIVER_H_
#define FLUXCASCADE_EDGE_RECEIVE_VERIFYING_RECEIVER_H_

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/logging/limited_log.h"
#include "common/time/clock.h"
#include "edge/http/hook_receiver.h"
#include "edge/log/event_log.h"
#include "edge/quarantine/quarantine.h"
#include "edge/receive/commit_waiter.h"
#include "edge/receive/edge_counters.h"
#include "edge/receive/rejection_ring.h"
#include "edge/routing/active_hook_table.h"
#include "edge/routing/hook_counters.h"
#include "edge/verify/signed_id.h"

namespace fluxcascade::edge {

// Thread-safe.
class VerifyingReceiver final : public HookReceiver {
 public:
  // All must outlive the receiver; `hooks`, `commits`, `counters`, `clock` and `notices` also every
  // `Done` that the log or `commits` still owe. Without a quarantine nothing that was refused is
  // kept whole.
  VerifyingReceiver(ActiveHookTable& hooks, EventLog& log, CommitWaiter& commits,
                    RejectionRing& rejections, EdgeCounters& counters, const Clock& clock,
                    LimitedLog& notices, Quarantine* quarantine = nullptr)
      : hooks_(hooks),
        log_(log),
        commits_(commits),
        rejections_(rejections),
        counters_(counters),
        clock_(clock),
        notices_(notices),
        quarantine_(quarantine) {}

  // kAccepted only when the log says that the request is durable, and where its hook waits for the
  // control plane's commit, only once that wait has ended; kDuplicate only when that was said of
  // the same one before. An unknown token and a signature that does not verify end alike; the
  // difference is for the rejections alone. kRateLimited is for requests that verify.
  void Receive(HookRequest request, Done done) override;

 private:
  VerifyResult Verify(const RoutedHook& hook, const RequestFrame& frame, absl::Time now);
  // False when the request was taken before, or is being taken: then `done` was called. Otherwise
  // `done` from now on ends the claim, too.
  bool ClaimIds(const HookRequest& request, const RoutedHook& hook,
                const std::vector<SignedId>& ids, absl::Time now, Done& done);
  // Tells the operator of the request.
  void Keep(const HookRequest& request, absl::string_view hook_id, absl::string_view recipe,
            RejectionReason reason, absl::Time now);
  void Reject(const HookRequest& request, absl::string_view hook_id, absl::string_view recipe,
              RejectionReason reason, absl::Time now);
  // `hook` is one of `hooks`.
  void Append(v1::LoggedRequest request, std::shared_ptr<const HookTable> hooks,
              const RoutedHook& hook, Done done);

  ActiveHookTable& hooks_;
  EventLog& log_;
  CommitWaiter& commits_;
  RejectionRing& rejections_;
  EdgeCounters& counters_;
  const Clock& clock_;
  LimitedLog& notices_;
  Quarantine* const quarantine_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_RECEIVE_VERIFYING_RECEIVER_H_
