#include "common/file/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

absl::Status Failed(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", doing, " ", path));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

absl::Status WriteAll(const Descriptor& file, absl::string_view data, const std::string& path) {
  while (!data.empty()) {
    const ssize_t written = write(file.get(), data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    data.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status WriteDurably(const std::string& path, absl::string_view data, mode_t mode) {
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode & S_IRWXU));
  if (!file.valid()) return Failed("create", path);
  // Before the data comes: one left from a crash may have had another mode.
  if (fchmod(file.get(), mode) != 0) return Failed("set the mode of", path);
  FC_RETURN_IF_ERROR(WriteAll(file, data, path));
  if (fsync(file.get()) != 0) return Failed("sync", path);
  return absl::OkStatus();
}

// Makes a rename in the folder of `path` durable.
absl::Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid() || fsync(opened.get()) != 0) return Failed("sync", folder);
  return absl::OkStatus();
}

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) return absl::OkStatus();
  const int error = errno;
  struct stat status;
  if (error == EEXIST && stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return absl::OkStatus();
  }
  errno = error;
  return Failed("make the folder", path);
}

}  // namespace

absl::StatusOr<std::string> ReadFileToString(const std::string& path, size_t max_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return Failed("read", path);
  std::string data;
  std::array<char, 64 << 10> buffer;
  while (true) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed("read", path);
    if (count == 0) return data;
    if (data.size() + static_cast<size_t>(count) > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path, " is larger than ", max_bytes, " bytes"));
    }
    data.append(buffer.data(), static_cast<size_t>(count));
  }
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view data, mode_t mode) {
  const std::string next = absl::StrCat(path, ".new");
  if (absl::Status written = WriteDurably(next, data, mode); !written.ok()) {
    unlink(next.c_str());
    return written;
  }
  if (rename(next.c_str(), path.c_str()) != 0) {
    const absl::Status failed = Failed("replace", path);
    unlink(next.c_str());
    return failed;
  }
  return SyncFolderOf(path);
}

absl::Status MakeFolders(const std::string& path, mode_t mode) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    FC_RETURN_IF_ERROR(MakeFolder(path.substr(0, slash), mode));
  }
  return MakeFolder(path, mode);
}

}  // namespace fluxcascade
