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
#include "edge/log/consumer.h"
#include "edge/log/folder_consumers.h"
#include "edge/log/group_commit.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_consumers.h"
#include "edge/log/log_folder.h"
#include "edge/log/log_position.h"
#include "edge/log/log_reader.h"
#include "edge/log/receive_time.h"
#include "edge/log/retention.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {
namespace {

// What of a failed write has reached the disk is not known, so nothing may be written behind it.
absl::Status MustBeOpenedAgain(const absl::Status& why) {
  if (why.ok()) return why;
  return absl::UnavailableError(
      absl::StrCat("the log failed and must be opened again: ", why.message()));
}

}  // namespace

RocksEventLog::RocksEventLog(const RocksEventLogOptions& options, const Clock& clock,
                             Random& random)
    : options_(options), clock_(clock), random_(random) {}

absl::StatusOr<std::unique_ptr<RocksEventLog>> RocksEventLog::Open(
    const RocksEventLogOptions& options, const Clock& clock, Random& random) {
  FC_RETURN_IF_ERROR(CheckFurtherConsumers(options.further_consumers));
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

RocksEventLog::~RocksEventLog() {
  group_commit_.reset();
  NoteAcks();
  // Until it is closed, it may tell of errors.
  folder_.reset();
}

// Otherwise the next start would take what was acknowledged last for not acknowledged, until its
// consumers come again. A failure does no more than that.
void RocksEventLog::NoteAcks() {
  MutexLock folder_lock(folder_mutex_);
  if (folder_ == nullptr || !Failure().ok()) return;
  WriteAcks().IgnoreError();
}

absl::Status RocksEventLog::OpenFolder() {
  LogFolderOptions options = options_.folder;
  options.database.on_background_error = [this](const absl::Status& error) {
    NoteBackgroundError(error);
  };
  FC_ASSIGN_OR_RETURN(std::unique_ptr<LogFolder> folder, LogFolder::Open(options, random_));
  FC_RETURN_IF_ERROR(CheckContinues(*folder));
  LogConsumers before;
  {
    MutexLock lock(mutex_);
    before = consumers_;
  }
  FC_ASSIGN_OR_RETURN(std::vector<LogConsumer> consumers,
                      ConsumersOf(*folder, options_.further_consumers, before, clock_.Now()));
  const LogContents& contents = folder->contents();

  MutexLock lock(mutex_);
  log_id_ = contents.log_id;
  tail_ = contents.tail;
  head_ = contents.head;
  consumers_ = LogConsumers(std::move(consumers));
  // The folder is told what it had not been told yet, and forgets who is no longer among them.
  acks_changed_ = !(contents.acks == consumers_.primary().acks) ||
                  folder->further_acks() != consumers_.further_acks();
  failure_ = MustBeOpenedAgain(folder->background_error());
  folder_ = std::move(folder);
  return absl::OkStatus();
}

void RocksEventLog::NoteBackgroundError(const absl::Status& error) {
  MutexLock lock(mutex_);
  if (failure_.ok()) failure_ = MustBeOpenedAgain(error);
}

absl::Status RocksEventLog::Failure() const {
  MutexLock lock(mutex_);
  return failure_;
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
    while (writing_) written_.Wait(mutex_);
  }
  // A log that can't be opened can't be read either. One that can is better off open, even where it
  // takes nothing: then it gives up what is acknowledged, and that may be what fills the disk.
  if (folder_ != nullptr) {
    const absl::Status space = CheckFreeSpace(folder_->PendingBytes());
    if (!space.ok()) {
      return absl::Status(space.code(), absl::StrCat(Failure().message(), "; ", space.message()));
    }
  }
  folder_.reset();
  const absl::Status status = OpenFolder();
  if (status.ok()) return status;
  MutexLock lock(mutex_);
  failure_ = absl::UnavailableError(
      absl::StrCat("the log failed and can't be opened again: ", status.message()));
  return status;
}

std::optional<uint64_t> RocksEventLog::FreeBytes() const {
  const LogDatabaseOptions& folder = options_.folder.database;
  uint64_t free = 0;
  if (!folder.env->GetFreeSpace(folder.path, &free).ok()) return std::nullopt;
  return free;
}

absl::Status RocksEventLog::CheckFreeSpace(uint64_t least) const {
  const std::optional<uint64_t> free = FreeBytes();
  if (!free.has_value() || *free >= least) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the log's disk has ", *free, " bytes free, of at least ", least));
}

uint64_t RocksEventLog::FreeBytesFor(int times) const {
  if (options_.min_free_bytes == 0) return 0;
  return times * options_.min_free_bytes + folder_->PendingBytes();
}

uint64_t RocksEventLog::LackingBytes() const {
  const uint64_t wanted = FreeBytesFor(2);
  const std::optional<uint64_t> free = FreeBytes();
  if (!free.has_value() || *free >= wanted) return 0;
  // Less than a table frees nothing.
  return std::max(wanted - *free, options_.folder.database.write_buffer_bytes);
}

bool RocksEventLog::TablesWouldHelp() const {
  if (CheckFreeSpace(FreeBytesFor(1)).ok()) return false;
  return folder_->PendingBytes() - LogFolder::kManifestBytes >=
         options_.folder.database.write_buffer_bytes / 8;
}

bool RocksEventLog::LookAtDisk() {
  MutexLock folder_lock(folder_mutex_);
  if (folder_ == nullptr) return false;
  absl::Status space = CheckFreeSpace(FreeBytesFor(1));
  const bool is_short = LackingBytes() > 0;
  const bool tables_would_help = TablesWouldHelp();
  MutexLock lock(mutex_);
  space_ = std::move(space);
  const uint64_t droppable = consumers_.AcknowledgedByAll().offset - tail_.offset;
  if (!failure_.ok()) return false;
  return tables_would_help ||
         (is_short && droppable >= options_.folder.database.write_buffer_bytes);
}

absl::Status RocksEventLog::CheckTakes(size_t size) const {
  if (!failure_.ok()) return failure_;
  if (size > options_.max_request_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the request takes ", size, " bytes, of at most ", options_.max_request_bytes));
  }
  const uint64_t unacknowledged =
      head_.offset - consumers_.primary().acknowledged.offset + waiting_bytes_ + RecordSize(size);
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
    status = CheckTakes(append.request.bytes.size());
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
    writing_ = status.ok();
  }
  LogPoint to = from;
  std::vector<std::string> values;
  values.reserve(group.size());
  for (const WaitingAppend& append : group) values.push_back(EncodeRecord(append.request, to));
  absl::Status space;
  if (status.ok()) status = space = CheckFreeSpace(FreeBytesFor(1));
  absl::Status written;
  if (status.ok()) {
    const absl::Duration begun = clock_.Monotonic();
    written = folder_->Append(from, values, to);
    sync_time_.Observe(clock_.Monotonic() - begun);
  }

  MutexLock lock(mutex_);
  writing_ = false;
  written_.NotifyAll();
  waiting_bytes_ -= to.offset - from.offset;
  if (status.ok() || !space.ok()) space_ = space;
  if (!written.ok()) {
    ++failed_writes_;
    status = failure_ = MustBeOpenedAgain(written);
  }
  FC_RETURN_IF_ERROR(status);
  consumers_.Appended(from, clock_.Now());
  head_ = to;
  return from.sequence;
}

absl::StatusOr<EventLog::ReadResult> RocksEventLog::Read(const v1::Pull& pull,
                                                         v1::PullError* error) const {
  FC_RETURN_IF_ERROR(CheckPull(pull));
  MutexLock folder_lock(folder_mutex_);
  v1::LogState state;
  LogPoint tail;
  {
    MutexLock lock(mutex_);
    if (folder_ == nullptr) return failure_;
    state = StateLocked();
    tail = tail_;
  }
  absl::StatusOr<ReadResult> result = ReadLog(*folder_, tail, std::move(state), pull, *error);
  if (absl::IsDataLoss(result.status())) FC_RETURN_IF_ERROR(Failure());
  return result;
}

absl::Status RocksEventLog::AcknowledgeAs(absl::string_view consumer, absl::string_view log_id,
                                          uint64_t through) {
  MutexLock folder_lock(folder_mutex_);
  {
    MutexLock lock(mutex_);
    if (folder_ == nullptr) return failure_;
    FC_RETURN_IF_ERROR(CheckAcknowledge(log_id, through, StateLocked()));
    const LogConsumer* const known = consumers_.Find(consumer);
    if (known == nullptr) {
      return absl::NotFoundError(absl::StrCat("the log has no consumer '", consumer, "'"));
    }
    if (through < known->acknowledged.sequence) return absl::OkStatus();
  }
  FC_ASSIGN_OR_RETURN(const LogPoint acknowledged, folder_->EndOf(through));
  const std::optional<absl::Time> oldest = ReceiveTimeOf(acknowledged.sequence, *folder_);
  MutexLock lock(mutex_);
  const absl::Time now = clock_.Now();
  // Where it was not there yet, but is by now, it has just come.
  consumers_.Acknowledge(consumer, through, acknowledged, oldest.value_or(now), now);
  acks_changed_ = true;
  return absl::OkStatus();
}

std::vector<ConsumerPosition> RocksEventLog::Consumers() const {
  MutexLock lock(mutex_);
  return consumers_.Positions(head_.sequence);
}

absl::StatusOr<bool> RocksEventLog::RetentionStep() {
  MutexLock folder_lock(folder_mutex_);
  {
    MutexLock lock(mutex_);
    if (!failure_.ok()) return failure_;
  }
  if (TablesWouldHelp()) {
    const absl::Status written = folder_->WriteTables();
    if (!written.ok()) NoteBackgroundError(written);
    FC_RETURN_IF_ERROR(written);
  }
  FC_ASSIGN_OR_RETURN(const bool more, Trim());
  FC_RETURN_IF_ERROR(WriteAcks());
  const uint64_t memory_bytes = folder_->MemoryBytes();
  MutexLock lock(mutex_);
  memory_bytes_ = memory_bytes;
  return more;
}

absl::StatusOr<bool> RocksEventLog::Trim() {
  const uint64_t lacking_bytes = LackingBytes();
  RetentionView view;
  LogPoint by_primary;
  {
    MutexLock lock(mutex_);
    view = {.tail = tail_,
            .acknowledged = consumers_.AcknowledgedByAll(),
            .old_enough = consumers_.AllThroughAsOf(clock_.Now() - options_.retention.max_age),
            .head_offset = head_.offset,
            .lacking_bytes = lacking_bytes};
    by_primary = consumers_.primary().acknowledged;
  }
  RetentionLimits limits = options_.retention;
  limits.max_held_bytes = options_.max_unacknowledged_bytes;
  FC_ASSIGN_OR_RETURN(
      const TrimPlan plan,
      PlanTrim(
          limits, view,
          [&](uint64_t offset) { return folder_->FindOffset(offset, view.tail, by_primary); },
          [&](uint64_t sequence) { return folder_->EndOf(sequence); }));
  if (plan.to == view.tail) return false;
  const absl::Status trimmed = folder_->Trim(plan.to);
  if (!trimmed.ok()) NoteBackgroundError(trimmed);
  FC_RETURN_IF_ERROR(trimmed);
  const std::optional<absl::Time> oldest = ReceiveTimeOf(plan.to.sequence, *folder_);
  MutexLock lock(mutex_);
  tail_ = plan.to;
  consumers_.Trimmed(plan.to, oldest.value_or(clock_.Now()));
  acks_changed_ = true;
  return plan.more;
}

absl::Status RocksEventLog::WriteAcks() {
  AckHistory acks;
  FurtherAcks further;
  {
    MutexLock lock(mutex_);
    if (!acks_changed_) return absl::OkStatus();
    acks_changed_ = false;
    acks = consumers_.primary().acks;
    further = consumers_.further_acks();
  }
  FC_RETURN_IF_ERROR(folder_->WriteAcks(acks));
  if (further.empty() && folder_->further_acks().empty()) return absl::OkStatus();
  return folder_->WriteFurtherAcks(further);
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
  const LogConsumer& primary = consumers_.primary();
  stats.unacknowledged_bytes = head_.offset - primary.acknowledged.offset;
  stats.unacknowledged_requests = head_.sequence - primary.acknowledged.sequence;
  if (stats.unacknowledged_requests > 0) {
    stats.oldest_unacknowledged = primary.oldest_unacknowledged;
  }
  stats.waiting_bytes = waiting_bytes_;
  stats.failed_writes = failed_writes_;
  stats.memory_bytes = memory_bytes_;
  return stats;
}

void RocksEventLog::Probe(std::function<void()> alive) { group_commit_->Post(std::move(alive)); }

void RocksEventLog::SetAppendListener(std::function<void()> listener) {
  MutexLock lock(listener_mutex_);
  listener_ = std::move(listener);
}

absl::Status RocksEventLog::Ready() const {
  MutexLock lock(mutex_);
  // Who has no room for the largest refuses some, and is better not sent any.
  FC_RETURN_IF_ERROR(CheckTakes(options_.max_request_bytes));
  return space_;
}

}  // namespace fluxcascade::edge
