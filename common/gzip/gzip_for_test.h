// The other direction, for tests.
#ifndef FLUXCASCADE_COMMON_GZIP_GZIP_FOR_TEST_H_
#define FLUXCASCADE_COMMON_GZIP_GZIP_FOR_TEST_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fluxcascade {

// One member.
std::string Gzip(absl::string_view bytes);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_GZIP_GZIP_FOR_TEST_H_
