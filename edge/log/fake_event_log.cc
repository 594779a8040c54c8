#include "edge/log/fake_event_log.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/status/status_macros.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_position.h"
#include "edge/log/read_batch.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

FakeEventLog::FakeEventLog(std::string log_id, const std::vector<std::string>& further)
    : log_id_(std::move(log_id)), tail_(BeginningOf(log_id_)), head_(tail_) {
  acknowledged_.emplace_back(kPrimaryConsumer, 0);
  for (const std::string& name : further) acknowledged_.emplace_back(name, 0);
}

void FakeEventLog::Append(v1::LoggedRequest request, Done done) {
  absl::Status failure;
  {
    MutexLock lock(mutex_);
    failure = std::exchange(next_failure_, absl::OkStatus());
    if (failure.ok()) failure = failure_;
    if (failure.ok() && held_) {
      waiting_.push_back({std::move(request), std::move(done)});
      return;
    }
  }
  if (!failure.ok()) return done(failure);
  std::vector<Waiting> group;
  group.push_back({std::move(request), std::move(done)});
  Commit(std::move(group));
}

void FakeEventLog::Commit(std::vector<Waiting> group) {
  std::vector<uint64_t> sequences;
  {
    MutexLock lock(mutex_);
    for (Waiting& waiting : group) {
      sequences.push_back(head_.sequence);
      values_.push_back(EncodeRecord(Seal(std::move(waiting.request)), head_));
    }
  }
  for (size_t i = 0; i < group.size(); ++i) group[i].done(sequences[i]);
  MutexLock lock(listener_mutex_);
  if (listener_ && !group.empty()) listener_();
}

const std::string& FakeEventLog::ValueOf(uint64_t sequence) const {
  return values_[sequence - tail_.sequence];
}

absl::StatusOr<EventLog::ReadResult> FakeEventLog::Read(const v1::Pull& pull,
                                                        v1::PullError* error) const {
  MutexLock lock(mutex_);
  FC_RETURN_IF_ERROR(CheckPull(pull));
  FC_RETURN_IF_ERROR(read_failure_);
  ReadResult result = {.requests = {}, .state = StateLocked()};
  FC_RETURN_IF_ERROR(CheckRange(pull, result.state, *error));
  LogPoint point = tail_;
  if (pull.after() >= tail_.sequence) {
    FC_ASSIGN_OR_RETURN(const RecordView last, ParseRecord(pull.after(), ValueOf(pull.after())));
    point = last.End();
  }
  FC_RETURN_IF_ERROR(CheckChain(pull, point.chain, result.state, *error));

  ReadBatch batch(pull.max_bytes());
  for (uint64_t sequence = point.sequence; sequence < head_.sequence; ++sequence) {
    FC_ASSIGN_OR_RETURN(const RecordView record, ParseRecord(sequence, ValueOf(sequence)));
    FC_ASSIGN_OR_RETURN(v1::LoggedRequest request, ToRequest(record));
    if (!batch.Add(std::move(request))) break;
  }
  result.requests = std::move(batch).Take();
  return result;
}

absl::Status FakeEventLog::AcknowledgeAs(absl::string_view consumer, absl::string_view log_id,
                                         uint64_t through) {
  MutexLock lock(mutex_);
  FC_RETURN_IF_ERROR(CheckAcknowledge(log_id, through, StateLocked()));
  for (auto& [name, acknowledged] : acknowledged_) {
    if (name != consumer) continue;
    acknowledged = std::max(acknowledged, through);
    return absl::OkStatus();
  }
  return absl::NotFoundError("the log has no such consumer");
}

std::vector<ConsumerPosition> FakeEventLog::Consumers() const {
  MutexLock lock(mutex_);
  std::vector<ConsumerPosition> positions;
  for (const auto& [name, acknowledged] : acknowledged_) {
    ConsumerPosition& position = positions.emplace_back();
    position.name = name;
    position.acknowledged = acknowledged;
    position.lag_requests = head_.sequence - 1 - acknowledged;
    if (position.lag_requests > 0) position.oldest_unacknowledged = absl::UnixEpoch();
  }
  return positions;
}

v1::LogState FakeEventLog::State() const {
  MutexLock lock(mutex_);
  return StateLocked();
}

v1::LogState FakeEventLog::StateLocked() const {
  v1::LogState state;
  state.set_log_id(log_id_);
  state.set_first_sequence(tail_.sequence);
  state.set_next_sequence(head_.sequence);
  state.set_bytes(head_.offset - tail_.offset);
  return state;
}

void FakeEventLog::SetAppendListener(std::function<void()> listener) {
  MutexLock lock(listener_mutex_);
  listener_ = std::move(listener);
}

absl::Status FakeEventLog::Ready() const {
  MutexLock lock(mutex_);
  return failure_;
}

void FakeEventLog::Hold() {
  MutexLock lock(mutex_);
  held_ = true;
}

void FakeEventLog::Release() {
  std::vector<Waiting> group;
  {
    MutexLock lock(mutex_);
    held_ = false;
    group.swap(waiting_);
  }
  Commit(std::move(group));
}

void FakeEventLog::FailWith(absl::Status status) {
  std::vector<Waiting> refused;
  {
    MutexLock lock(mutex_);
    failure_ = status;
    if (!status.ok()) refused.swap(waiting_);
  }
  for (const Waiting& waiting : refused) waiting.done(status);
}

void FakeEventLog::FailNextWith(absl::Status status) {
  MutexLock lock(mutex_);
  next_failure_ = std::move(status);
}

void FakeEventLog::FailReadsWith(absl::Status status) {
  MutexLock lock(mutex_);
  read_failure_ = std::move(status);
}

void FakeEventLog::Trim() {
  MutexLock lock(mutex_);
  uint64_t by_all = head_.sequence - 1;
  for (const auto& [name, acknowledged] : acknowledged_) by_all = std::min(by_all, acknowledged);
  while (tail_.sequence <= by_all) {
    tail_ = ParseRecord(tail_.sequence, values_.front())->End();
    values_.pop_front();
  }
}

size_t FakeEventLog::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

uint64_t FakeEventLog::acknowledged(absl::string_view consumer) const {
  MutexLock lock(mutex_);
  for (const auto& [name, acknowledged] : acknowledged_) {
    if (name == consumer) return acknowledged;
  }
  return 0;
}

}  // namespace fluxcascade::edge
