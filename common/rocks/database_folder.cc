#include "common/rocks/database_folder.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rocks/rocks_status.h"
#include "common/rocks/torn_files.h"
#include "common/status/status_macros.h"
#include "rocksdb/env.h"
#include "rocksdb/status.h"

namespace fluxcascade {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status SyncFolder(rocksdb::Env* env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> folder;
  const std::string doing = absl::StrCat("syncing the folder ", path);
  FC_RETURN_IF_ERROR(FromRocks(env->NewDirectory(path, &folder), doing));
  return FromRocks(folder->Fsync(), doing);
}

absl::Status RefuseRemains(rocksdb::Env* env, const std::string& path, absl::string_view what) {
  std::vector<std::string> files;
  FC_RETURN_IF_ERROR(
      FromRocks(env->GetChildren(path, &files), absl::StrCat("listing ", what, " ", path)));
  for (const std::string& file : files) {
    if (absl::EndsWith(file, ".sst") || absl::EndsWith(file, ".log")) {
      return absl::DataLossError(absl::StrCat(what, " ", path, " holds data (", file,
                                              ") but its file CURRENT is missing"));
    }
  }
  return absl::OkStatus();
}

// RocksDB has no code for it; these are its words: by another process, by this one, and in memory.
bool IsLockHeld(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (absl::StrContains(text, "While lock file") ||
                                absl::StrContains(text, "lock hold by current process") ||
                                absl::StrContains(text, "lock is already held"));
}

// Under the database's own lock: in a file that is being written the end would look torn.
absl::Status CutTornEndsOfUnopened(rocksdb::Env* env, const std::string& path,
                                   absl::string_view what) {
  rocksdb::FileLock* lock = nullptr;
  FC_RETURN_IF_ERROR(DatabaseOpened(env->LockFile(absl::StrCat(path, "/LOCK"), &lock), path, what));
  const absl::Status cut = CutTornEnds(env, path, what);
  const rocksdb::Status unlocked = env->UnlockFile(lock);
  FC_RETURN_IF_ERROR(cut);
  return FromRocks(unlocked, absl::StrCat("unlocking ", what, " ", path));
}

}  // namespace

absl::Status PrepareDatabaseFolder(rocksdb::Env* env, const std::string& path,
                                   absl::string_view what) {
  if (env->FileExists(absl::StrCat(path, "/CURRENT")).ok()) {
    return CutTornEndsOfUnopened(env, path, what);
  }
  FC_RETURN_IF_ERROR(
      FromRocks(env->CreateDirIfMissing(path), absl::StrCat("making ", what, " ", path)));
  FC_RETURN_IF_ERROR(RefuseRemains(env, path, what));
  return SyncFolder(env, ParentOf(path));
}

absl::Status DatabaseOpened(const rocksdb::Status& status, const std::string& path,
                            absl::string_view what) {
  if (IsLockHeld(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat(what, " ", path, " can't be opened: another process has it open"));
  }
  return FromRocks(status, absl::StrCat("opening ", what, " ", path));
}

}  // namespace fluxcascade
