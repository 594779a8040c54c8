// The hook table in use. It is replaced whole: a request sees one configuration from beginning to
// end.
#ifndef FLUXCASCADE_EDGE_ROUTING_ACTIVE_HOOK_TABLE_H_
#define FLUXCASCADE_EDGE_ROUTING_ACTIVE_HOOK_TABLE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "common/mutex/mutex.h"
#include "edge/routing/hook_table.h"
#include "edge/routing/seen_ids.h"

namespace fluxcascade::edge {

// Thread-safe.
class ActiveHookTable {
 public:
  // Null until the first Replace: the edge has no configuration yet.
  std::shared_ptr<const HookTable> Get() const {
    MutexLock lock(mutex_);
    return table_;
  }

  // As Get, for threads that ask for each request: between two calls of Replace they share nothing
  // that is written, not even a count of references. What a thread got last it keeps until it asks
  // again, or ends.
  std::shared_ptr<const HookTable> GetOften() const {
    struct Kept {
      uint64_t generation = 0;
      std::shared_ptr<const HookTable> table;
    };
    thread_local Kept kept;
    const uint64_t generation = generation_.load(std::memory_order_acquire);
    if (generation != kept.generation) {
      // Its references are counted for this thread alone.
      const auto own = std::make_shared<const std::shared_ptr<const HookTable>>(Get());
      kept = {generation, std::shared_ptr<const HookTable>(own, own->get())};
    }
    return kept.table;
  }

  void Replace(std::shared_ptr<const HookTable> table) {
    const std::shared_ptr<const HookTable> added = table;
    {
      MutexLock lock(mutex_);
      table_.swap(table);
      generation_.store(NextGeneration(), std::memory_order_release);
    }
    seen_ids_.KeepOnly([&added](const std::string& id) { return added->HasHook(id); });
  }  // what was replaced goes with the last request that uses it

  // What the hooks have taken: it stays with a hook from one configuration to the next, and goes
  // with it.
  SeenIds& seen_ids() { return seen_ids_; }
  const SeenIds& seen_ids() const { return seen_ids_; }

 private:
  // Of all tables of the process: a thread may have asked another one before.
  static uint64_t NextGeneration() {
    static std::atomic<uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  mutable Mutex mutex_;
  std::shared_ptr<const HookTable> table_ FC_GUARDED_BY(mutex_);
  // 0: no table yet.
  std::atomic<uint64_t> generation_{0};
  SeenIds seen_ids_{{}};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_ACTIVE_HOOK_TABLE_H_
