#include "common/rocks/faulty_file_system.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/mutex/mutex.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSRandomAccessFile;
using rocksdb::FSSequentialFile;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// As RocksDB's own file system says it.
IOStatus Failed(Fault fault, const std::string& path) {
  if (fault != Fault::kNoSpace) return IOStatus::IOError("the disk fails", path);
  IOStatus status = IOStatus::NoSpace("no space left on the disk", path);
  status.SetRetryable(true);
  return status;
}

bool EndsWith(const std::string& path, const std::string& suffix) {
  return path.size() >= suffix.size() &&
         path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0;
}

}  // namespace

class FaultyFileSystem::SequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  SequentialFile(FaultyFileSystem& fs, std::string path, std::unique_ptr<FSSequentialFile> file)
      : FSSequentialFileOwnerWrapper(std::move(file)), fs_(fs), path_(std::move(path)) {}

  IOStatus Read(size_t size, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    IOStatus status = fs_.Try(Fault::kRead, path_);
    return status.ok() ? target()->Read(size, options, result, scratch, debug) : status;
  }

 private:
  FaultyFileSystem& fs_;
  const std::string path_;
};

class FaultyFileSystem::RandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomAccessFile(FaultyFileSystem& fs, std::string path, std::unique_ptr<FSRandomAccessFile> file)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), fs_(fs), path_(std::move(path)) {}

  IOStatus Read(uint64_t offset, size_t size, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    IOStatus status = fs_.Try(Fault::kRead, path_);
    return status.ok() ? target()->Read(offset, size, options, result, scratch, debug) : status;
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    return FSRandomAccessFile::MultiRead(requests, count, options, debug);
  }

 private:
  FaultyFileSystem& fs_;
  const std::string path_;
};

class FaultyFileSystem::WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(FaultyFileSystem& fs, std::string path, std::unique_ptr<FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), fs_(fs), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.TryAppend(path_);
    if (status.ok()) return target()->Append(data, options, debug);
    const IOStatus part = target()->Append(Slice(data.data(), data.size() / 2), options, debug);
    return part.ok() ? status : part;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.Try(Fault::kSync, path_);
    return status.ok() ? target()->Sync(options, debug) : status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.Try(Fault::kSync, path_);
    return status.ok() ? target()->Fsync(options, debug) : status;
  }

 private:
  FaultyFileSystem& fs_;
  const std::string path_;
};

class FaultyFileSystem::Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(FaultyFileSystem& fs, std::unique_ptr<FSDirectory> folder)
      : FSDirectoryWrapper(std::move(folder)), fs_(fs) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.Try(Fault::kSync, "");
    return status.ok() ? FSDirectoryWrapper::Fsync(options, debug) : status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& why) override {
    IOStatus status = fs_.Try(Fault::kSync, "");
    return status.ok() ? FSDirectoryWrapper::FsyncWithDirOptions(options, debug, why) : status;
  }

 private:
  FaultyFileSystem& fs_;
};

FaultyFileSystem::FaultyFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target)
    : FileSystemWrapper(target) {}

void FaultyFileSystem::Break(FaultScript script) {
  MutexLock lock(mutex_);
  broken_ = true;
  script_ = std::move(script);
}

void FaultyFileSystem::Heal() {
  MutexLock lock(mutex_);
  broken_ = false;
}

void FaultyFileSystem::SetFreeSpace(std::optional<uint64_t> bytes) {
  MutexLock lock(mutex_);
  free_space_ = bytes;
}

IOStatus FaultyFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options,
                                        uint64_t* free, IODebugContext* debug) {
  MutexLock lock(mutex_);
  if (!free_space_.has_value()) return target()->GetFreeSpace(path, options, free, debug);
  *free = *free_space_;
  return IOStatus::OK();
}

uint64_t FaultyFileSystem::failures() const {
  MutexLock lock(mutex_);
  return failures_;
}

IOStatus FaultyFileSystem::Try(Fault fault, const std::string& path) {
  MutexLock lock(mutex_);
  if (!broken_ || script_.fault != fault || !EndsWith(path, script_.suffix)) return IOStatus::OK();
  if (script_.after > 0) {
    --script_.after;
    return IOStatus::OK();
  }
  if (script_.times == 0) return IOStatus::OK();
  --script_.times;
  ++failures_;
  return Failed(fault, path);
}

IOStatus FaultyFileSystem::TryAppend(const std::string& path) {
  IOStatus status = Try(Fault::kNoSpace, path);
  return status.ok() ? Try(Fault::kAppend, path) : status;
}

IOStatus FaultyFileSystem::NewSequentialFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<FSSequentialFile>* file,
                                             IODebugContext* debug) {
  IOStatus status = target()->NewSequentialFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<SequentialFile>(*this, path, std::move(*file));
  return status;
}

IOStatus FaultyFileSystem::NewRandomAccessFile(const std::string& path, const FileOptions& options,
                                               std::unique_ptr<FSRandomAccessFile>* file,
                                               IODebugContext* debug) {
  IOStatus status = target()->NewRandomAccessFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<RandomAccessFile>(*this, path, std::move(*file));
  return status;
}

IOStatus FaultyFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                           std::unique_ptr<FSWritableFile>* file,
                                           IODebugContext* debug) {
  IOStatus status = Try(Fault::kNoSpace, path);
  if (status.ok()) status = target()->NewWritableFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<WritableFile>(*this, path, std::move(*file));
  return status;
}

IOStatus FaultyFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                              std::unique_ptr<FSWritableFile>* file,
                                              IODebugContext* debug) {
  IOStatus status = target()->ReopenWritableFile(path, options, file, debug);
  if (status.ok()) *file = std::make_unique<WritableFile>(*this, path, std::move(*file));
  return status;
}

IOStatus FaultyFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                        std::unique_ptr<FSDirectory>* folder,
                                        IODebugContext* debug) {
  IOStatus status = target()->NewDirectory(path, options, folder, debug);
  if (status.ok()) *folder = std::make_unique<Folder>(*this, std::move(*folder));
  return status;
}

}  // namespace fluxcascade
