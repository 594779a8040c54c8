// The hook table in use. It is replaced whole: a request sees one configuration from beginning to
// end.
#ifndef FLUXCASCADE_EDGE_ROUTING_ACTIVE_HOOK_TABLE_H_
#define FLUXCASCADE_EDGE_ROUTING_ACTIVE_HOOK_TABLE_H_

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

  void Replace(std::shared_ptr<const HookTable> table) {
    const std::shared_ptr<const HookTable> added = table;
    {
      MutexLock lock(mutex_);
      table_.swap(table);
    }
    seen_ids_.KeepOnly([&added](const std::string& id) { return added->HasHook(id); });
  }  // what was replaced goes with the last request that uses it

  // What the hooks have taken: it stays with a hook from one configuration to the next, and goes
  // with it.
  SeenIds& seen_ids() { return seen_ids_; }
  const SeenIds& seen_ids() const { return seen_ids_; }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const HookTable> table_ FC_GUARDED_BY(mutex_);
  SeenIds seen_ids_{{}};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_ACTIVE_HOOK_TABLE_H_
