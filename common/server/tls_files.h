// The PEM files that a process is given: its own certificate and key, and whom it trusts.
#ifndef FLUXCASCADE_COMMON_SERVER_TLS_FILES_H_
#define FLUXCASCADE_COMMON_SERVER_TLS_FILES_H_

#include <string>

#include "absl/status/statusor.h"

namespace fluxcascade {

// Paths. Certificate and key go together, or are both empty; so may be the authorities.
struct TlsFiles {
  std::string certificate{};
  std::string key{};
  std::string authorities{};
};

// What was in them.
struct TlsPem {
  std::string certificate{};
  std::string key{};
  std::string authorities{};
};

// Reads them and checks that they are what they should be and that the key is the certificate's: a
// mistake shows at the start, with the file's name, not as a failed handshake later. kNotFound,
// kPermissionDenied, kInvalidArgument.
absl::StatusOr<TlsPem> LoadTlsFiles(const TlsFiles& files);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_TLS_FILES_H_
