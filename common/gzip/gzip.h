// Gzip (RFC 1952), as it comes from outside.
#ifndef FLUXCASCADE_COMMON_GZIP_GZIP_H_
#define FLUXCASCADE_COMMON_GZIP_GZIP_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

// What `bytes` were before they were compressed; of several members one after the other, all.
// kInvalidArgument: it is no gzip, is damaged or cut off. kResourceExhausted: it would be more than
// `max_size` bytes; no more than these are ever held, however much they would unpack to.
absl::StatusOr<std::string> Gunzip(absl::string_view bytes, size_t max_size);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_GZIP_GZIP_H_
