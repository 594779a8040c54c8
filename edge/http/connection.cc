#include "edge/http/connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/check/check.h"

namespace fluxcascade::edge {
namespace {

constexpr size_t kReadSize = 16 * 1024;
// With kMaxRequestsPerTurn, what one connection may take of a turn while others wait.
constexpr int kMaxReadsPerTurn = 4;
// Room for answers that a connection keeps while there are none.
constexpr size_t kMaxKeptOut = 4 * 1024;
constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

void Count(HookOutcome outcome, HttpCounters& counters) {
  switch (outcome) {
    case HookOutcome::kAccepted:
    case HookOutcome::kDuplicate:
      return HttpCounters::Add(counters.accepted);
    case HookOutcome::kUnauthorized:
      return HttpCounters::Add(counters.unauthorized);
    case HookOutcome::kPayloadTooLarge:
      return HttpCounters::Add(counters.too_large);
    case HookOutcome::kRateLimited:
      return HttpCounters::Add(counters.rate_limited);
    case HookOutcome::kUnavailable:
    case HookOutcome::kNotConfigured:
      return HttpCounters::Add(counters.unavailable);
  }
}

}  // namespace

Connection::Connection(const Context& context, std::unique_ptr<Stream> stream,
                       const SocketAddress& peer, OnClosed on_closed)
    : context_(context),
      stream_(std::move(stream)),
      peer_(peer),
      on_closed_(std::move(on_closed)),
      framer_(context.framer_limits),
      phase_since_(context.loop.Now()),
      arrival_(context.limits.min_request_rate, context.limits.request_rate_grace),
      body_share_(context.bodies),
      taking_(context.limits.min_answer_rate, context.limits.write) {}

Connection::~Connection() { FC_CHECK(timer_ == 0); }

absl::Status Connection::Start() {
  const absl::Status watched =
      context_.loop.Watch(stream_->fd(), {.read = true},
                          [self = shared_from_this()](Readiness ready) { self->OnReady(ready); });
  if (watched.ok()) UpdateDeadline();
  return watched;
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  NoteParked(false);
  context_.loop.Cancel(std::exchange(timer_, 0));
  // Its place goes to another connection now; so must its turn.
  context_.loop.CancelDeferred(std::exchange(resuming_, 0));
  // The loop may hold the last reference: of the one that is running, it keeps its own until the
  // end of the call; of others this one is kept here.
  const std::shared_ptr<Connection> self = shared_from_this();
  context_.loop.Unwatch(stream_->fd());
  on_closed_(this);
}

void Connection::Drain() {
  draining_ = true;
  if (state_ == State::kHandshake) return Close();
  if (state_ != State::kOpen) return;
  if (framer_.phase() == Framer::Phase::kIdle) {
    reading_ended_ = true;
    queue_.CloseAfterLast();
  }
  Settle();
}

void Connection::OnReady(Readiness ready) {
  switch (state_) {
    case State::kHandshake:
      return ContinueHandshake();
    case State::kOpen:
      // Told without being asked: both directions are gone, so nothing can be answered any more.
      if (ready.read && !WantsToRead()) return Close();
      taken_this_turn_ = 0;
      if (ready.read) ReadRequests();
      return Settle();
    case State::kLingering:
      return Discard();
    case State::kClosed:
      return;
  }
}

void Connection::ContinueHandshake() {
  switch (stream_->Handshake()) {
    case IoStatus::kOk:
      state_ = State::kOpen;
      context_.counters.handshake.Observe(context_.loop.Now() - phase_since_);
      if (stream_->resumed()) HttpCounters::Add(context_.counters.resumed_handshakes);
      phase_since_ = context_.loop.Now();
      // The first request may have come in one piece with the end of the handshake.
      ReadRequests();
      return Settle();
    case IoStatus::kWantRead:
      return context_.loop.SetInterest(stream_->fd(), {.read = true});
    case IoStatus::kWantWrite:
      return context_.loop.SetInterest(stream_->fd(), {.write = true});
    case IoStatus::kClosed:
    case IoStatus::kFailed:
      return FailHandshake();
  }
}

void Connection::FailHandshake() {
  HttpCounters::Add(context_.counters.failed_handshakes);
  if (stream_->peer_speaks_plain_http()) {
    std::string reply;
    context_.handler.replies()
        .Get(ReplyKind::kBadRequest)
        .AppendTo(&reply, /*close=*/true, context_.date.At(context_.loop.clock().Now()));
    stream_->SendUnencrypted(reply);
    return Linger();
  }
  Close();
}

bool Connection::CanTakeMore() const {
  return !reading_ended_ && queue_.size() < context_.limits.max_pipelined &&
         out_.size() < context_.limits.max_unsent;
}

bool Connection::WantsToRead() const { return CanTakeMore() && resuming_ == 0; }

void Connection::ReadRequests() {
  std::array<char, kReadSize> buffer;
  for (int reads = 0; reads < kMaxReadsPerTurn && CanTakeMore() && !more_arrived_; ++reads) {
    const IoResult result = stream_->Read(absl::MakeSpan(buffer));
    switch (result.status) {
      case IoStatus::kOk:
        HttpCounters::Add(context_.counters.received_bytes, result.bytes);
        TakeRequests(absl::string_view(buffer.data(), result.bytes));
        if (result.bytes < buffer.size()) return;
        break;
      case IoStatus::kClosed:
        // The client may have closed its direction only, and still wait for answers.
        reading_ended_ = true;
        peer_ended_ = true;
        return;
      case IoStatus::kFailed:
        return Close();
      case IoStatus::kWantRead:
      case IoStatus::kWantWrite:
        return;
    }
  }
  more_arrived_ = true;
}

void Connection::ResumeLater() {
  more_arrived_ = false;
  resuming_ = context_.loop.Defer([self = shared_from_this()] {
    if (self->state_ == State::kOpen) self->Resume();
  });
}

void Connection::Resume() {
  resuming_ = 0;
  taken_this_turn_ = 0;
  // It was not the client that made the pause.
  RestartPhase();
  if (CanTakeMore()) TakeRequests("");
  ReadRequests();
  Settle();
}

void Connection::TakeRequests(absl::string_view bytes) {
  const size_t size = bytes.size();
  bool request_taken = false;
  if (framer_.phase() == Framer::Phase::kIdle) request_since_ = context_.loop.Now();
  while (true) {
    RequestFrame frame;
    const Framer::Result result = framer_.Feed(std::exchange(bytes, {}), &frame);
    if (result == Framer::Result::kError) {
      HttpCounters::Add(context_.counters.malformed_requests);
      return Refuse(context_.handler.replies().Get(Replies::ForStatus(framer_.error_status())));
    }
    if (result == Framer::Result::kNeedMore) break;
    request_taken = true;
    body_share_.Release();
    Dispatch(std::move(frame));
    CollectReplies();
    if (++taken_this_turn_ >= kMaxRequestsPerTurn || !CanTakeMore()) {
      more_arrived_ = true;
      break;
    }
  }
  if (!HoldBody()) {
    HttpCounters::Add(context_.counters.refused_bodies);
    return Refuse(context_.handler.replies().Get(ReplyKind::kUnavailable));
  }
  continue_due_ = continue_due_ || framer_.TakeContinueExpected();
  NotePhase(request_taken, size);
}

// False when all the bodies under way together would be too much.
bool Connection::HoldBody() {
  if (framer_.phase() == Framer::Phase::kBody) {
    return body_share_.Hold(framer_.body_bytes(), framer_.announced_body());
  }
  body_share_.Release();
  return true;
}

// `bytes`: how many came.
void Connection::NotePhase(bool request_taken, size_t bytes) {
  const absl::Duration now = context_.loop.Now();
  if (request_taken || phase_ == Framer::Phase::kIdle) {
    arrival_.Restart(now);
  } else {
    arrival_.Moved(bytes, now);
  }
  const Framer::Phase phase = framer_.phase();
  if (phase != phase_ || request_taken) phase_since_ = now;
  phase_ = phase;
}

void Connection::RestartPhase() {
  phase_since_ = context_.loop.Now();
  arrival_.Restart(phase_since_);
}

void Connection::NoteParked(bool parked) {
  if (parked == std::exchange(parked_, parked)) return;
  // Less by one, where it is one less.
  HttpCounters::Add(context_.counters.parked_connections, parked ? 1 : uint64_t{0} - 1);
}

void Connection::Dispatch(RequestFrame frame) {
  HttpCounters::Add(context_.counters.requests);
  const absl::Duration now = context_.loop.Now();
  context_.counters.read.Observe(now - std::exchange(request_since_, now));
  // Whoever was told to go on, or did so unasked, has sent the body by now.
  continue_due_ = false;
  const bool close = !frame.keep_alive || draining_;
  if (close) reading_ended_ = true;
  const uint64_t id = queue_.Push(close, now);
  const Reply* const reply = context_.handler.Handle(std::move(frame), peer_, MakeDone(id));
  if (reply != nullptr) queue_.Answer(id, *reply);
}

// The last answer on this connection.
void Connection::Refuse(const Reply& reply) {
  framer_.Abandon();
  body_share_.Release();
  reading_ended_ = true;
  continue_due_ = false;
  queue_.Answer(queue_.Push(/*close=*/true, context_.loop.Now()), reply);
}

HookReceiver::Done Connection::MakeDone(uint64_t id) {
  return [weak = weak_from_this(), poster = context_.loop.poster(), id,
          since = context_.loop.Now()](HookOutcome outcome) {
    poster.Post([weak, id, since, outcome] {
      const std::shared_ptr<Connection> self = weak.lock();
      if (self != nullptr) self->OnOutcome(id, outcome, self->context_.loop.Now() - since);
    });
  };
}

void Connection::OnOutcome(uint64_t id, HookOutcome outcome, absl::Duration waited) {
  Count(outcome, context_.counters);
  context_.counters.answer.Observe(waited);
  if (state_ != State::kOpen) return;
  // It may have been answered already, when its deadline passed.
  if (!queue_.Answer(id, context_.handler.replies().Get(Replies::ForOutcome(outcome)))) return;
  Settle();
}

// Moves the answers whose turn it is into `out_`.
void Connection::CollectReplies() {
  if (queue_.empty() && !continue_due_) return;
  if (out_.empty()) taking_.Restart(context_.loop.Now());
  queue_.TakeReady(&out_, context_.date.At(context_.loop.clock().Now()));
  if (!queue_.empty()) return;
  if (phase_ == Framer::Phase::kIdle) phase_since_ = context_.loop.Now();
  if (!std::exchange(continue_due_, false)) return;
  out_ += kContinue;
  // Until now the client had to wait.
  RestartPhase();
}

// False when the connection is of no more use.
bool Connection::WriteOut() {
  while (out_written_ < out_.size()) {
    const IoResult result = stream_->Write(absl::string_view(out_).substr(out_written_));
    if (result.status == IoStatus::kWantWrite || result.status == IoStatus::kWantRead) return true;
    if (result.status != IoStatus::kOk) return false;
    out_written_ += result.bytes;
    taking_.Moved(result.bytes, context_.loop.Now());
  }
  out_.clear();
  out_written_ = 0;
  // A client that was slow once is not to hold its place for good.
  if (out_.capacity() > kMaxKeptOut) std::string().swap(out_);
  return true;
}

// To be called at the end of whatever may have changed something.
void Connection::Settle() {
  if (state_ != State::kOpen) return;
  CollectReplies();
  if (!WriteOut()) return Close();
  if (reading_ended_ && queue_.empty() && out_.empty()) return Linger();
  NoteParked(phase_ == Framer::Phase::kIdle && queue_.empty() && out_.empty());
  if (more_arrived_ && CanTakeMore()) ResumeLater();
  context_.loop.SetInterest(stream_->fd(), {.read = WantsToRead(), .write = !out_.empty()});
  UpdateDeadline();
}

// All is answered. If bytes of the client's lay unread when the socket is closed, its system would
// drop the answer, too: it is told of the end, and what it still sends is read for a while.
void Connection::Linger() {
  NoteParked(false);
  stream_->CloseWrite();
  if (peer_ended_) return Close();
  state_ = State::kLingering;
  lingering_until_ = context_.loop.Now() + context_.limits.linger;
  context_.loop.SetInterest(stream_->fd(), {.read = true});
  UpdateDeadline();
}

void Connection::Discard() {
  std::array<char, kReadSize> buffer;
  const IoResult result = stream_->Read(absl::MakeSpan(buffer));
  if (result.status == IoStatus::kClosed || result.status == IoStatus::kFailed) return Close();
  if (result.status == IoStatus::kOk) discarded_ += result.bytes;
  if (discarded_ > context_.limits.linger_bytes) Close();
}

absl::Duration Connection::NextDeadline() const {
  const ConnectionLimits& limits = context_.limits;
  if (state_ == State::kHandshake) return phase_since_ + limits.handshake;
  if (state_ == State::kLingering) return lingering_until_;
  absl::Duration due = ReadDeadline();
  if (!out_.empty()) due = std::min(due, taking_.due());
  return std::min(due, queue_.waiting_since() + limits.answer);
}

// While answers are due and nothing of a next request has come, the client need not hurry.
absl::Duration Connection::ReadDeadline() const {
  if (!WantsToRead() || continue_due_) return absl::InfiniteDuration();
  switch (phase_) {
    case Framer::Phase::kHead:
      return std::min(arrival_.due(), phase_since_ + context_.limits.head);
    case Framer::Phase::kBody:
      return std::min(arrival_.due(), phase_since_ + context_.limits.body);
    case Framer::Phase::kIdle:
      break;
  }
  if (!queue_.empty() || !out_.empty()) return absl::InfiniteDuration();
  return phase_since_ + context_.limits.idle;
}

// The timer is left alone when it comes too early: that costs one look at the deadlines when it
// runs, instead of two changes of the timer for every request.
void Connection::UpdateDeadline() {
  const absl::Duration due = NextDeadline();
  if (due >= timer_due_) return;
  context_.loop.Cancel(timer_);
  timer_due_ = due;
  timer_ = context_.loop.RunAt(due, [self = shared_from_this()] { self->OnDeadline(); });
}

void Connection::OnDeadline() {
  timer_ = 0;
  timer_due_ = absl::InfiniteDuration();
  const absl::Duration now = context_.loop.Now();
  if (NextDeadline() > now) return UpdateDeadline();
  if (state_ == State::kLingering) return Close();
  if (state_ == State::kOpen && queue_.waiting_since() + context_.limits.answer <= now) {
    // Nobody knows whether these will become durable, so their senders must send them again.
    reading_ended_ = true;
    const size_t late = queue_.AnswerAll(context_.handler.replies().Get(ReplyKind::kUnavailable));
    HttpCounters::Add(context_.counters.unavailable, late);
    HttpCounters::Add(context_.counters.late_answers, late);
    return Settle();
  }
  if (state_ == State::kOpen && ReadDeadline() <= now) return OnReadDeadline();
  HttpCounters::Add(context_.counters.timed_out_connections);
  Close();
}

void Connection::OnReadDeadline() {
  if (phase_ == Framer::Phase::kIdle) {
    stream_->CloseWrite();
    return Close();
  }
  HttpCounters::Add(context_.counters.timed_out_connections);
  Refuse(context_.handler.replies().Get(ReplyKind::kRequestTimeout));
  Settle();
}

}  // namespace fluxcascade::edge
