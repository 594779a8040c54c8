// For tests: what a power cut leaves of a file that was not synced to its end. Pure.
#ifndef FLUXCASCADE_COMMON_ROCKS_UNSYNCED_BYTES_H_
#define FLUXCASCADE_COMMON_ROCKS_UNSYNCED_BYTES_H_

#include <cstddef>
#include <random>
#include <string>

namespace fluxcascade {

// What becomes of the bytes behind the last synced one.
enum class Unsynced {
  // They are gone.
  kGone,
  // A beginning of them is there.
  kTorn,
  // All or a beginning of them is there, without one sector or about half of them: these hold zeros
  // from where the file was synced. Sectors of 512 or 4096 bytes.
  kWithout512,
  kWithout4096,
};

Unsynced AnyUnsynced(std::mt19937_64& random);

// The file as it is found, when `synced` bytes of it were.
std::string FoundAfterPowerCut(const std::string& bytes, size_t synced, Unsynced unsynced,
                               std::mt19937_64& random);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_UNSYNCED_BYTES_H_
