// One client's connection: handshake, requests, answers, deadlines.
#ifndef FLUXCASCADE_EDGE_HTTP_CONNECTION_H_
#define FLUXCASCADE_EDGE_HTTP_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/socket_address.h"
#include "common/net/stream.h"
#include "edge/http/body_budget.h"
#include "edge/http/connection_limits.h"
#include "edge/http/date_line.h"
#include "edge/http/framer.h"
#include "edge/http/hook_receiver.h"
#include "edge/http/http_counters.h"
#include "edge/http/rate_floor.h"
#include "edge/http/replies.h"
#include "edge/http/reply_queue.h"
#include "edge/http/request_handler.h"

namespace fluxcascade::edge {

// Requests are taken while earlier ones still wait for their answers, up to a limit; answers leave
// in the order of the requests, each not before the handler has given it. Lives on its loop's
// thread; held by whoever opened it until `on_closed`, and by the loop.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // What all connections of a loop share; must outlive them.
  struct Context {
    EventLoop& loop;
    RequestHandler& handler;
    const ConnectionLimits& limits;
    const FramerLimits& framer_limits;
    HttpCounters& counters;
    DateLine& date;
    BodyBudget& bodies;
  };
  using OnClosed = std::function<void(Connection*)>;

  // So many requests of one connection are taken at a time; then all others have their turn.
  static constexpr int kMaxRequestsPerTurn = 16;

  Connection(const Context& context, std::unique_ptr<Stream> stream, const SocketAddress& peer,
             OnClosed on_closed);
  ~Connection();

  // Begins. On an error nothing has begun, and `on_closed` will not be called.
  absl::Status Start();

  // What is in flight is finished and answered, with `Connection: close`; then it closes. At once
  // if there is nothing.
  void Drain();

  // At once, whatever is in flight. Calls `on_closed`.
  void Close();

 private:
  enum class State { kHandshake, kOpen, kLingering, kClosed };

  void OnReady(Readiness ready);
  void ContinueHandshake();
  void FailHandshake();

  void ReadRequests();
  void ResumeLater();
  void Resume();
  void TakeRequests(absl::string_view bytes);
  void Dispatch(RequestFrame frame);
  void Refuse(const Reply& reply);
  bool CanTakeMore() const;
  bool WantsToRead() const;
  bool HoldBody();
  void NotePhase(bool request_taken, size_t bytes);
  void RestartPhase();
  void NoteParked(bool parked);

  HookReceiver::Done MakeDone(uint64_t id);
  void OnOutcome(uint64_t id, HookOutcome outcome, absl::Duration waited);
  void CollectReplies();
  bool WriteOut();
  void Settle();
  void Linger();
  void Discard();

  absl::Duration NextDeadline() const;
  absl::Duration ReadDeadline() const;
  void UpdateDeadline();
  void OnDeadline();
  void OnReadDeadline();

  const Context context_;
  const std::unique_ptr<Stream> stream_;
  const SocketAddress peer_;
  const OnClosed on_closed_;
  State state_ = State::kHandshake;

  Framer framer_;
  Framer::Phase phase_ = Framer::Phase::kIdle;
  absl::Duration phase_since_;
  RateFloor arrival_;
  BodyBudget::Share body_share_;
  // When the first byte came of the request that is coming.
  absl::Duration request_since_;
  // Counted as one that is.
  bool parked_ = false;
  // No further request is taken: the client asked for it, ended the stream, or sent nonsense.
  bool reading_ended_ = false;
  bool peer_ended_ = false;
  bool draining_ = false;
  bool continue_due_ = false;
  // Reading stopped before the end of what has arrived, which the socket will not tell of again.
  bool more_arrived_ = false;
  // Waits for its next turn, and nothing is read before; 0: it does not.
  EventLoop::DeferredId resuming_ = 0;
  int taken_this_turn_ = 0;

  ReplyQueue queue_;
  std::string out_;
  size_t out_written_ = 0;
  RateFloor taking_;

  absl::Duration lingering_until_;
  size_t discarded_ = 0;

  TimerId timer_ = 0;
  absl::Duration timer_due_ = absl::InfiniteDuration();
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_CONNECTION_H_
