#include "common/rocks/zeros_ahead_file_system.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// Each is synced by itself, so that the syncs of the write-ahead file that is in use, which wait
// for the same disk, never wait for much.
constexpr uint64_t kPieceBytes = uint64_t{1} << 20;

}  // namespace

ZerosAheadFileSystem::ZerosAheadFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base,
                                           std::string folder, uint64_t bytes)
    : FileSystemWrapper(base),
      folder_(std::move(folder)),
      ready_path_(absl::StrCat(folder_, "/", kReadyFile)),
      bytes_(bytes) {
  const std::string lock_path = absl::StrCat(folder_, "/", kLockFile);
  if (target()->LockFile(lock_path, IOOptions(), &lock_, nullptr).ok()) {
    thread_ = std::thread([this] { Run(); });
  } else {
    lock_ = nullptr;
    SetState(State::kFailed);
  }
}

ZerosAheadFileSystem::~ZerosAheadFileSystem() {
  if (lock_ == nullptr) return;
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
  static_cast<void>(target()->DeleteFile(ready_path_, IOOptions(), nullptr));
  static_cast<void>(target()->UnlockFile(lock_, IOOptions(), nullptr));
}

void ZerosAheadFileSystem::WaitUntilReady() {
  MutexLock lock(mutex_);
  while (state_ == State::kWanted) changed_.Wait(mutex_);
}

IOStatus ZerosAheadFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                               std::unique_ptr<FSWritableFile>* file,
                                               IODebugContext* debug) {
  if (absl::EndsWith(path, ".log") && TakeReady()) {
    IOStatus reused = target()->ReuseWritableFile(path, ready_path_, options, file, debug);
    SetState(State::kWanted);
    if (reused.ok()) return reused;
  }
  return target()->NewWritableFile(path, options, file, debug);
}

bool ZerosAheadFileSystem::TakeReady() {
  MutexLock lock(mutex_);
  const State before = state_;
  if (before == State::kReady) state_ = State::kTaken;
  // There may be room by now.
  if (before == State::kFailed && lock_ != nullptr) state_ = State::kWanted;
  changed_.NotifyAll();
  return before == State::kReady;
}

void ZerosAheadFileSystem::SetState(State state) {
  MutexLock lock(mutex_);
  state_ = state;
  changed_.NotifyAll();
}

void ZerosAheadFileSystem::Run() {
  MutexLock lock(mutex_);
  while (!ending_) {
    if (state_ != State::kWanted) {
      changed_.Wait(mutex_);
      continue;
    }
    mutex_.Unlock();
    const bool made = HasRoom(/*written=*/0) && WriteZeros().ok();
    if (!made) static_cast<void>(target()->DeleteFile(ready_path_, IOOptions(), nullptr));
    mutex_.Lock();
    state_ = made ? State::kReady : State::kFailed;
    changed_.NotifyAll();
  }
}

bool ZerosAheadFileSystem::HasRoom(uint64_t written) {
  uint64_t free = 0;
  // Not every file system can tell, as one in memory.
  if (!target()->GetFreeSpace(folder_, IOOptions(), &free, nullptr).ok()) return true;
  return free >= kLeastFree * bytes_ - written;
}

// What an earlier process left is made anew: it may have been in use when the power was cut.
IOStatus ZerosAheadFileSystem::WriteZeros() {
  std::unique_ptr<FSWritableFile> file;
  IOStatus status = target()->NewWritableFile(ready_path_, FileOptions(), &file, nullptr);
  if (!status.ok()) return status;
  const std::string piece(std::min(kPieceBytes, bytes_), '\0');
  for (uint64_t written = 0; written < bytes_; written += piece.size()) {
    status = file->Append(piece, IOOptions(), nullptr);
    if (status.ok()) status = file->Sync(IOOptions(), nullptr);
    if (!status.ok()) return status;
    // Others write, too.
    if (!HasRoom(written + piece.size())) return IOStatus::NoSpace("there is too little left");
    MutexLock lock(mutex_);
    if (ending_) return IOStatus::Aborted("nobody needs it any more");
  }
  return file->Close(IOOptions(), nullptr);
}

}  // namespace fluxcascade
