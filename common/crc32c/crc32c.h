// CRC-32C (Castagnoli), as in RFC 3720 appendix B.4.
#ifndef FLUXCASCADE_COMMON_CRC32C_CRC32C_H_
#define FLUXCASCADE_COMMON_CRC32C_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fluxcascade {

uint32_t Crc32c(absl::string_view data);
// Of what `crc` is the checksum of, followed by `data`.
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view data);

namespace internal {

// Any processor. ExtendCrc32c takes the processor's own instruction where there is one.
uint32_t PortableExtendCrc32c(uint32_t crc, absl::string_view data);

}  // namespace internal
}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_CRC32C_CRC32C_H_
