#include "edge/quarantine/quarantine_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/status_macros.h"
#include "edge/quarantine/quarantine_codec.h"

namespace fluxcascade::edge {
namespace {

absl::Status Failed(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", doing, " ", path));
}

absl::Status WriteAll(const UniqueFd& file, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<QuarantineFolder>> QuarantineFolder::Open(const std::string& path) {
  FC_RETURN_IF_ERROR(MakeFolders(path, 0700));
  UniqueFd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return Failed("open the folder", path);
  if (flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Failed("lock the folder", path);
    return absl::FailedPreconditionError(absl::StrCat("another process has the folder ", path));
  }
  return std::unique_ptr<QuarantineFolder>(new QuarantineFolder(path, std::move(folder)));
}

std::string QuarantineFolder::PathOf(uint64_t number) const {
  return absl::StrCat(path_, "/", QuarantineFileName(number));
}

absl::StatusOr<std::vector<uint64_t>> QuarantineFolder::Numbers() const {
  std::vector<uint64_t> numbers;
  std::error_code error;
  std::filesystem::directory_iterator entry(path_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    uint64_t number = 0;
    if (absl::SimpleHexAtoi(name, &number) && QuarantineFileName(number) == name) {
      numbers.push_back(number);
    }
  }
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot list ", path_, ": ", error.message()));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::Status QuarantineFolder::Write(uint64_t number, absl::string_view bytes) const {
  const std::string path = PathOf(number);
  const UniqueFd file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return Failed("create", path);
  absl::Status written = WriteAll(file, bytes, path);
  if (!written.ok()) unlink(path.c_str());
  return written;
}

absl::StatusOr<std::string> QuarantineFolder::Read(uint64_t number) const {
  return ReadFileToString(PathOf(number), kMaxFileBytes);
}

absl::Status QuarantineFolder::Remove(uint64_t number) const {
  const std::string path = PathOf(number);
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return Failed("remove", path);
}

absl::StatusOr<uint64_t> QuarantineFolder::FreeBytes() const {
  struct statvfs disk = {};
  if (statvfs(path_.c_str(), &disk) != 0) return Failed("see what is free on the disk of", path_);
  return uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace fluxcascade::edge
