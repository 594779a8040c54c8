#include "edge/log/log_folder.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/crypto/encoding.h"
#include "common/random/random.h"
#include "common/rocks/rocks_status.h"
#include "common/status/status_macros.h"
#include "edge/log/ack_history.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_database.h"
#include "edge/log/log_format.h"
#include "rocksdb/convenience.h"
#include "rocksdb/iterator.h"
#include "rocksdb/options.h"
#include "rocksdb/slice.h"
#include "rocksdb/write_batch.h"

namespace fluxcascade::edge {
namespace {

rocksdb::Slice ToSlice(absl::string_view bytes) { return {bytes.data(), bytes.size()}; }
absl::string_view FromSlice(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

// For every write, also of what could be learned again: a power cut can then tear the last one
// alone (common/rocks/torn_end.h).
rocksdb::WriteOptions Durably() {
  rocksdb::WriteOptions options;
  options.sync = true;
  // From here through RocksDB's memory, where the record's own checksum is not looked at.
  options.protection_bytes_per_key = 8;
  return options;
}

rocksdb::ReadOptions Carefully() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

}  // namespace

LogFolder::LogFolder(LogFolderOptions options, std::unique_ptr<LogDatabase> database)
    : options_(std::move(options)), database_(std::move(database)) {}

absl::StatusOr<std::unique_ptr<LogFolder>> LogFolder::Open(const LogFolderOptions& options,
                                                           Random& random) {
  FC_ASSIGN_OR_RETURN(std::unique_ptr<LogDatabase> database, LogDatabase::Open(options.database));
  std::unique_ptr<LogFolder> folder(new LogFolder(options, std::move(database)));
  FC_RETURN_IF_ERROR(folder->CreateOrLoad(random));
  FC_RETURN_IF_ERROR(folder->CheckEnds());
  FC_RETURN_IF_ERROR(folder->CheckNewest());
  return folder;
}

absl::StatusOr<std::unique_ptr<LogFolder>> LogFolder::OpenForReading(
    const LogFolderOptions& options) {
  FC_ASSIGN_OR_RETURN(std::unique_ptr<LogDatabase> database,
                      LogDatabase::OpenForReading(options.database));
  std::unique_ptr<LogFolder> folder(new LogFolder(options, std::move(database)));
  FC_RETURN_IF_ERROR(folder->Load());
  return folder;
}

absl::Status LogFolder::CreateOrLoad(Random& random) {
  FC_ASSIGN_OR_RETURN(const bool is_new, IsEmpty());
  if (is_new) FC_RETURN_IF_ERROR(Create(random));
  return Load();
}

absl::StatusOr<bool> LogFolder::IsEmpty() const {
  for (rocksdb::ColumnFamilyHandle* family : {database_->about(), database_->requests()}) {
    std::unique_ptr<rocksdb::Iterator> it(database_->db()->NewIterator(Carefully(), family));
    it->SeekToFirst();
    if (it->Valid()) return false;
    FC_RETURN_IF_ERROR(FromRocks(it->status(), "reading the log"));
  }
  return true;
}

absl::Status LogFolder::Create(Random& random) {
  const std::string log_id = HexEncode(random.Bytes(kLogIdLength / 2));
  const std::string beginning = EncodePoint(BeginningOf(log_id));
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : std::vector<std::pair<absl::string_view, std::string>>{
           {kFormatKey, absl::StrCat(kLogFormatVersion)},
           {kLogIdKey, log_id},
           {kTailKey, beginning},
           {kHeadKey, beginning},
           {kAcksKey, AckHistory().Encode()}}) {
    FC_RETURN_IF_ERROR(
        FromRocks(batch.Put(database_->about(), ToSlice(key), value), "making the log"));
  }
  return FromRocks(database_->db()->Write(Durably(), &batch), "making the log");
}

absl::Status LogFolder::Load() {
  FC_RETURN_IF_ERROR(CheckFormat());
  FC_ASSIGN_OR_RETURN(contents_.log_id, Get(kLogIdKey));
  if (contents_.log_id.size() != kLogIdLength || !CanonicalHexDecode(contents_.log_id)) {
    return absl::DataLossError("the log's log_id is not 32 hex digits");
  }
  FC_ASSIGN_OR_RETURN(const std::string tail, Get(kTailKey));
  FC_ASSIGN_OR_RETURN(contents_.tail, DecodePoint(tail, kTailKey));
  FC_ASSIGN_OR_RETURN(const std::string head, Get(kHeadKey));
  FC_ASSIGN_OR_RETURN(contents_.head, DecodePoint(head, kHeadKey));
  FC_ASSIGN_OR_RETURN(const std::string acks, Get(kAcksKey));
  FC_ASSIGN_OR_RETURN(contents_.acks, AckHistory::Decode(acks));
  return LoadFurtherAcks();
}

// A log has them once it had a further consumer.
absl::Status LogFolder::LoadFurtherAcks() {
  std::string acks;
  const rocksdb::Status status =
      database_->db()->Get(Carefully(), database_->about(), ToSlice(kConsumersKey), &acks);
  if (status.IsNotFound()) return absl::OkStatus();
  FC_RETURN_IF_ERROR(FromRocks(status, "reading the log's consumers"));
  FC_ASSIGN_OR_RETURN(further_acks_, DecodeFurtherAcks(acks));
  return absl::OkStatus();
}

absl::Status LogFolder::CheckFormat() const {
  FC_ASSIGN_OR_RETURN(const std::string format, Get(kFormatKey));
  uint32_t version = 0;
  if (!absl::SimpleAtoi(format, &version) || version == 0) {
    return absl::DataLossError("the log's format is not a number");
  }
  if (version == kLogFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the log in ", options_.database.path, " has format ", version,
                   ", written by a newer version; this one reads ", kLogFormatVersion));
}

absl::StatusOr<std::string> LogFolder::Get(absl::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      database_->db()->Get(Carefully(), database_->about(), ToSlice(key), &value);
  if (status.IsNotFound()) {
    return absl::DataLossError(
        absl::StrCat("the log in ", options_.database.path, " lacks its ", key));
  }
  FC_RETURN_IF_ERROR(FromRocks(status, absl::StrCat("reading the log's ", key)));
  return value;
}

absl::Status LogFolder::CheckEnds() const {
  const auto& [log_id, tail, head, acks] = contents_;
  std::unique_ptr<rocksdb::Iterator> last(
      database_->db()->NewIterator(Carefully(), database_->requests()));
  last->SeekToLast();
  FC_RETURN_IF_ERROR(FromRocks(last->status(), "reading the log's last request"));
  uint64_t next = tail.sequence;
  if (last->Valid()) {
    FC_ASSIGN_OR_RETURN(const uint64_t sequence, DecodeKey(FromSlice(last->key())));
    // What lies before the tail has been dropped, and may still be found.
    next = std::max(next, sequence + 1);
  }
  if (next == head.sequence) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the log ", log_id, " says that its next request is ",
                                          head.sequence, ", but by what it holds it is ", next));
}

absl::Status LogFolder::CheckNewest() const {
  const auto& [log_id, tail, head, acks] = contents_;
  LogPoint from = tail;
  if (head.offset - tail.offset > options_.max_open_check_bytes) {
    FC_ASSIGN_OR_RETURN(from, FindOffset(head.offset - options_.max_open_check_bytes, tail, head));
  }
  return Check(from, head);
}

uint64_t LogFolder::MemoryBytes() const {
  uint64_t sum = 0;
  for (const std::string& part :
       {rocksdb::DB::Properties::kSizeAllMemTables, rocksdb::DB::Properties::kBlockCacheUsage,
        rocksdb::DB::Properties::kEstimateTableReadersMem}) {
    uint64_t bytes = 0;
    // Of all column families; none of them shares its cache.
    if (database_->db()->GetAggregatedIntProperty(part, &bytes)) sum += bytes;
  }
  return sum;
}

uint64_t LogFolder::PendingBytes() const {
  uint64_t bytes = 0;
  // Fails only for a property that there is not.
  database_->db()->GetAggregatedIntProperty(rocksdb::DB::Properties::kSizeAllMemTables, &bytes);
  return bytes + kManifestBytes;
}

absl::Status LogFolder::WriteTables() {
  return FromRocks(
      database_->db()->Flush(rocksdb::FlushOptions(), {database_->about(), database_->requests()}),
      "writing the log's tables");
}

absl::Status LogFolder::Append(const LogPoint& from, const std::vector<std::string>& values,
                               const LogPoint& to) {
  rocksdb::WriteBatch batch;
  uint64_t sequence = from.sequence;
  for (const std::string& value : values) {
    FC_RETURN_IF_ERROR(FromRocks(batch.Put(database_->requests(), EncodeKey(sequence), value),
                                 "writing to the log"));
    ++sequence;
  }
  FC_RETURN_IF_ERROR(FromRocks(batch.Put(database_->about(), ToSlice(kHeadKey), EncodePoint(to)),
                               "writing to the log"));
  return FromRocks(database_->db()->Write(Durably(), &batch), "writing to the log");
}

absl::Status LogFolder::Trim(const LogPoint& to) {
  FC_RETURN_IF_ERROR(FromRocks(
      database_->db()->Put(Durably(), database_->about(), ToSlice(kTailKey), EncodePoint(to)),
      "trimming the log"));
  // Only now that the new tail is durable: this takes whole tables away at once. What of others
  // lies before the tail stays until the rest of them does, too. To delete it would leave marks
  // that overlap with older tables, and RocksDB would write whole tables anew for them, which takes
  // time, and space on a disk that may be short of it.
  const std::string end = EncodeKey(to.sequence);
  const rocksdb::Slice end_slice = end;
  return FromRocks(
      rocksdb::DeleteFilesInRange(database_->db(), database_->requests(), /*begin=*/nullptr,
                                  &end_slice, /*include_end=*/false),
      "trimming the log's files");
}

absl::Status LogFolder::WriteAcks(const AckHistory& acks) {
  return FromRocks(
      database_->db()->Put(Durably(), database_->about(), ToSlice(kAcksKey), acks.Encode()),
      "writing the log's acks");
}

absl::Status LogFolder::WriteFurtherAcks(const FurtherAcks& acks) {
  return FromRocks(database_->db()->Put(Durably(), database_->about(), ToSlice(kConsumersKey),
                                        EncodeFurtherAcks(acks)),
                   "writing the log's consumers");
}

absl::StatusOr<LogPoint> LogFolder::EndOf(uint64_t sequence) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database_->db()->Get(Carefully(), database_->requests(), EncodeKey(sequence), &value);
  if (status.IsNotFound()) {
    return absl::DataLossError(absl::StrCat("request ", sequence, " of the log: it is missing"));
  }
  FC_RETURN_IF_ERROR(FromRocks(status, absl::StrCat("reading request ", sequence, " of the log")));
  FC_ASSIGN_OR_RETURN(const RecordView record, ParseRecord(sequence, FromSlice(value)));
  return record.End();
}

absl::StatusOr<LogPoint> LogFolder::FindOffset(uint64_t offset, const LogPoint& tail,
                                               const LogPoint& head) const {
  LogPoint before = tail;
  LogPoint after = head;
  // `before` begins before the offset, `after` does not.
  if (tail.offset >= offset) return tail;
  if (head.offset <= offset) return head;
  while (after.sequence - before.sequence > 1) {
    const uint64_t middle = before.sequence + (after.sequence - before.sequence) / 2;
    FC_ASSIGN_OR_RETURN(const LogPoint point, EndOf(middle - 1));
    (point.offset < offset ? before : after) = point;
  }
  return after;
}

absl::Status LogFolder::Scan(uint64_t from, uint64_t to, const Visit& visit) const {
  const std::string begin = EncodeKey(from);
  const std::string end = EncodeKey(to);
  const rocksdb::Slice upper_bound = end;
  rocksdb::ReadOptions options = Carefully();
  options.iterate_upper_bound = &upper_bound;
  options.fill_cache = false;
  std::unique_ptr<rocksdb::Iterator> it(
      database_->db()->NewIterator(options, database_->requests()));
  for (it->Seek(begin); it->Valid(); it->Next()) {
    FC_ASSIGN_OR_RETURN(const uint64_t sequence, DecodeKey(FromSlice(it->key())));
    FC_ASSIGN_OR_RETURN(const RecordView record, ParseRecord(sequence, FromSlice(it->value())));
    FC_RETURN_IF_ERROR(visit(record));
  }
  return FromRocks(it->status(), "reading the log");
}

absl::Status LogFolder::Check(const LogPoint& from, const LogPoint& to) const {
  LogPoint point = from;
  FC_RETURN_IF_ERROR(
      Scan(from.sequence, to.sequence, [&point](const RecordView& record) -> absl::Status {
        FC_RETURN_IF_ERROR(CheckStandsAt(record, point));
        point = record.End();
        return absl::OkStatus();
      }));
  if (point == to) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "the log's requests end before ", point.sequence, " at offset ", point.offset,
      ", and should end before ", to.sequence, " at offset ", to.offset, " with the same chain"));
}

absl::Status LogFolder::CheckAll() const {
  FC_RETURN_IF_ERROR(CheckEnds());
  return Check(contents_.tail, contents_.head);
}

}  // namespace fluxcascade::edge
