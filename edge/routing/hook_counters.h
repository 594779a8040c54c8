// What became of the requests to one hook.
#ifndef FLUXCASCADE_EDGE_ROUTING_HOOK_COUNTERS_H_
#define FLUXCASCADE_EDGE_ROUTING_HOOK_COUNTERS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "edge/http/hook_receiver.h"

namespace fluxcascade::edge {

// Thread-safe.
class HookCounters {
 public:
  void Add(HookOutcome outcome) {
    counts_[static_cast<size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
  }
  uint64_t count(HookOutcome outcome) const {
    return counts_[static_cast<size_t>(outcome)].load(std::memory_order_relaxed);
  }

  // Of the accepted: answered before the control plane had it, though the hook was to wait for
  // that.
  void AddLocalFallback() { local_fallbacks_.fetch_add(1, std::memory_order_relaxed); }
  uint64_t local_fallbacks() const { return local_fallbacks_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<uint64_t>, kHookOutcomes> counts_ = {};
  std::atomic<uint64_t> local_fallbacks_{0};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_HOOK_COUNTERS_H_
