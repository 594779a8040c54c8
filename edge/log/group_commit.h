// Gathers the requests that wait and hands them on in groups, on a thread of its own: while one
// group is being written, the next one forms.
#ifndef FLUXCASCADE_EDGE_LOG_GROUP_COMMIT_H_
#define FLUXCASCADE_EDGE_LOG_GROUP_COMMIT_H_

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/mutex/mutex.h"
#include "edge/log/append_queue.h"

namespace fluxcascade::edge {

// Thread-safe.
class GroupCommit {
 public:
  // Is called with one group at a time, never an empty one, in the order of Add; calls each `done`.
  using Commit = std::function<void(std::vector<WaitingAppend> group)>;

  GroupCommit(AppendQueue::Limits limits, uint64_t max_group_bytes, Commit commit);
  // Commits what waits. Nobody may call Add any more.
  ~GroupCommit();

  // Does not wait. kResourceExhausted: too much waits; `append` is left alone.
  absl::Status Add(WaitingAppend& append);

  // Calls `closure` on the thread, before the group after the present one.
  void Post(std::function<void()> closure);

 private:
  struct Turn {
    std::vector<std::function<void()>> posted;
    std::vector<WaitingAppend> group;
  };

  void Run();
  // Waits for something to do. Nothing: the queue is empty and stays so.
  Turn NextTurn();

  const uint64_t max_group_bytes_;
  const Commit commit_;

  Mutex mutex_;
  CondVar wake_;
  AppendQueue queue_ FC_GUARDED_BY(mutex_);
  std::vector<std::function<void()>> posted_ FC_GUARDED_BY(mutex_);
  bool closing_ FC_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_GROUP_COMMIT_H_
