#include "controlplane/ingest/quarantine_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "common/id/id.h"

namespace fluxcascade {
namespace {

// 128 bits: 22 characters, of the 64 that a request id may have.
constexpr size_t kRequestIdBytes = 16;

constexpr char kNotConnected[] = "the edge is not connected";
constexpr char kEndedUnasked[] = "the edge's connection ended before it was asked";
constexpr char kEndedUnanswered[] = "the edge's connection ended before it answered";

std::string LateReason() {
  return absl::StrCat("the edge did not answer within ",
                      absl::FormatDuration(QuarantineCalls::kAnswerTimeout));
}

std::string UnsentReason(int64_t config_version) {
  return absl::StrCat("configuration ", config_version, " could not be sent to the edge within ",
                      absl::FormatDuration(QuarantineCalls::kAskTimeout),
                      "; the node's config_error may say why");
}

}  // namespace

absl::StatusOr<std::unique_ptr<QuarantineCalls::Call>> QuarantineCalls::Begin(
    const std::vector<std::string>& nodes, const edge::v1::ReleaseQuarantine& question) {
  auto call = absl::WrapUnique(new Call(*this, nodes.size()));
  MutexLock lock(mutex_);
  // The destructor of a call that is refused takes off what is added here.
  if (++calls_ > kMaxCalls) {
    return absl::ResourceExhaustedError(
        absl::StrCat(kMaxCalls, " releases and discards of quarantines are under way already, ",
                     "and no more are taken at once: try again when one has ended"));
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    QuarantineAnswer& answer = call->answers_[i];
    answer.node = nodes[i];
    const auto session = sessions_.find(nodes[i]);
    if (session == sessions_.end()) {
      answer.reason = kNotConnected;
      continue;
    }
    Pending pending{
        .call = call.get(), .index = i, .session = session->second, .question = question};
    pending.question.set_request_id(NewToken(kRequestIdBytes, random_));
    const std::string id = pending.question.request_id();
    pending_.emplace(id, std::move(pending));
  }
  return call;
}

QuarantineCalls::PendingMap::iterator QuarantineCalls::End(PendingMap::iterator pending,
                                                           QuarantineAnswer answer) {
  QuarantineAnswer& place = pending->second.call->answers_[pending->second.index];
  answer.node = place.node;
  place = std::move(answer);
  ended_.NotifyAll();
  return pending_.erase(pending);
}

QuarantineCalls::PendingMap::iterator QuarantineCalls::EndUnanswered(
    PendingMap::iterator pending, const std::string& asked_reason,
    const std::string& waiting_reason) {
  using Kind = QuarantineAnswer::Kind;
  const bool asked = pending->second.asked;
  return End(pending, {.kind = asked ? Kind::kNoAnswer : Kind::kNotAsked,
                       .reason = asked ? asked_reason : waiting_reason});
}

QuarantineCalls::Call::Call(QuarantineCalls& calls, size_t nodes)
    : calls_(calls),
      ask_until_(calls.clock_.Monotonic() + kAskTimeout),
      answer_until_(calls.clock_.Monotonic() + kAnswerTimeout),
      answers_(nodes) {}

QuarantineCalls::Call::~Call() {
  MutexLock lock(calls_.mutex_);
  --calls_.calls_;
  for (auto it = calls_.pending_.begin(); it != calls_.pending_.end();) {
    it = it->second.call == this ? calls_.pending_.erase(it) : std::next(it);
  }
}

std::vector<QuarantineAnswer> QuarantineCalls::Call::Wait() {
  MutexLock lock(calls_.mutex_);
  while (true) {
    const absl::Duration now = calls_.clock_.Monotonic();
    if (!IsWaiting(now)) return answers_;
    calls_.ended_.WaitFor(calls_.mutex_, NextDeadline() - now);
  }
}

bool QuarantineCalls::Call::IsWaiting(absl::Duration now) {
  bool waiting = false;
  for (auto it = calls_.pending_.begin(); it != calls_.pending_.end();) {
    const Pending& pending = it->second;
    if (pending.call != this) {
      ++it;
    } else if (now >= (pending.asked ? answer_until_ : ask_until_)) {
      it = calls_.EndUnanswered(it, LateReason(), UnsentReason(pending.question.config_version()));
    } else {
      waiting = true;
      ++it;
    }
  }
  return waiting;
}

absl::Duration QuarantineCalls::Call::NextDeadline() const {
  absl::Duration next = absl::InfiniteDuration();
  for (const auto& [id, pending] : calls_.pending_) {
    if (pending.call != this) continue;
    next = std::min(next, pending.asked ? answer_until_ : ask_until_);
  }
  return next;
}

QuarantineCalls::Session::Session(QuarantineCalls& calls, std::string node)
    : calls_(calls), node_(std::move(node)) {}

QuarantineCalls::Session::~Session() {
  MutexLock lock(calls_.mutex_);
  const auto current = calls_.sessions_.find(node_);
  if (current != calls_.sessions_.end() && current->second == this) {
    calls_.sessions_.erase(current);
  }
  for (auto it = calls_.pending_.begin(); it != calls_.pending_.end();) {
    it = it->second.session == this ? calls_.EndUnanswered(it, kEndedUnanswered, kEndedUnasked)
                                    : std::next(it);
  }
}

void QuarantineCalls::Session::Open() {
  MutexLock lock(calls_.mutex_);
  calls_.sessions_[node_] = this;
}

std::vector<edge::v1::ReleaseQuarantine> QuarantineCalls::Session::TakeQuestions(
    int64_t sent_config_version) {
  std::vector<edge::v1::ReleaseQuarantine> questions;
  MutexLock lock(calls_.mutex_);
  const absl::Duration now = calls_.clock_.Monotonic();
  for (auto& [id, pending] : calls_.pending_) {
    if (pending.session != this || pending.asked) continue;
    if (pending.question.config_version() > sent_config_version) continue;
    // Late: its call ends it any moment, as not asked.
    if (now >= pending.call->ask_until_) continue;
    pending.asked = true;
    questions.push_back(pending.question);
  }
  return questions;
}

bool QuarantineCalls::Session::OnResult(const edge::v1::QuarantineResult& result) {
  MutexLock lock(calls_.mutex_);
  const auto found = calls_.pending_.find(result.request_id());
  if (found == calls_.pending_.end() || found->second.session != this) return false;
  calls_.End(found, {.kind = QuarantineAnswer::Kind::kAnswered, .result = result});
  return true;
}

}  // namespace fluxcascade
