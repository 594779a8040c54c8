// What this build calls itself, towards peers and in logs.
#ifndef FLUXCASCADE_COMMON_VERSION_VERSION_H_
#define FLUXCASCADE_COMMON_VERSION_VERSION_H_

namespace fluxcascade {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_VERSION_VERSION_H_
