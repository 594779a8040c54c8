#ifndef FLUXCASCADE_CONTROLPLANE_VERSION_H_
#define FLUXCASCADE_CONTROLPLANE_VERSION_H_

namespace fluxcascade {

// Of the control plane, as health shows it; CHANGELOG.md says what each brought.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_VERSION_H_
