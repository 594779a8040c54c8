// A file system for tests that fails when it is told to: a full disk, writes, syncs and reads that
// end in errors.
#ifndef FLUXCASCADE_COMMON_ROCKS_FAULTY_FILE_SYSTEM_H_
#define FLUXCASCADE_COMMON_ROCKS_FAULTY_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/mutex/mutex.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {

enum class Fault {
  // ENOSPC: no file is made, and of what is appended a part is there.
  kNoSpace,
  // EIO from an append, of which a part is there.
  kAppend,
  // EIO from the sync of a file or folder.
  kSync,
  // EIO from a read.
  kRead,
};

// Which operations fail.
struct FaultScript {
  Fault fault = Fault::kAppend;
  // On files whose names end so; empty: on all, and on folders.
  std::string suffix;
  // So many go well first …
  uint64_t after = 0;
  // … then so many fail.
  uint64_t times = ~uint64_t{0};
};

// Thread-safe. What works is done by the file system below.
class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target);

  // From now on, instead of any script before.
  void Break(FaultScript script);
  void Heal();
  // Whatever is written, so much is said to be free; nothing: as the file system below says.
  void SetFreeSpace(std::optional<uint64_t> bytes);
  // Operations that failed so far.
  uint64_t failures() const;

  const char* Name() const override { return "FaultyFileSystem"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 uint64_t* free, rocksdb::IODebugContext* debug) override;

 private:
  class SequentialFile;
  class RandomAccessFile;
  class WritableFile;
  class Folder;

  // What becomes of one operation that the fault could hit.
  rocksdb::IOStatus Try(Fault fault, const std::string& path);
  // Of an append: either of the two that it could meet.
  rocksdb::IOStatus TryAppend(const std::string& path);

  mutable Mutex mutex_;
  bool broken_ FC_GUARDED_BY(mutex_) = false;
  FaultScript script_ FC_GUARDED_BY(mutex_);
  uint64_t failures_ FC_GUARDED_BY(mutex_) = 0;
  std::optional<uint64_t> free_space_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_FAULTY_FILE_SYSTEM_H_
