#include "common/rocks/power_cut_file_system.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/check/check.h"
#include "common/mutex/mutex.h"
#include "common/rocks/unsynced_bytes.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr size_t kSectorBytes = 512;

std::shared_ptr<rocksdb::FileSystem> NewMemoryFileSystem() {
  // The file system outlives the Env that it came with.
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  return env->GetFileSystem();
}

std::string WithoutTrailingSlash(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

std::string ParentOf(const std::string& path) {
  const size_t slash = WithoutTrailingSlash(path).find_last_of('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsWriteAheadFile(const std::string& path) {
  return path.size() > 4 && path.compare(path.size() - 4, 4, ".log") == 0;
}

}  // namespace

// Writes to the file that programs see, and notes what of it is durable.
class PowerCutFileSystem::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(PowerCutFileSystem& fs, std::string path, std::shared_ptr<Content> content,
       std::unique_ptr<FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)),
        fs_(fs),
        path_(std::move(path)),
        content_(std::move(content)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const size_t size = WholeSectors(fs_.CountAppend(data.size()), data.size());
    const Slice part(data.data(), size);
    IOStatus status = target()->Append(part, options, debug);
    if (!status.ok()) return status;
    MutexLock lock(fs_.mutex_);
    content_->bytes.append(part.data(), part.size());
    if (size < data.size() || fs_.off_) return IOStatus::IOError("the power is off");
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.CountChange();
    if (!status.ok()) return status;
    status = target()->Truncate(size, options, debug);
    MutexLock lock(fs_.mutex_);
    content_->bytes.resize(size);
    content_->synced = std::min<size_t>(content_->synced, size);
    content_->zeros = std::min<size_t>(content_->zeros, size);
    return status;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return fs_.SyncContent(path_, *content_);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  // A hint only.
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  // How much of an append that was cut at `size` is there.
  size_t WholeSectors(size_t size, size_t whole) const {
    MutexLock lock(fs_.mutex_);
    const size_t before = content_->bytes.size();
    return size == whole ? size : TornEndOf(*content_, before, before + size) - before;
  }

  PowerCutFileSystem& fs_;
  const std::string path_;
  const std::shared_ptr<Content> content_;
};

class PowerCutFileSystem::Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(PowerCutFileSystem& fs, std::string path, std::unique_ptr<FSDirectory> folder)
      : FSDirectoryWrapper(std::move(folder)), fs_(fs), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    IOStatus status = fs_.CountChange();
    if (status.ok()) fs_.SyncFolder(path_);
    return status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  PowerCutFileSystem& fs_;
  const std::string path_;
};

PowerCutFileSystem::PowerCutFileSystem(uint64_t seed)
    : FileSystemWrapper(NewMemoryFileSystem()), random_(seed) {}

void PowerCutFileSystem::CutPowerAfter(uint64_t changes) {
  MutexLock lock(mutex_);
  changes_left_ = changes;
  if (changes == 0) off_ = true;
}

bool PowerCutFileSystem::off() const {
  MutexLock lock(mutex_);
  return off_;
}

void PowerCutFileSystem::SetSync(Sync sync) {
  MutexLock lock(mutex_);
  sync_ = sync;
}

IOStatus PowerCutFileSystem::CountChange() {
  MutexLock lock(mutex_);
  if (!off_ && --changes_left_ == 0) off_ = true;
  return off_ ? IOStatus::IOError("the power is off") : IOStatus::OK();
}

size_t PowerCutFileSystem::CountAppend(size_t size) {
  MutexLock lock(mutex_);
  if (off_) return 0;
  if (--changes_left_ > 0) return size;
  off_ = true;
  return size == 0 ? 0 : random_() % size;
}

IOStatus PowerCutFileSystem::SyncContent(const std::string& path, Content& content) {
  IOStatus status = CountChange();
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  if (IsWriteAheadFile(path) && sync_ != Sync::kWorks) {
    return sync_ == Sync::kLies ? IOStatus::OK() : IOStatus::IOError("the sync failed");
  }
  content.synced = content.bytes.size();
  return status;
}

void PowerCutFileSystem::SyncFolder(const std::string& path) {
  MutexLock lock(mutex_);
  std::vector<Change> others;
  for (Change& change : pending_) {
    if (ParentOf(change.path) == WithoutTrailingSlash(path)) {
      Apply(change, durable_names_, durable_folders_);
    } else {
      others.push_back(std::move(change));
    }
  }
  pending_ = std::move(others);
}

void PowerCutFileSystem::Apply(const Change& change, Names& names, std::set<std::string>& folders) {
  if (change.is_folder) {
    folders.insert(change.path);
  } else if (change.content != nullptr) {
    names[change.path] = change.content;
  } else {
    names.erase(change.path);
  }
}

void PowerCutFileSystem::Rename(const std::string& path, std::shared_ptr<Content> content) {
  if (content != nullptr) {
    names_[path] = content;
  } else {
    names_.erase(path);
  }
  pending_.push_back({.path = path, .content = std::move(content)});
}

std::shared_ptr<PowerCutFileSystem::Content> PowerCutFileSystem::NewContent(
    const std::string& path) {
  MutexLock lock(mutex_);
  auto content = std::make_shared<Content>();
  Rename(path, content);
  return content;
}

IOStatus PowerCutFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<FSWritableFile>* file,
                                             IODebugContext* debug) {
  IOStatus status = CountChange();
  if (!status.ok()) return status;
  std::unique_ptr<FSWritableFile> seen;
  status = target()->NewWritableFile(path, options, &seen, debug);
  if (!status.ok()) return status;
  *file = std::make_unique<File>(*this, path, NewContent(path), std::move(seen));
  return status;
}

IOStatus PowerCutFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                                std::unique_ptr<FSWritableFile>* file,
                                                IODebugContext* debug) {
  if (off()) return IOStatus::IOError("the power is off");
  std::shared_ptr<Content> content;
  {
    MutexLock lock(mutex_);
    const auto found = names_.find(path);
    if (found == names_.end()) return IOStatus::PathNotFound(path);
    content = found->second;
  }
  std::unique_ptr<FSWritableFile> seen;
  IOStatus status = target()->ReopenWritableFile(path, options, &seen, debug);
  if (status.ok()) *file = std::make_unique<File>(*this, path, std::move(content), std::move(seen));
  return status;
}

IOStatus PowerCutFileSystem::ReuseWritableFile(const std::string& path, const std::string& old_path,
                                               const FileOptions& options,
                                               std::unique_ptr<FSWritableFile>* file,
                                               IODebugContext* debug) {
  IOStatus status = CountChange();
  if (!status.ok()) return status;
  std::unique_ptr<FSWritableFile> seen;
  status = target()->ReuseWritableFile(path, old_path, options, &seen, debug);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  const std::shared_ptr<Content> content = names_.at(old_path);
  // Only zeros are written over here.
  FC_CHECK(content->bytes.find_first_not_of('\0') == std::string::npos);
  *content = {.bytes = "", .synced = 0, .zeros = content->synced};
  Rename(path, content);
  Rename(old_path, nullptr);
  *file = std::make_unique<File>(*this, path, content, std::move(seen));
  return status;
}

IOStatus PowerCutFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                          std::unique_ptr<FSDirectory>* folder,
                                          IODebugContext* debug) {
  std::unique_ptr<FSDirectory> seen;
  IOStatus status = target()->NewDirectory(path, options, &seen, debug);
  if (status.ok()) *folder = std::make_unique<Folder>(*this, path, std::move(seen));
  return status;
}

IOStatus PowerCutFileSystem::CreateDir(const std::string& path, const IOOptions& options,
                                       IODebugContext* debug) {
  IOStatus status = CountChange();
  if (!status.ok()) return status;
  status = target()->CreateDir(path, options, debug);
  MutexLock lock(mutex_);
  if (status.ok()) {
    pending_.push_back({.path = WithoutTrailingSlash(path), .content = nullptr, .is_folder = true});
  }
  return status;
}

IOStatus PowerCutFileSystem::CreateDirIfMissing(const std::string& path, const IOOptions& options,
                                                IODebugContext* debug) {
  if (FileExists(path, options, debug).ok()) return IOStatus::OK();
  return CreateDir(path, options, debug);
}

IOStatus PowerCutFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                        IODebugContext* debug) {
  IOStatus status = CountChange();
  if (!status.ok()) return status;
  status = target()->DeleteFile(path, options, debug);
  MutexLock lock(mutex_);
  if (status.ok()) Rename(path, nullptr);
  return status;
}

IOStatus PowerCutFileSystem::RenameFile(const std::string& from, const std::string& to,
                                        const IOOptions& options, IODebugContext* debug) {
  IOStatus status = CountChange();
  if (!status.ok()) return status;
  status = target()->RenameFile(from, to, options, debug);
  MutexLock lock(mutex_);
  const auto found = names_.find(from);
  if (status.ok() && found != names_.end()) {
    const std::shared_ptr<Content> content = found->second;
    Rename(to, content);
    Rename(from, nullptr);
  }
  return status;
}

IOStatus PowerCutFileSystem::LinkFile(const std::string&, const std::string&, const IOOptions&,
                                      IODebugContext*) {
  return IOStatus::NotSupported("links are not made");
}

size_t PowerCutFileSystem::TornEndOf(const Content& content, size_t whole, size_t end) {
  return end <= content.zeros ? std::max(whole, end / kSectorBytes * kSectorBytes) : end;
}

void PowerCutFileSystem::MakeFolder(const std::string& path) {
  FC_CHECK(target()->CreateDirIfMissing(path, IOOptions(), nullptr).ok());
  MutexLock lock(mutex_);
  durable_folders_.insert(path);
}

void PowerCutFileSystem::Restore(const std::string& path, const std::string& bytes) {
  FC_CHECK(rocksdb::WriteStringToFile(target(), bytes, path, /*should_sync=*/true).ok());
  MutexLock lock(mutex_);
  const auto content = std::make_shared<Content>(Content{bytes, bytes.size()});
  names_[path] = content;
  durable_names_[path] = content;
}

std::shared_ptr<PowerCutFileSystem> PowerCutFileSystem::AfterPowerCut(uint64_t seed,
                                                                      Unsynced unsynced) const {
  auto after = std::make_shared<PowerCutFileSystem>(seed);
  std::mt19937_64 random(seed);
  MutexLock lock(mutex_);
  Names names = durable_names_;
  std::set<std::string> folders = durable_folders_;
  const size_t changes = unsynced == Unsynced::kGone ? 0 : random() % (pending_.size() + 1);
  for (size_t i = 0; i < changes; ++i) Apply(pending_[i], names, folders);

  for (const std::string& folder : folders) {
    if (folders.count(ParentOf(folder)) > 0 || ParentOf(folder) == "/") after->MakeFolder(folder);
  }
  for (const auto& [path, content] : names) {
    if (folders.count(ParentOf(path)) == 0) continue;
    std::string found = FoundAfterPowerCut(content->bytes, content->synced, unsynced, random);
    if (found.size() < content->bytes.size()) {
      found.resize(TornEndOf(*content, content->synced, found.size()));
    }
    if (found.size() < content->zeros) found.resize(content->zeros, '\0');
    after->Restore(path, found);
  }
  return after;
}

}  // namespace fluxcascade
