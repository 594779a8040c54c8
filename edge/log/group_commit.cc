#include "edge/log/group_commit.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/mutex/mutex.h"
#include "edge/log/append_queue.h"

namespace fluxcascade::edge {

GroupCommit::GroupCommit(AppendQueue::Limits limits, uint64_t max_group_bytes, Commit commit)
    : max_group_bytes_(max_group_bytes),
      commit_(std::move(commit)),
      queue_(limits),
      thread_([this] { Run(); }) {}

GroupCommit::~GroupCommit() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    wake_.NotifyOne();
  }
  thread_.join();
}

absl::Status GroupCommit::Add(WaitingAppend& append) {
  MutexLock lock(mutex_);
  const bool was_empty = queue_.empty();
  absl::Status status = queue_.Add(append);
  if (status.ok() && was_empty) wake_.NotifyOne();
  return status;
}

void GroupCommit::Post(std::function<void()> closure) {
  MutexLock lock(mutex_);
  posted_.push_back(std::move(closure));
  wake_.NotifyOne();
}

GroupCommit::Turn GroupCommit::NextTurn() {
  MutexLock lock(mutex_);
  while (queue_.empty() && posted_.empty() && !closing_) wake_.Wait(mutex_);
  return {.posted = std::exchange(posted_, {}), .group = queue_.TakeGroup(max_group_bytes_)};
}

void GroupCommit::Run() {
  for (;;) {
    Turn turn = NextTurn();
    if (turn.posted.empty() && turn.group.empty()) return;
    for (const std::function<void()>& closure : turn.posted) closure();
    if (!turn.group.empty()) commit_(std::move(turn.group));
  }
}

}  // namespace fluxcascade::edge
