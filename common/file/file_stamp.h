// Tells whether a file is still the one it was, without reading it.
#ifndef FLUXCASCADE_COMMON_FILE_FILE_STAMP_H_
#define FLUXCASCADE_COMMON_FILE_FILE_STAMP_H_

#include <sys/types.h>

#include <string>

#include "absl/time/time.h"

namespace fluxcascade {

// Differs after the file was written, replaced, removed, or given other permissions. (Two writes
// within one tick of the system's clock, some milliseconds, look like one.)
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  absl::Time modified;
  absl::Time changed;

  bool operator==(const FileStamp&) const = default;
};

// Follows symbolic links. A file that can't be looked at has the stamp that no file has.
FileStamp StampOf(const std::string& path);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_FILE_FILE_STAMP_H_
