// One thread that serves many sockets: readiness, timers, and closures from other threads.
#ifndef FLUXCASCADE_COMMON_NET_EVENT_LOOP_H_
#define FLUXCASCADE_COMMON_NET_EVENT_LOOP_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/net/timer_queue.h"
#include "common/net/unique_fd.h"
#include "common/time/clock.h"

namespace fluxcascade {

// What a descriptor is watched for. Readiness is level-triggered: what was not taken is told again.
struct Interest {
  bool read = false;
  bool write = false;
};

// What is so. An error or a hang-up makes both true: reading and writing will tell.
struct Readiness {
  bool read = false;
  bool write = false;
};

// Hands closures to a loop from any thread. Copies are cheap, and may outlive the loop.
class Poster {
 public:
  using Closure = absl::AnyInvocable<void()>;

  // Queues `closure`; the loop runs it on its thread, in the order of posting. False once the loop
  // is gone: the closure is destroyed, unrun, on this thread. Posted to a loop that stops before
  // its next turn, it is destroyed on the thread that destroys the loop.
  bool Post(Closure closure) const;

 private:
  friend class EventLoop;
  struct Inbox;
  explicit Poster(std::shared_ptr<Inbox> inbox) : inbox_(std::move(inbox)) {}
  std::shared_ptr<Inbox> inbox_;
};

// Only Stop and the Poster may be used from other threads than the loop's, which is the one that
// calls Run or RunOnce; what is set up before that may be set up anywhere.
class EventLoop {
 public:
  using ReadyCallback = absl::AnyInvocable<void(Readiness)>;

  // Never 0, and never used twice.
  using DeferredId = uint64_t;
  // So many deferred closures run in each turn.
  static constexpr size_t kDeferredPerTurn = 4;

  // `clock` must outlive the loop. kResourceExhausted when the process has no descriptor left.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create(const Clock& clock);
  ~EventLoop();

  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Takes turns until Stop.
  void Run();

  // One turn: waits at most `max_wait` of real time for readiness or a posted closure (less if a
  // timer is due earlier, and not at all if something is deferred), then calls what is ready, what
  // was posted, what is due and what was deferred. A test with a fake clock calls this with zero.
  void RunOnce(absl::Duration max_wait);

  // From any thread: Run returns after the turn that is under way. Stays so.
  void Stop();

  // `fd` stays the caller's; Unwatch it before closing it. One callback for each descriptor. A
  // callback may watch and unwatch anything, itself too.
  absl::Status Watch(int fd, Interest interest, ReadyCallback callback);
  void SetInterest(int fd, Interest interest);
  // After this the callback is not called, even if readiness was already found in this turn.
  void Unwatch(int fd);

  // Monotonic time at the start of this turn; what a turn does costs no clock readings.
  absl::Duration Now() const { return now_; }
  const Clock& clock() const { return clock_; }

  TimerId RunAt(absl::Duration due, TimerQueue::Callback callback);
  TimerId RunAfter(absl::Duration delay, TimerQueue::Callback callback);
  bool Cancel(TimerId id);

  // Queues the next piece of a work that would be too long for one turn. A few of these run in each
  // turn, in their order and after all else, so what is ready waits for them, and not for all the
  // work that is there.
  DeferredId Defer(Poster::Closure closure);
  // Drops one that has not run: nobody then waits for its turn.
  void CancelDeferred(DeferredId id) { deferred_.erase(id); }

  const Poster& poster() const { return poster_; }

 private:
  struct Watched {
    int fd;
    uint64_t key;
    Interest interest;
    ReadyCallback callback;
  };

  EventLoop(const Clock& clock, UniqueFd epoll, std::shared_ptr<Poster::Inbox> inbox);

  int WaitMilliseconds(absl::Duration max_wait) const;
  void Dispatch(uint64_t key, uint32_t events);
  void RunPosted();
  void RunDeferred();

  const Clock& clock_;
  const UniqueFd epoll_;
  const std::shared_ptr<Poster::Inbox> inbox_;
  const Poster poster_;
  absl::Duration now_;
  TimerQueue timers_;
  // A key is never used twice, so an event for a descriptor that was closed, and whose number was
  // given to another within one turn, finds nothing.
  absl::flat_hash_map<uint64_t, std::shared_ptr<Watched>> watched_;
  absl::flat_hash_map<int, uint64_t> key_by_fd_;
  uint64_t last_key_ = 0;
  std::vector<Poster::Closure> running_;
  // In their order.
  std::map<DeferredId, Poster::Closure> deferred_;
  DeferredId last_deferred_ = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_EVENT_LOOP_H_
