#include "common/rocks/synced_edits_file_system.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "rocksdb/file_system.h"
#include "rocksdb/io_status.h"

namespace fluxcascade {
namespace {

using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class Manifest final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  explicit Manifest(std::unique_ptr<FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = SyncLastEdit(options, debug);
    if (status.ok()) status = target()->Append(data, options, debug);
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    IOStatus status = SyncLastEdit(options, debug);
    if (status.ok()) status = target()->Append(data, options, verification, debug);
    return status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    has_unsynced_ = false;
    return target()->Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    has_unsynced_ = false;
    return target()->Fsync(options, debug);
  }

 private:
  // What is appended next is unsynced, whether there was something or not.
  IOStatus SyncLastEdit(const IOOptions& options, IODebugContext* debug) {
    return std::exchange(has_unsynced_, true) ? target()->Sync(options, debug) : IOStatus::OK();
  }

  bool has_unsynced_ = false;
};

}  // namespace

SyncedEditsFileSystem::SyncedEditsFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base)
    : FileSystemWrapper(base) {}

IOStatus SyncedEditsFileSystem::NewWritableFile(const std::string& path,
                                                const rocksdb::FileOptions& options,
                                                std::unique_ptr<FSWritableFile>* file,
                                                IODebugContext* debug) {
  IOStatus status = target()->NewWritableFile(path, options, file, debug);
  if (status.ok() && absl::StrContains(path, "/MANIFEST-")) {
    *file = std::make_unique<Manifest>(std::move(*file));
  }
  return status;
}

}  // namespace fluxcascade
