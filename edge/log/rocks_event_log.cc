#include "edge/log/rocks_event_log.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "edge/log/append_queue.h"
#include "edge/log/group_commit.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_folder.h"
#include "edge/log/log_position.h"
#include "edge/log/read_batch.h"
#include "edge/log/receive_time.h"
#include "edge/log/retention.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {
namespace {

absl::Status Missing(uint64_t sequence) {
  return absl::DataLossError(absl::StrCat("request ", sequence, " of the log: it is missing"));
}

}  // namespace

RocksEventLog::RocksEventLog(const RocksEventLogOptions& options, const Clock& clock,
                             Random& random)
    : options_(options), clock_(clock), random_(random) {}

absl::StatusOr<std::unique_ptr<RocksEventLog>> RocksEventLog::Open(
    const RocksEventLogOptions& options, const Clock& clock, Random& random) {
  std::unique_ptr<RocksEventLog> log(new RocksEventLog(options, clock, random));
  {
    MutexLock folder_lock(log->folder_mutex_);
    FC_RETURN_IF_ERROR(log->OpenFolder());
  }
  RocksEventLog* const self = log.get();
  log->group_commit_ = std::make_unique<GroupCommit>(
      options.queue, options.max_group_bytes,
      [self](std::vector<WaitingAppend> group) { self->Commit(std::move(group)); });
  return log;
}

RocksEventLog::~RocksEventLog() { group_commit_.reset(); }

absl::Status RocksEventLog::OpenFolder() {
  FC_ASSIGN_OR_RETURN(std::unique_ptr<LogFolder> folder, LogFolder::Open(options_.folder, random_));
  FC_RETURN_IF_ERROR(CheckContinues(*folder));
  const LogContents& contents = folder->contents();
  LogPoint acknowledged = contents.tail;
  const uint64_t through = std::min(contents.acks.through(), contents.head.sequence - 1);
  if (through >= acknowledged.sequence) {
    FC_ASSIGN_OR_RETURN(acknowledged, folder->EndOf(through));
  }
  const std::optional<absl::Time> oldest = ReceiveTimeOf(acknowledged.sequence, *folder);

  MutexLock lock(mutex_);
  log_id_ = contents.log_id;
  tail_ = contents.tail;
  head_ = contents.head;
  acknowledged_ = acknowledged;
  oldest_unacknowledged_ = oldest.value_or(clock_.Now());
  acks_ = contents.acks;
  acks_changed_ = false;
  failure_ = absl::OkStatus();
  folder_ = std::move(folder);
  return absl::OkStatus();
}

absl::Status RocksEventLog::CheckContinues(const LogFolder& folder) const {
  MutexLock lock(mutex_);
  if (log_id_.empty()) return absl::OkStatus();
  const LogContents& contents = folder.contents();
  if (contents.log_id != log_id_) {
    return absl::DataLossError(
        absl::StrCat("the folder holds log ", contents.log_id, " now, and held ", log_id_));
  }
  LogPoint end = contents.tail;
  if (head_.sequence > end.sequence && head_.sequence <= contents.head.sequence) {
    FC_ASSIGN_OR_RETURN(end, folder.EndOf(head_.sequence - 1));
  }
  if (end == head_) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the log now ends before request ",
                                          contents.head.sequence, "; everything before ",
                                          head_.sequence, " had been acknowledged to its sender"));
}

absl::Status RocksEventLog::Reopen() {
  MutexLock folder_lock(folder_mutex_);
  {
    MutexLock lock(mutex_);
    if (failure_.ok()) return absl::OkStatus();
  }
  folder_.reset();
  const absl::Status status = OpenFolder();
  if (status.ok()) return status;
  MutexLock lock(mutex_);
  failure_ = absl::UnavailableError(
      absl::StrCat("the log failed and can't be opened again: ", status.message()));
  return status;
}

absl::Status RocksEventLog::CheckFreeSpace() const {
  const LogDatabaseOptions& folder = options_.folder.database;
  uint64_t free = 0;
  // Not every file system can tell, as one in memory.
  if (!folder.env->GetFreeSpace(folder.path, &free).ok()) return absl::OkStatus();
  if (free >= options_.min_free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the log's disk has ", free, " bytes free, of at least ", options_.min_free_bytes));
}

absl::Status RocksEventLog::Check(const WaitingAppend& append) const {
  if (!failure_.ok()) return failure_;
  const size_t size = append.request.bytes.size();
  if (size > options_.max_request_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the request takes ", size, " bytes, of at most ", options_.max_request_bytes));
  }
  const uint64_t unacknowledged =
      head_.offset - acknowledged_.offset + waiting_bytes_ + SizeOf(append);
  if (unacknowledged > options_.max_unacknowledged_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the log is full: with this request it would hold ", unacknowledged,
                     " bytes that are not acknowledged, of ", options_.max_unacknowledged_bytes));
  }
  return absl::OkStatus();
}

void RocksEventLog::Append(v1::LoggedRequest request, Done done) {
  WaitingAppend append = {
      .request = Seal(std::move(request)), .done = std::move(done), .since = clock_.Monotonic()};
  const uint64_t size = SizeOf(append);
  absl::Status status;
  {
    MutexLock lock(mutex_);
    status = Check(append);
    if (status.ok()) status = group_commit_->Add(append);
    if (status.ok()) waiting_bytes_ += size;
  }
  if (!status.ok()) append.done(std::move(status));
}

void RocksEventLog::Commit(std::vector<WaitingAppend> group) {
  const absl::Duration now = clock_.Monotonic();
  for (const WaitingAppend& append : group) append_time_.Observe(now - append.since);
  const absl::StatusOr<uint64_t> first = Write(group);
  for (size_t i = 0; i < group.size(); ++i) {
    group[i].done(first.ok() ? absl::StatusOr<uint64_t>(*first + i) : first.status());
  }
  if (!first.ok()) return;
  MutexLock lock(listener_mutex_);
  if (listener_) listener_();
}

absl::StatusOr<uint64_t> RocksEventLog::Write(const std::vector<WaitingAppend>& group) {
  absl::Status status;
  LogPoint from;
  {
    MutexLock lock(mutex_);
    status = failure_;
    from = head_;
  }
  LogPoint to = from;
  std::vector<std::string> values;
  values.reserve(group.size());
  for (const WaitingAppend& append : group) values.push_back(EncodeRecord(append.request, to));
  if (status.ok()) status = CheckFreeSpace();
  absl::Status written;
  if (status.ok()) {
    const absl::Duration begun = clock_.Monotonic();
    written = folder_->Append(from, values, to);
    sync_time_.Observe(clock_.Monotonic() - begun);
  }

  MutexLock lock(mutex_);
  waiting_bytes_ -= to.offset - from.offset;
  if (!written.ok()) {
    ++failed_writes_;
    // What of it has reached the disk is not known, so nothing may be written behind it.
    status = failure_ = absl::UnavailableError(
        absl::StrCat("the log failed and must be opened again: ", written.message()));
  }
  FC_RETURN_IF_ERROR(status);
  if (acknowledged_ == from) oldest_unacknowledged_ = clock_.Now();
  head_ = to;
  return from.sequence;
}

absl::StatusOr<std::optional<LogPoint>> RocksEventLog::FindPosition(const v1::Pull& pull,
                                                                    const LogPoint& tail,
                                                                    const v1::LogState& state,
                                                                    v1::PullError& error) const {
  absl::StatusOr<LogPoint> point =
      pull.after() < tail.sequence ? tail : folder_->EndOf(pull.after());
  if (!point.ok()) {
    // An operator who has accepted a gap asks for what comes after the damage.
    if (absl::IsUnavailable(point.status())) return point.status();
    if (pull.after_chain().empty()) return std::optional<LogPoint>();
    return Unreadable(pull, pull.after(), point.status().message(), state, error);
  }
  FC_RETURN_IF_ERROR(CheckChain(pull, point->chain, state, error));
  return *point;
}

absl::StatusOr<EventLog::ReadResult> RocksEventLog::Read(const v1::Pull& pull,
                                                         v1::PullError* error) const {
  FC_RETURN_IF_ERROR(CheckPull(pull));
  MutexLock folder_lock(folder_mutex_);
  ReadResult result;
  LogPoint tail;
  {
    MutexLock lock(mutex_);
    if (folder_ == nullptr) return failure_;
    result.state = StateLocked();
    tail = tail_;
  }
  FC_RETURN_IF_ERROR(CheckRange(pull, result.state, *error));
  FC_ASSIGN_OR_RETURN(std::optional<LogPoint> point,
                      FindPosition(pull, tail, result.state, *error));

  ReadBatch batch(pull.max_bytes());
  uint64_t next = pull.after() + 1;
  absl::Status status = folder_->Scan(
      next, result.state.next_sequence(), [&](const RecordView& record) -> absl::Status {
        if (point.has_value()) FC_RETURN_IF_ERROR(CheckStandsAt(record, *point));
        if (record.sequence != next) return Missing(next);
        point = record.End();
        FC_ASSIGN_OR_RETURN(v1::LoggedRequest request, ToRequest(record));
        if (!batch.Add(std::move(request))) return absl::CancelledError();
        next = record.sequence + 1;
        return absl::OkStatus();
      });
  const bool full = absl::IsCancelled(status);
  if (status.ok() && next < result.state.next_sequence()) {
    status = Missing(next);
  }
  // What precedes the damage is handed out first.
  if (!status.ok() && !full && batch.empty()) {
    if (absl::IsUnavailable(status)) return status;
    return Unreadable(pull, next, status.message(), result.state, *error);
  }
  result.requests = std::move(batch).Take();
  return result;
}

absl::Status RocksEventLog::Acknowledge(absl::string_view log_id, uint64_t through) {
  MutexLock folder_lock(folder_mutex_);
  {
    MutexLock lock(mutex_);
    if (folder_ == nullptr) return failure_;
    FC_RETURN_IF_ERROR(CheckAcknowledge(log_id, through, StateLocked()));
    if (through < acknowledged_.sequence) return absl::OkStatus();
  }
  FC_ASSIGN_OR_RETURN(const LogPoint acknowledged, folder_->EndOf(through));
  const std::optional<absl::Time> oldest = ReceiveTimeOf(acknowledged.sequence, *folder_);
  MutexLock lock(mutex_);
  acknowledged_ = acknowledged;
  // Where it was not there yet, but is by now, it has just come.
  oldest_unacknowledged_ = oldest.value_or(clock_.Now());
  acks_.Record(clock_.Now(), through);
  acks_changed_ = true;
  return absl::OkStatus();
}

absl::StatusOr<bool> RocksEventLog::RetentionStep() {
  MutexLock folder_lock(folder_mutex_);
  {
    MutexLock lock(mutex_);
    if (!failure_.ok()) return failure_;
  }
  FC_ASSIGN_OR_RETURN(const bool more, Trim());
  FC_RETURN_IF_ERROR(WriteAcks());
  return more;
}

absl::StatusOr<bool> RocksEventLog::Trim() {
  RetentionView view;
  {
    MutexLock lock(mutex_);
    view = {.tail = tail_,
            .acknowledged = acknowledged_,
            .old_enough = acks_.ThroughAsOf(clock_.Now() - options_.retention.max_age)};
  }
  FC_ASSIGN_OR_RETURN(const TrimPlan plan,
                      PlanTrim(
                          options_.retention, view,
                          [&](uint64_t offset) {
                            return folder_->FindOffset(offset, view.tail, view.acknowledged);
                          },
                          [&](uint64_t sequence) { return folder_->EndOf(sequence); }));
  if (plan.to == view.tail) return false;
  FC_RETURN_IF_ERROR(folder_->Trim(view.tail, plan.to));
  MutexLock lock(mutex_);
  tail_ = plan.to;
  acks_.ForgetThrough(plan.to.sequence - 1);
  acks_changed_ = true;
  return plan.more;
}

absl::Status RocksEventLog::WriteAcks() {
  AckHistory acks;
  {
    MutexLock lock(mutex_);
    if (!acks_changed_) return absl::OkStatus();
    acks_changed_ = false;
    acks = acks_;
  }
  return folder_->WriteAcks(acks);
}

v1::LogState RocksEventLog::State() const {
  MutexLock lock(mutex_);
  return StateLocked();
}

v1::LogState RocksEventLog::StateLocked() const {
  v1::LogState state;
  state.set_log_id(log_id_);
  state.set_first_sequence(tail_.sequence);
  state.set_next_sequence(head_.sequence);
  state.set_bytes(head_.offset - tail_.offset);
  return state;
}

LogStats RocksEventLog::Stats() const {
  LogStats stats;
  append_time_.AddTo(&stats.append);
  sync_time_.AddTo(&stats.sync);
  MutexLock lock(mutex_);
  stats.bytes = head_.offset - tail_.offset;
  stats.unacknowledged_bytes = head_.offset - acknowledged_.offset;
  stats.unacknowledged_requests = head_.sequence - acknowledged_.sequence;
  if (stats.unacknowledged_requests > 0) stats.oldest_unacknowledged = oldest_unacknowledged_;
  stats.waiting_bytes = waiting_bytes_;
  stats.failed_writes = failed_writes_;
  return stats;
}

void RocksEventLog::Probe(std::function<void()> alive) { group_commit_->Post(std::move(alive)); }

void RocksEventLog::SetAppendListener(std::function<void()> listener) {
  MutexLock lock(listener_mutex_);
  listener_ = std::move(listener);
}

absl::Status RocksEventLog::Ready() const {
  {
    MutexLock lock(mutex_);
    FC_RETURN_IF_ERROR(Check(WaitingAppend()));
  }
  return CheckFreeSpace();
}

}  // namespace fluxcascade::edge
