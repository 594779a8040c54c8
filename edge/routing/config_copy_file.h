// Where an edge keeps the copy of its configuration.
#ifndef FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_FILE_H_
#define FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_FILE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/keyring.h"
#include "fluxcascade/edge/v1/config_copy.pb.h"

namespace fluxcascade::edge {

// For one thread at a time. Errors name the path.
class ConfigCopyFile {
 public:
  ConfigCopyFile(std::string path, Keyring keyring)
      : path_(std::move(path)), keyring_(std::move(keyring)) {}

  // kNotFound: none was ever written. Otherwise the errors of ReadFileToString and OpenConfigCopy.
  absl::StatusOr<v1::ConfigCopy> Read() const;

  // On OK the file holds this copy, for its owner alone, and will after a power cut. On an error it
  // holds what it held.
  absl::Status Write(const v1::ConfigCopy& copy) const;

 private:
  const std::string path_;
  const Keyring keyring_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_FILE_H_
