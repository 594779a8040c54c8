// A file system on which no two of a RocksDB manifest's edits share a sync. A power cut then tears
// the last edit alone, and can be told from damage (torn_end.h); of edits that share one it may
// take a sector of the first and leave the second whole.
#ifndef FLUXCASCADE_COMMON_ROCKS_SYNCED_EDITS_FILE_SYSTEM_H_
#define FLUXCASCADE_COMMON_ROCKS_SYNCED_EDITS_FILE_SYSTEM_H_

#include <memory>
#include <string>

#include "rocksdb/file_system.h"
#include "rocksdb/io_status.h"

namespace fluxcascade {

// As safe as the file system below. RocksDB appends each edit at once (log::Writer::AddRecord
// flushes its buffer); before one is appended, the one before is synced. Edits are rare: where they
// share a sync, as when column families are flushed together, it costs one more.
class SyncedEditsFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit SyncedEditsFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base);

  const char* Name() const override { return "SyncedEditsFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_SYNCED_EDITS_FILE_SYSTEM_H_
