// A file system on which RocksDB's write-ahead files are written over zeros that are on the disk
// already. A sync then writes data and nothing about the file: where the disk's cache must be
// flushed for each change of a file's length, it takes a third of the time.
#ifndef FLUXCASCADE_COMMON_ROCKS_ZEROS_AHEAD_FILE_SYSTEM_H_
#define FLUXCASCADE_COMMON_ROCKS_ZEROS_AHEAD_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "common/mutex/mutex.h"
#include "rocksdb/file_system.h"
#include "rocksdb/io_status.h"

namespace fluxcascade {

// Thread-safe.
//
// One file of zeros is kept ready, in the database's folder; a new write-ahead file begins as that
// one, by another name, and the next is made by a thread of its own. What goes beyond its end grows
// as files do; what is left of the zeros goes when RocksDB closes the file. After a crash they are
// still there, and a torn write lies before zeros instead of the file's end, which RocksDB takes
// for damage: such an end must be cut off (PrepareDatabaseFolder) before the database is opened.
//
// Where there is no file ready (the disk is nearly full, or it was too slow), write-ahead files are
// made as ever: nothing fails for want of zeros. A lock of its own keeps a second process, which
// has not found yet that the database is open, from writing zeros into a file that is in use.
class ZerosAheadFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  // No zeros are written unless the disk has this many times their size free.
  static constexpr uint64_t kLeastFree = 4;
  static constexpr char kReadyFile[] = "zeros.ready";
  static constexpr char kLockFile[] = "zeros.lock";

  // `folder` is the database's, and is there.
  ZerosAheadFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base, std::string folder,
                       uint64_t bytes);
  // Leaves no file behind. The database is closed by now.
  ~ZerosAheadFileSystem() override;

  // Until a file is ready, or cannot be made.
  void WaitUntilReady();

  const char* Name() const override { return "ZerosAheadFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;

 private:
  // kTaken: between the two names.
  enum class State { kWanted, kReady, kTaken, kFailed };

  void Run();
  // Makes the file, durably.
  rocksdb::IOStatus WriteZeros();
  // With so much of the file there already.
  bool HasRoom(uint64_t written);
  bool TakeReady();
  void SetState(State state);

  const std::string folder_;
  const std::string ready_path_;
  const uint64_t bytes_;
  // Null: another has it, and no zeros are written.
  rocksdb::FileLock* lock_ = nullptr;

  Mutex mutex_;
  CondVar changed_;
  State state_ FC_GUARDED_BY(mutex_) = State::kWanted;
  bool ending_ FC_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_ZEROS_AHEAD_FILE_SYSTEM_H_
