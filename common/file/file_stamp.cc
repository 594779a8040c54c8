#include "common/file/file_stamp.h"

#include <sys/stat.h>

namespace fluxcascade {

FileStamp StampOf(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) return {};
  return {.device = found.st_dev,
          .inode = found.st_ino,
          .size = found.st_size,
          .modified = absl::TimeFromTimespec(found.st_mtim),
          .changed = absl::TimeFromTimespec(found.st_ctim)};
}

}  // namespace fluxcascade
