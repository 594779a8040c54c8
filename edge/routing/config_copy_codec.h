// The bytes of the sealed copy of an edge's configuration, as FORMAT.md has them. Pure.
#ifndef FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_CODEC_H_
#define FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_CODEC_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/keyring.h"
#include "fluxcascade/edge/v1/config_copy.pb.h"

namespace fluxcascade::edge {

// With the keyring's writing key.
std::string SealConfigCopy(const v1::ConfigCopy& copy, const Keyring& keyring);

// kDataLoss: not such a copy, cut short (with the offset), changed, or sealed for something else.
// kFailedPrecondition: of another version, or its key, which is named, is not in the keyring.
absl::StatusOr<v1::ConfigCopy> OpenConfigCopy(absl::string_view bytes, const Keyring& keyring);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_CODEC_H_
