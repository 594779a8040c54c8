#include "common/net/timer_queue.h"

namespace fluxcascade {

TimerId TimerQueue::Add(absl::Duration due, Callback callback) {
  const TimerId id = ++last_id_;
  timers_.emplace(Key(due, id), std::move(callback));
  due_by_id_.emplace(id, due);
  return id;
}

bool TimerQueue::Cancel(TimerId id) {
  const auto it = due_by_id_.find(id);
  if (it == due_by_id_.end()) return false;
  timers_.erase(Key(it->second, id));
  due_by_id_.erase(it);
  return true;
}

void TimerQueue::RunDue(absl::Duration now) {
  const TimerId last_before = last_id_;
  auto it = timers_.begin();
  while (it != timers_.end() && it->first.first <= now) {
    if (it->first.second > last_before) {  // Added by a callback of this call.
      ++it;
      continue;
    }
    const Key key = it->first;
    Callback callback = std::move(it->second);
    timers_.erase(it);
    due_by_id_.erase(key.second);
    callback();
    // Whatever the callback added or cancelled, nothing before `key` is left to run.
    it = timers_.upper_bound(key);
  }
}

absl::Duration TimerQueue::next_due() const {
  return timers_.empty() ? absl::InfiniteDuration() : timers_.begin()->first.first;
}

}  // namespace fluxcascade
