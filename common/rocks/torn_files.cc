#include "common/rocks/torn_files.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/logging/logging.h"
#include "common/rocks/rocks_status.h"
#include "common/rocks/torn_end.h"
#include "common/status/status_macros.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {
namespace {

absl::StatusOr<std::string> Read(rocksdb::Env* env, const std::string& path) {
  std::string bytes;
  FC_RETURN_IF_ERROR(
      FromRocks(rocksdb::ReadFileToString(env, path, &bytes), absl::StrCat("reading ", path)));
  return bytes;
}

// Of "000012.log"; 0: it is none.
uint64_t WriteAheadNumber(absl::string_view name) {
  uint64_t number = 0;
  if (!absl::ConsumeSuffix(&name, ".log") || !absl::SimpleAtoi(name, &number)) return 0;
  return number;
}

struct WriteAheadFile {
  // 0: there is none.
  uint64_t number = 0;
  std::string path;
};

absl::StatusOr<WriteAheadFile> NewestWriteAheadFile(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  FC_RETURN_IF_ERROR(FromRocks(env->GetChildren(path, &names), absl::StrCat("listing ", path)));
  WriteAheadFile newest;
  for (const std::string& name : names) {
    const uint64_t number = WriteAheadNumber(name);
    if (number > newest.number) newest = {.number = number, .path = absl::StrCat(path, "/", name)};
  }
  return newest;
}

absl::Status Truncate(rocksdb::Env* env, const std::string& path, uint64_t size) {
  const std::string doing = absl::StrCat("cutting the torn end off ", path);
  std::unique_ptr<rocksdb::FSWritableFile> file;
  const rocksdb::IOOptions options;
  FC_RETURN_IF_ERROR(FromRocks(
      env->GetFileSystem()->ReopenWritableFile(path, rocksdb::FileOptions(), &file, nullptr),
      doing));
  FC_RETURN_IF_ERROR(FromRocks(file->Truncate(size, options, nullptr), doing));
  FC_RETURN_IF_ERROR(FromRocks(file->Fsync(options, nullptr), doing));
  return FromRocks(file->Close(options, nullptr), doing);
}

absl::Status Cut(rocksdb::Env* env, const std::string& path, size_t size, size_t whole) {
  if (whole == size) return absl::OkStatus();
  FC_RETURN_IF_ERROR(Truncate(env, path, whole));
  Log(LogLevel::kWarning, "cut off a write that a crash had torn",
      {{"file", path}, {"at", whole}, {"bytes", size - whole}});
  return absl::OkStatus();
}

absl::Status CutWriteAheadFile(rocksdb::Env* env, const std::string& path, absl::string_view what) {
  FC_ASSIGN_OR_RETURN(const WriteAheadFile newest, NewestWriteAheadFile(env, path));
  if (newest.number == 0) return absl::OkStatus();
  FC_ASSIGN_OR_RETURN(const std::string bytes, Read(env, newest.path));
  const absl::StatusOr<size_t> whole = WholeWritesEnd(bytes, newest.number, WalContent::kBatches);
  if (!whole.ok()) {
    return absl::DataLossError(
        absl::StrCat(what, "'s file ", newest.path, " is ", whole.status().message()));
  }
  return Cut(env, newest.path, bytes.size(), *whole);
}

absl::Status CutManifest(rocksdb::Env* env, const std::string& path) {
  FC_ASSIGN_OR_RETURN(const std::string current, Read(env, absl::StrCat(path, "/CURRENT")));
  const std::string manifest = absl::StrCat(path, "/", absl::StripTrailingAsciiWhitespace(current));
  // RocksDB has words of its own for a folder without it.
  if (!env->FileExists(manifest).ok()) return absl::OkStatus();
  FC_ASSIGN_OR_RETURN(const std::string bytes, Read(env, manifest));
  const absl::StatusOr<size_t> whole =
      WholeWritesEnd(bytes, /*log_number=*/0, WalContent::kManifestEdits);
  return whole.ok() ? Cut(env, manifest, bytes.size(), *whole) : absl::OkStatus();
}

}  // namespace

absl::Status CutTornEnds(rocksdb::Env* env, const std::string& path, absl::string_view what) {
  FC_RETURN_IF_ERROR(CutWriteAheadFile(env, path, what));
  return CutManifest(env, path);
}

}  // namespace fluxcascade
