#include "common/net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"

namespace fluxcascade {

struct Poster::Inbox {
  explicit Inbox(UniqueFd event) : wake(std::move(event)) {}

  void Wake() const {
    const uint64_t one = 1;
    // Fails only when the counter is full, and then the loop is awake already.
    [[maybe_unused]] const ssize_t written = ::write(wake.get(), &one, sizeof(one));
  }

  // Watched edge-triggered, so that a write wakes the loop and nobody has to read.
  const UniqueFd wake;
  std::atomic<bool> stopped{false};
  Mutex mutex;
  bool closed FC_GUARDED_BY(mutex) = false;
  std::vector<Closure> closures FC_GUARDED_BY(mutex);
};

bool Poster::Post(Closure closure) const {
  bool was_empty = false;
  {
    MutexLock lock(inbox_->mutex);
    if (inbox_->closed) return false;
    was_empty = inbox_->closures.empty();
    inbox_->closures.push_back(std::move(closure));
  }
  // Whoever found the inbox empty wakes the loop; the loop takes all that there is by then.
  if (was_empty) inbox_->Wake();
  return true;
}

namespace {

constexpr uint64_t kWakeKey = 0;
constexpr int kMaxEventsPerTurn = 256;
// Epoll counts in milliseconds, in an int; a longer wait is only an extra turn.
constexpr absl::Duration kLongestWait = absl::Hours(1);

uint32_t EpollEvents(Interest interest) {
  uint32_t events = 0;
  if (interest.read) events |= EPOLLIN | EPOLLRDHUP;
  if (interest.write) events |= EPOLLOUT;
  return events;
}

absl::Status SystemError(absl::string_view call) {
  return absl::ResourceExhaustedError(absl::StrCat(call, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create(const Clock& clock) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return SystemError("epoll_create1");
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return SystemError("eventfd");
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.u64 = kWakeKey}};
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return SystemError("epoll_ctl");
  }
  auto inbox = std::make_shared<Poster::Inbox>(std::move(wake));
  return std::unique_ptr<EventLoop>(new EventLoop(clock, std::move(epoll), std::move(inbox)));
}

EventLoop::EventLoop(const Clock& clock, UniqueFd epoll, std::shared_ptr<Poster::Inbox> inbox)
    : clock_(clock),
      epoll_(std::move(epoll)),
      inbox_(std::move(inbox)),
      poster_(inbox_),
      now_(clock.Monotonic()) {}

EventLoop::~EventLoop() {
  std::vector<Poster::Closure> unrun;
  MutexLock lock(inbox_->mutex);
  inbox_->closed = true;
  unrun.swap(inbox_->closures);
}

void EventLoop::Run() {
  while (!inbox_->stopped.load(std::memory_order_acquire)) RunOnce(kLongestWait);
}

void EventLoop::Stop() {
  inbox_->stopped.store(true, std::memory_order_release);
  inbox_->Wake();
}

void EventLoop::RunOnce(absl::Duration max_wait) {
  std::array<epoll_event, kMaxEventsPerTurn> events;
  now_ = clock_.Monotonic();
  // Whoever has only this left is in no hurry: the log's thread is, and any other that waits for a
  // processor. Without this, it waits until the kernel ends the loop's time slice.
  if (!deferred_.empty()) std::this_thread::yield();
  const int count =
      epoll_wait(epoll_.get(), events.data(), kMaxEventsPerTurn, WaitMilliseconds(max_wait));
  FC_CHECK(count >= 0 || errno == EINTR);
  now_ = clock_.Monotonic();
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 != kWakeKey) Dispatch(events[i].data.u64, events[i].events);
  }
  RunPosted();
  timers_.RunDue(now_);
  RunDeferred();
}

// Rounded up: a turn that comes a little before the timer would find nothing due, and spin.
int EventLoop::WaitMilliseconds(absl::Duration max_wait) const {
  if (!deferred_.empty()) return 0;
  const absl::Duration wait =
      std::clamp(timers_.next_due() - now_, absl::ZeroDuration(), std::min(max_wait, kLongestWait));
  return static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1))));
}

void EventLoop::Dispatch(uint64_t key, uint32_t events) {
  const auto it = watched_.find(key);
  if (it == watched_.end()) return;
  // Kept alive while its own callback unwatches it.
  const std::shared_ptr<Watched> watched = it->second;
  const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
  watched->callback(Readiness{.read = failed || (events & (EPOLLIN | EPOLLRDHUP)) != 0,
                              .write = failed || (events & EPOLLOUT) != 0});
}

void EventLoop::RunPosted() {
  {
    MutexLock lock(inbox_->mutex);
    if (inbox_->closures.empty()) return;
    running_.swap(inbox_->closures);
  }
  for (Poster::Closure& closure : running_) closure();
  running_.clear();
}

EventLoop::DeferredId EventLoop::Defer(Poster::Closure closure) {
  deferred_.emplace(++last_deferred_, std::move(closure));
  return last_deferred_;
}

// What these defer again has its turn after all that is there.
void EventLoop::RunDeferred() {
  const DeferredId last = last_deferred_;
  for (size_t i = 0; i < kDeferredPerTurn; ++i) {
    const auto first = deferred_.begin();
    if (first == deferred_.end() || first->first > last) return;
    Poster::Closure closure = std::move(first->second);
    deferred_.erase(first);
    closure();
  }
}

absl::Status EventLoop::Watch(int fd, Interest interest, ReadyCallback callback) {
  const uint64_t key = ++last_key_;
  FC_CHECK(key_by_fd_.emplace(fd, key).second);
  watched_.emplace(key, std::make_shared<Watched>(Watched{fd, key, interest, std::move(callback)}));
  epoll_event event = {.events = EpollEvents(interest), .data = {.u64 = key}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return absl::OkStatus();
  watched_.erase(key);
  key_by_fd_.erase(fd);
  return SystemError("epoll_ctl");
}

void EventLoop::SetInterest(int fd, Interest interest) {
  const auto key = key_by_fd_.find(fd);
  FC_CHECK(key != key_by_fd_.end());
  Watched& watched = *watched_.find(key->second)->second;
  if (watched.interest.read == interest.read && watched.interest.write == interest.write) return;
  watched.interest = interest;
  epoll_event event = {.events = EpollEvents(interest), .data = {.u64 = watched.key}};
  FC_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void EventLoop::Unwatch(int fd) {
  const auto key = key_by_fd_.find(fd);
  if (key == key_by_fd_.end()) return;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  watched_.erase(key->second);
  key_by_fd_.erase(key);
}

TimerId EventLoop::RunAt(absl::Duration due, TimerQueue::Callback callback) {
  return timers_.Add(due, std::move(callback));
}

TimerId EventLoop::RunAfter(absl::Duration delay, TimerQueue::Callback callback) {
  return RunAt(now_ + delay, std::move(callback));
}

bool EventLoop::Cancel(TimerId id) { return timers_.Cancel(id); }

}  // namespace fluxcascade
