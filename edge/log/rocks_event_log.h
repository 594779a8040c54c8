// The EventLog on RocksDB: one write and one sync for all requests that wait.
#ifndef FLUXCASCADE_EDGE_LOG_ROCKS_EVENT_LOG_H_
#define FLUXCASCADE_EDGE_LOG_ROCKS_EVENT_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/metrics/histogram.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "edge/log/append_queue.h"
#include "edge/log/event_log.h"
#include "edge/log/group_commit.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_consumers.h"
#include "edge/log/log_folder.h"
#include "edge/log/log_position.h"
#include "edge/log/log_stats.h"
#include "edge/log/retention.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

struct RocksEventLogOptions {
  LogFolderOptions folder;

  // Serialized. A request must fit one batch.
  uint64_t max_request_bytes = kMaxReadBytes;
  // What may wait to be written, and how much of it one write takes.
  AppendQueue::Limits queue = {.max_requests = 16384, .max_bytes = uint64_t{64} << 20};
  uint64_t max_group_bytes = uint64_t{4} << 20;

  // Consumers besides the primary, by name: what one has not acknowledged is kept for it, too. One
  // that is not named any more is forgotten.
  std::vector<std::string> further_consumers;

  // Requests that the primary has not acknowledged, on disk and waiting: one that would go beyond
  // is refused. No more than this is kept for the further consumers either, but for them the oldest
  // goes: whoever lags so far behind does not keep the others from being served.
  uint64_t max_unacknowledged_bytes = uint64_t{16} << 30;
  // Nothing is taken while the disk has less than this free, besides what RocksDB has yet to write
  // into tables: were there no space for these, the log would fail. With less than twice as much,
  // what all consumers have acknowledged goes before its time. 0: whatever is free.
  uint64_t min_free_bytes = uint64_t{1} << 30;

  RetentionLimits retention;
};

class RocksEventLog final : public EventLog {
 public:
  // Errors are those of LogFolder::Open. Clock and random outlive the log.
  static absl::StatusOr<std::unique_ptr<RocksEventLog>> Open(const RocksEventLogOptions& options,
                                                             const Clock& clock, Random& random);

  // Writes what waits and how far the log was acknowledged, and closes the folder. Nobody may call
  // the log any more.
  ~RocksEventLog() override;

  void Append(v1::LoggedRequest request, Done done) override;
  absl::StatusOr<ReadResult> Read(const v1::Pull& pull, v1::PullError* error) const override;
  absl::Status AcknowledgeAs(absl::string_view consumer, absl::string_view log_id,
                             uint64_t through) override;
  std::vector<ConsumerPosition> Consumers() const override;
  v1::LogState State() const override;
  void SetAppendListener(std::function<void()> listener) override;
  absl::Status Ready() const override;

  // Does not wait for the disk.
  LogStats Stats() const;

  // Calls `alive` on the thread that writes, once it is done with what it writes now.
  void Probe(std::function<void()> alive);

  // Asks how much space the disk has, for Ready, which does not wait for the disk. To be called
  // about once a second; each write does it, too. True: RetentionStep could free some.
  bool LookAtDisk() FC_EXCLUDES(mutex_);

  // Drops what has been acknowledged for long enough, or is too much, and writes down how far the
  // log was acknowledged. True: there is more to drop. To be called about once a minute.
  absl::StatusOr<bool> RetentionStep();

  // After a failed write, also one of RocksDB's own: closes the folder, opens and checks it again,
  // and checks that all is there that was acknowledged to a sender. Then the log takes requests
  // again; otherwise it stays failed, with the new reason. Does nothing to a log that has not
  // failed, nor, as long as it can be read, to one whose disk has no space for what opening writes.
  absl::Status Reopen();

 private:
  RocksEventLog(const RocksEventLogOptions& options, const Clock& clock, Random& random);

  // On the writing thread.
  void Commit(std::vector<WaitingAppend> group);
  // The sequence of the first.
  absl::StatusOr<uint64_t> Write(const std::vector<WaitingAppend>& group);

  // A request of that size.
  absl::Status CheckTakes(size_t size) const FC_REQUIRES(mutex_);
  // Nothing where the file system can't tell, as one in memory.
  std::optional<uint64_t> FreeBytes() const;
  absl::Status CheckFreeSpace(uint64_t least) const;
  // `times` the least that is to be free, besides what is pending. While the folder may be used.
  uint64_t FreeBytesFor(int times) const;
  // Whether requests are refused for want of space that is only kept for tables: once these are
  // written, their write-ahead files go.
  bool TablesWouldHelp() const FC_REQUIRES(folder_mutex_);
  // How much is to be dropped so that the disk has enough free.
  uint64_t LackingBytes() const FC_REQUIRES(folder_mutex_);
  // Of RocksDB's own work; on any thread of its.
  void NoteBackgroundError(const absl::Status& error) FC_EXCLUDES(mutex_);
  // What is missing from a log that has failed may only seem so: a write can fail after what it
  // takes away is out of sight. Until the log has been opened again it calls nothing damaged.
  absl::Status Failure() const FC_EXCLUDES(mutex_);
  absl::StatusOr<bool> Trim() FC_REQUIRES(folder_mutex_);
  absl::Status WriteAcks() FC_REQUIRES(folder_mutex_);
  void NoteAcks() FC_EXCLUDES(folder_mutex_);
  // Opens the folder and takes its contents for the log's.
  absl::Status OpenFolder() FC_REQUIRES(folder_mutex_);
  absl::Status CheckContinues(const LogFolder& folder) const FC_REQUIRES(folder_mutex_);
  v1::LogState StateLocked() const FC_REQUIRES(mutex_);

  const RocksEventLogOptions options_;
  const Clock& clock_;
  Random& random_;

  // Held by whoever reads, trims or reopens, and taken before mutex_. The writing thread does
  // without it: it begins to use the folder only while the log has not failed, and Reopen replaces
  // the folder only while it has, and waits for what was being written.
  mutable Mutex folder_mutex_;
  std::unique_ptr<LogFolder> folder_;

  mutable Mutex mutex_;
  std::string log_id_ FC_GUARDED_BY(mutex_);
  LogPoint tail_ FC_GUARDED_BY(mutex_);
  // What lies before it is durable, and may be read.
  LogPoint head_ FC_GUARDED_BY(mutex_);
  LogConsumers consumers_ FC_GUARDED_BY(mutex_);
  bool acks_changed_ FC_GUARDED_BY(mutex_) = false;
  // Accepted by Append, but not in front of the head yet.
  uint64_t waiting_bytes_ FC_GUARDED_BY(mutex_) = 0;
  // Why a write failed, or will.
  absl::Status failure_ FC_GUARDED_BY(mutex_);
  // Why the disk had too little space when it was last asked.
  absl::Status space_ FC_GUARDED_BY(mutex_);
  // The writing thread uses the folder.
  bool writing_ FC_GUARDED_BY(mutex_) = false;
  CondVar written_;
  uint64_t failed_writes_ FC_GUARDED_BY(mutex_) = 0;
  uint64_t memory_bytes_ FC_GUARDED_BY(mutex_) = 0;

  Histogram append_time_;
  Histogram sync_time_;

  // Held while the listener is called.
  Mutex listener_mutex_;
  std::function<void()> listener_ FC_GUARDED_BY(listener_mutex_);

  // Last: its thread uses all of the above. Set once the folder is open.
  std::unique_ptr<GroupCommit> group_commit_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_ROCKS_EVENT_LOG_H_
