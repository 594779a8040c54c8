#include "edge/routing/config_copy_file.h"

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/status_macros.h"
#include "edge/routing/config_copy_codec.h"

namespace fluxcascade::edge {

absl::StatusOr<v1::ConfigCopy> ConfigCopyFile::Read() const {
  FC_ASSIGN_OR_RETURN(const std::string bytes, ReadFileToString(path_));
  absl::StatusOr<v1::ConfigCopy> copy = OpenConfigCopy(bytes, keyring_);
  if (copy.ok()) return copy;
  return absl::Status(copy.status().code(), absl::StrCat(path_, ": ", copy.status().message()));
}

absl::Status ConfigCopyFile::Write(const v1::ConfigCopy& copy) const {
  return WriteFileAtomically(path_, SealConfigCopy(copy, keyring_), 0600);
}

}  // namespace fluxcascade::edge
