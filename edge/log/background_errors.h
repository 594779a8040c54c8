// Hears of what fails in RocksDB's own work, on its own threads: writing tables, syncing them, the
// manifest. RocksDB itself lets only the next write know.
#ifndef FLUXCASCADE_EDGE_LOG_BACKGROUND_ERRORS_H_
#define FLUXCASCADE_EDGE_LOG_BACKGROUND_ERRORS_H_

#include <functional>

#include "absl/status/status.h"
#include "common/mutex/mutex.h"
#include "rocksdb/listener.h"
#include "rocksdb/status.h"

namespace fluxcascade::edge {

// Thread-safe. For one database, from its opening to its closing.
class BackgroundErrors final : public rocksdb::EventListener {
 public:
  // Called with each error after which the database takes no more writes, on the thread that it
  // happened on, which may be one that writes: it must be quick, and not call the database.
  using Notify = std::function<void(const absl::Status& error)>;

  // Null: nobody is called.
  explicit BackgroundErrors(Notify notify);

  // The first of them; OK: there was none. Set before anybody is called.
  absl::Status first() const;

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;

 private:
  const Notify notify_;
  mutable Mutex mutex_;
  absl::Status first_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_BACKGROUND_ERRORS_H_
