#include "edge/receive/commit_waiter.h"

#include <algorithm>
#include <optional>

namespace fluxcascade::edge {

std::optional<CommitWaiter::End> CommitWaiter::EndAtOnce(uint64_t sequence) const {
  if (sequence <= committed_) return End::kCommitted;
  if (ended_ || waiting_.size() >= limits_.max_waiting) return End::kLocal;
  return std::nullopt;
}

void CommitWaiter::Wait(uint64_t sequence, absl::Duration since, absl::Duration wait, Done done) {
  const absl::Duration due = since + std::min(wait, limits_.max_wait);
  std::optional<End> end;
  bool earlier = false;
  {
    MutexLock lock(mutex_);
    end = EndAtOnce(sequence);
    if (!end.has_value()) {
      waiting_.emplace(sequence, Waiting{due, std::move(done)});
      by_due_.emplace(due, sequence);
      earlier = due < next_run_;
      if (earlier) next_run_ = due;
    }
  }
  if (end.has_value()) return done(*end);
  if (earlier) Notify();
}

CommitWaiter::Done CommitWaiter::Take(BySequence::iterator waiting) {
  by_due_.erase({waiting->second.due, waiting->first});
  Done done = std::move(waiting->second.done);
  waiting_.erase(waiting);
  return done;
}

void CommitWaiter::CommittedThrough(uint64_t through) {
  std::vector<Done> ended;
  {
    MutexLock lock(mutex_);
    committed_ = std::max(committed_, through);
    while (!waiting_.empty() && waiting_.begin()->first <= through) {
      ended.push_back(Take(waiting_.begin()));
    }
  }
  for (const Done& done : ended) done(End::kCommitted);
}

absl::Duration CommitWaiter::RunDue(absl::Duration now) {
  std::vector<Done> ended;
  absl::Duration next;
  {
    MutexLock lock(mutex_);
    while (!by_due_.empty() && by_due_.begin()->first <= now) {
      ended.push_back(Take(waiting_.find(by_due_.begin()->second)));
    }
    next = by_due_.empty() ? absl::InfiniteDuration() : by_due_.begin()->first;
    next_run_ = next;
  }
  for (const Done& done : ended) done(End::kLocal);
  return next;
}

void CommitWaiter::EndAll() {
  std::vector<Done> ended;
  {
    MutexLock lock(mutex_);
    ended_ = true;
    while (!waiting_.empty()) ended.push_back(Take(waiting_.begin()));
  }
  for (const Done& done : ended) done(End::kLocal);
}

void CommitWaiter::SetListener(std::function<void()> listener) {
  MutexLock lock(listener_mutex_);
  listener_ = std::move(listener);
}

void CommitWaiter::Notify() {
  MutexLock lock(listener_mutex_);
  if (listener_) listener_();
}

size_t CommitWaiter::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

}  // namespace fluxcascade::edge
