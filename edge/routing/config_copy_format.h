// Constants of the sealed copy of an edge's configuration; FORMAT.md says what they mean.
#ifndef FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_FORMAT_H_
#define FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_FORMAT_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace fluxcascade::edge {

// Where it lies, in the folder of the edge's log.
inline constexpr absl::string_view kConfigCopyFile = "config.sealed";

inline constexpr absl::string_view kConfigCopyMagic = "FCCONFIG";
inline constexpr uint32_t kConfigCopyVersion = 1;
inline constexpr size_t kConfigCopyNonceBytes = 12;

// What the ciphertext is bound to, besides its key's id.
inline constexpr absl::string_view kConfigCopyResource = "the edge";
inline constexpr absl::string_view kConfigCopyField = "configuration";

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_CONFIG_COPY_FORMAT_H_
