// The files of a quarantine: records, those that were written together in one file. Nothing is
// synced: what a power cut takes is gone.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_FOLDER_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/net/unique_fd.h"
#include "edge/quarantine/quarantine_item.h"

namespace fluxcascade::edge {

// A record begins at a block, whose number is its own, and takes whole blocks; the next begins
// behind them. For one thread. Errors name the path.
class QuarantineFolder {
 public:
  static constexpr uint64_t kBlockBytes = 4096;
  static constexpr uint64_t kMaxFileBytes = uint64_t{16} << 20;

  struct Record {
    uint64_t number = 0;
    // As it was given to Write, unless something has damaged it.
    std::string bytes;
  };

  // Makes the folder, for its owner alone, if it is missing. kFailedPrecondition: another process
  // has it, or it is no folder.
  static absl::StatusOr<std::unique_ptr<QuarantineFolder>> Open(const std::string& path);

  // What a record of `size` bytes takes on the disk.
  static constexpr uint64_t OnDisk(uint64_t size) {
    return (kFrameBytes + size + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  }

  // Of the files that were there, in rising order, by their first blocks. Files of other names are
  // none of ours.
  absl::StatusOr<std::vector<uint64_t>> Files() const;
  // The file's records, which can be read and removed from then on; kDataLoss: it has none, or
  // begins within the one before. Each file once, in rising order, before anything else.
  absl::StatusOr<std::vector<Record>> Load(uint64_t file);
  // Without a look into it. OK, too, when there is no such file.
  absl::Status RemoveFile(uint64_t file);
  // Above the numbers of all blocks that were written or loaded.
  uint64_t next_number() const { return next_number_; }

  // Together in a file of their own, the first of them as number `first`, which is at least
  // next_number, the others behind it; at most kMaxFileBytes on the disk. After an error nothing of
  // it is left, if that can be; the numbers are used up anyhow.
  absl::Status Write(uint64_t first, absl::Span<const std::string> records);
  absl::StatusOr<std::string> Read(const QuarantineItem& item) const;
  // In any order, each once. Their blocks go back to the disk; a file goes with its last record.
  absl::Status Remove(std::vector<QuarantineItem> items);

  // On its disk, for whoever is not root.
  absl::StatusOr<uint64_t> FreeBytes() const;

 private:
  // Before a record: a mark, and its size.
  static constexpr uint64_t kFrameBytes = 8;

  struct File {
    uint64_t end = 0;
    // Of the records that are still in it.
    uint64_t blocks = 0;
  };
  using FileMap = std::map<uint64_t, File>;

  QuarantineFolder(std::string path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  static std::string Framed(absl::string_view record);
  static std::vector<Record> RecordsIn(uint64_t file, absl::string_view bytes);

  std::string PathOf(uint64_t file) const;
  // End: it is in none.
  FileMap::const_iterator FileOf(uint64_t number) const;
  // `items` are of this file, in rising order.
  absl::Status RemoveFrom(FileMap::iterator file, absl::Span<const QuarantineItem> items);
  absl::Status PunchOut(uint64_t file, absl::Span<const QuarantineItem> items) const;

  const std::string path_;
  // Of the folder itself; held for as long as it is open.
  const UniqueFd lock_;
  // By their first blocks.
  FileMap files_;
  uint64_t next_number_ = 1;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_FOLDER_H_
