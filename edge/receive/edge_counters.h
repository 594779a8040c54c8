// What the edge counts since it started.
#ifndef FLUXCASCADE_EDGE_RECEIVE_EDGE_COUNTERS_H_
#define FLUXCASCADE_EDGE_RECEIVE_EDGE_COUNTERS_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "common/metrics/histogram.h"
#include "edge/routing/hook_counters.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

struct EdgeCounters {
  // Verified and durable.
  std::atomic<uint64_t> accepted{0};
  // Unknown token, or not verified.
  std::atomic<uint64_t> rejected{0};
  // Answered 503: the log did not take it, a copy of it is being taken, or there is no
  // configuration.
  std::atomic<uint64_t> unavailable{0};
  // Verified, and answered 200, but taken before.
  std::atomic<uint64_t> duplicates{0};
  // Verified, but over the hook's rate limit: answered 429.
  std::atomic<uint64_t> rate_limited{0};
  // Of the accepted: those that were to wait for the control plane's commit, and were answered
  // without.
  std::atomic<uint64_t> local_fallbacks{0};

  // Of those rejected, by RejectedRequest::Reason.
  std::array<std::atomic<uint64_t>, v1::RejectedRequest::Reason_ARRAYSIZE> rejected_for = {};
  // Of requests that are no hook's: an unknown token, or no configuration yet.
  HookCounters no_hook;
  // Each time that recipes were tried.
  ShardedHistogram verify;
  // From durable to committed by the control plane, of requests whose senders waited for that.
  Histogram commit;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_RECEIVE_EDGE_COUNTERS_H_
