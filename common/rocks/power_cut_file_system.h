// A file system for tests that forgets, when the power is cut, what was not synced: the ends of
// files, and what was made, renamed or deleted in folders.
#ifndef FLUXCASCADE_COMMON_ROCKS_POWER_CUT_FILE_SYSTEM_H_
#define FLUXCASCADE_COMMON_ROCKS_POWER_CUT_FILE_SYSTEM_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/mutex/mutex.h"
#include "common/rocks/unsynced_bytes.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {

// Thread-safe. The files live in memory.
class PowerCutFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  // What a sync of a write-ahead file does.
  enum class Sync { kWorks, kFails, kLies };

  explicit PowerCutFileSystem(uint64_t seed);

  // The power fails during the nth change from now: an append writes a part, anything else nothing.
  // Every later change fails. 0: now.
  void CutPowerAfter(uint64_t changes);
  bool off() const;
  void SetSync(Sync sync);

  // Makes a folder that is there after every power cut.
  void MakeFolder(const std::string& path);

  // What is found when the power is back: of each file what was synced, and of the rest what
  // `unsynced` says; of the changes to folders, which a journal keeps in order, the first few
  // (kGone: none).
  std::shared_ptr<PowerCutFileSystem> AfterPowerCut(uint64_t seed, Unsynced unsynced) const;

  const char* Name() const override { return "PowerCutFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDir(const std::string& path, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& path, const rocksdb::IOOptions& options,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class Folder;

  // What a file holds, whatever its name.
  struct Content {
    std::string bytes;
    size_t synced = 0;
    // What is written over durable zeros has so many of them from its beginning on.
    size_t zeros = 0;
  };
  // A folder's change that is not durable yet: `path` now means `content`, or nothing.
  struct Change {
    std::string path;
    std::shared_ptr<Content> content;
    bool is_folder = false;
  };
  using Names = std::map<std::string, std::shared_ptr<Content>>;

  // OK while there is power; the change then counts.
  rocksdb::IOStatus CountChange();
  // How much of an append of that size still reaches the file.
  size_t CountAppend(size_t size);
  rocksdb::IOStatus SyncContent(const std::string& path, Content& content);
  void SyncFolder(const std::string& path);
  void Rename(const std::string& path, std::shared_ptr<Content> content) FC_REQUIRES(mutex_);
  std::shared_ptr<Content> NewContent(const std::string& path);
  // Where an end lies that was torn off at `end`, behind `whole`. Among zeros, where the file's
  // length tells nothing, what is there is whole sectors.
  static size_t TornEndOf(const Content& content, size_t whole, size_t end);
  static void Apply(const Change& change, Names& names, std::set<std::string>& folders);
  void Restore(const std::string& path, const std::string& bytes);

  mutable Mutex mutex_;
  std::mt19937_64 random_ FC_GUARDED_BY(mutex_);
  uint64_t changes_left_ FC_GUARDED_BY(mutex_) = ~uint64_t{0};
  bool off_ FC_GUARDED_BY(mutex_) = false;
  Sync sync_ FC_GUARDED_BY(mutex_) = Sync::kWorks;
  // As programs see them.
  Names names_ FC_GUARDED_BY(mutex_);
  // As they are found after a power cut, plus some of the pending changes.
  Names durable_names_ FC_GUARDED_BY(mutex_);
  std::set<std::string> durable_folders_ FC_GUARDED_BY(mutex_);
  std::vector<Change> pending_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_POWER_CUT_FILE_SYSTEM_H_
