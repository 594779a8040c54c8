// The files of a quarantine, one a request. Nothing is synced: what a power cut takes is gone.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_FOLDER_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/net/unique_fd.h"

namespace fluxcascade::edge {

// For one thread. Errors name the path.
class QuarantineFolder {
 public:
  // A request with its body, a head of 64 KiB, and what the sealing adds.
  static constexpr size_t kMaxFileBytes = 4 << 20;

  // Makes the folder, for its owner alone, if it is missing. kFailedPrecondition: another process
  // has it, or it is no folder.
  static absl::StatusOr<std::unique_ptr<QuarantineFolder>> Open(const std::string& path);

  // Of the files that are there, in rising order. Files of other names are none of ours.
  absl::StatusOr<std::vector<uint64_t>> Numbers() const;

  // After an error nothing of it is left, if that can be.
  absl::Status Write(uint64_t number, absl::string_view bytes) const;
  absl::StatusOr<std::string> Read(uint64_t number) const;
  // OK, too, when there is no such file.
  absl::Status Remove(uint64_t number) const;

  // On its disk, for whoever is not root.
  absl::StatusOr<uint64_t> FreeBytes() const;

 private:
  QuarantineFolder(std::string path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string PathOf(uint64_t number) const;

  const std::string path_;
  // Of the folder itself; held for as long as it is open.
  const UniqueFd lock_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_FOLDER_H_
