// Ids that sort by the time they were made.
#ifndef FLUXCASCADE_COMMON_ID_ID_H_
#define FLUXCASCADE_COMMON_ID_ID_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/random/random.h"

namespace fluxcascade {

// 26 characters of lower-case Crockford base32: 48 bits of milliseconds since 1970, then 80 random
// bits (a ULID in lower case, so that it may stand in a resource name).
std::string NewSortableId(absl::Time now, Random& random);

// 1 to 63 characters of a-z, 0-9 and '-', neither beginning nor ending with '-': what may stand as
// the last part of a name.
bool IsResourceId(absl::string_view id);

// A DNS name in lower case: such labels with dots between them, at most 253 characters (RFC 1035,
// section 2.3.4).
bool IsDnsName(absl::string_view name);

// base64url without padding of `bytes` random bytes; 16 bytes (128 bits) give 22 characters.
std::string NewToken(size_t bytes, Random& random);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ID_ID_H_
