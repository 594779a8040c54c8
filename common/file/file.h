// Small files, whole: configuration, certificates, tokens.
#ifndef FLUXCASCADE_COMMON_FILE_FILE_H_
#define FLUXCASCADE_COMMON_FILE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

// Files that are read whole are small; a larger one is a mistake in a path.
inline constexpr size_t kMaxFileBytes = 64 << 20;

// Errors name the path: kNotFound, kPermissionDenied, …; kResourceExhausted when the file is larger
// than `max_bytes`.
absl::StatusOr<std::string> ReadFileToString(const std::string& path,
                                             size_t max_bytes = kMaxFileBytes);

// On OK `path` holds `data`, is of `mode` whatever the umask, and will be there after a power cut.
// On an error, and after a crash at any moment, it holds either what it held before or `data`,
// never a part; `path`.new may then lie beside it, and is replaced by the next writer. One writer
// of a path at a time.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view data, mode_t mode);

// Makes the folder and those above it that are missing, each of `mode` less the umask. OK when it
// is there already.
absl::Status MakeFolders(const std::string& path, mode_t mode);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_FILE_FILE_H_
