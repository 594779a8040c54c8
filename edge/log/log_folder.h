// The folder of a log on disk: which bytes lie where in RocksDB, and what becomes durable when.
// What they mean together (queues, limits, retention) is RocksEventLog's.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_FOLDER_H_
#define FLUXCASCADE_EDGE_LOG_LOG_FOLDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/random/random.h"
#include "edge/log/ack_history.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_consumers.h"
#include "edge/log/log_database.h"

namespace fluxcascade::edge {

struct LogFolderOptions {
  LogDatabaseOptions database;
  // Opening reads and checks the newest requests, as many as take this much.
  uint64_t max_open_check_bytes = uint64_t{1} << 30;
};

// What a folder says about itself.
struct LogContents {
  std::string log_id;
  // Where the first kept request stands …
  LogPoint tail;
  // … and where the next one will.
  LogPoint head;
  AckHistory acks;
};

// One thread may append while another trims and reads.
class LogFolder {
 public:
  // Opens the folder, and makes the log if there is none: its parent must exist. Checks that the
  // sequence is unbroken, that chain and checksums are right, and that the end is where it was said
  // to be. kFailedPrecondition: another process has it open, or it was written by a newer version.
  // kDataLoss says what is damaged or missing; nothing has been changed then.
  static absl::StatusOr<std::unique_ptr<LogFolder>> Open(const LogFolderOptions& options,
                                                         Random& random);
  // Changes nothing, takes no lock and makes no checks but of the format and the log's own
  // accounts of itself. kNotFound: no log there.
  static absl::StatusOr<std::unique_ptr<LogFolder>> OpenForReading(const LogFolderOptions& options);

  // Why nothing can be written any more, though no call has failed yet; OK: it can.
  absl::Status background_error() const { return database_->background_error(); }

  // What its write buffers, cached blocks and open tables take of the process's memory.
  uint64_t MemoryBytes() const;

  // As found when it was opened.
  const LogContents& contents() const { return contents_; }
  // Of the consumers but the primary, whose acks are among the contents; empty in older logs.
  const FurtherAcks& further_acks() const { return further_acks_; }

  // Writes the values of the requests between the two points. Durable on return; after an error a
  // part may or may not be, and the folder must be opened again before anything else is written.
  absl::Status Append(const LogPoint& from, const std::vector<std::string>& values,
                      const LogPoint& to);

  // Of the space that is kept, what is for the manifest.
  static constexpr uint64_t kManifestBytes = uint64_t{1} << 20;

  // What RocksDB is going to write of what it has in its memory and in write-ahead files alone:
  // tables, in the background, or at once when the folder is opened again.
  uint64_t PendingBytes() const;

  // Writes these tables now; write-ahead files that only they needed go.
  absl::Status WriteTables();

  // Makes the log begin at that point. Durable on return.
  absl::Status Trim(const LogPoint& to);

  // Durable on return.
  absl::Status WriteAcks(const AckHistory& acks);

  // Likewise.
  absl::Status WriteFurtherAcks(const FurtherAcks& acks);

  // Where the request of that sequence ends. kDataLoss when it can't be read.
  absl::StatusOr<LogPoint> EndOf(uint64_t sequence) const;

  // The first request between the points that begins at `offset` or later; `head` if none does.
  absl::StatusOr<LogPoint> FindOffset(uint64_t offset, const LogPoint& tail,
                                      const LogPoint& head) const;

  // Hands on what is stored from one sequence up to but without another, in order, until `visit`
  // returns an error, which it then returns too. kDataLoss when a request can't be read. A missing
  // one is not noticed here.
  using Visit = std::function<absl::Status(const RecordView& record)>;
  absl::Status Scan(uint64_t from, uint64_t to, const Visit& visit) const;

  // Whether what is stored from one point to the other is whole: sequence, checksums, chain,
  // offsets, and that it ends where `to` says. kDataLoss names the first request that is wrong.
  absl::Status Check(const LogPoint& from, const LogPoint& to) const;
  // What Open checks, for all that is kept.
  absl::Status CheckAll() const;

 private:
  LogFolder(LogFolderOptions options, std::unique_ptr<LogDatabase> database);

  absl::Status CreateOrLoad(Random& random);
  absl::Status Create(Random& random);
  absl::Status Load();
  absl::Status LoadFurtherAcks();
  absl::Status CheckFormat() const;
  absl::Status CheckEnds() const;
  absl::Status CheckNewest() const;
  absl::StatusOr<bool> IsEmpty() const;
  absl::StatusOr<std::string> Get(absl::string_view key) const;

  const LogFolderOptions options_;
  const std::unique_ptr<LogDatabase> database_;
  LogContents contents_;
  FurtherAcks further_acks_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_FOLDER_H_
