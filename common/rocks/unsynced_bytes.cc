#include "common/rocks/unsynced_bytes.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <string>

namespace fluxcascade {
namespace {

// From `synced` on, and no farther than the end.
void LoseSector(std::string& bytes, size_t number, size_t sector, size_t synced) {
  const size_t from = std::max(number * sector, synced);
  const size_t to = std::min((number + 1) * sector, bytes.size());
  if (from < to) std::fill(bytes.begin() + from, bytes.begin() + to, '\0');
}

}  // namespace

Unsynced AnyUnsynced(std::mt19937_64& random) {
  constexpr Unsynced kAll[] = {Unsynced::kGone, Unsynced::kTorn, Unsynced::kWithout512,
                               Unsynced::kWithout4096};
  return kAll[random() % std::size(kAll)];
}

std::string FoundAfterPowerCut(const std::string& bytes, size_t synced, Unsynced unsynced,
                               std::mt19937_64& random) {
  if (unsynced == Unsynced::kGone || synced >= bytes.size()) return bytes.substr(0, synced);
  const std::string torn = bytes.substr(0, synced + random() % (bytes.size() - synced + 1));
  if (unsynced == Unsynced::kTorn || torn.size() == synced) return torn;
  // A file's size may be ahead of what was written.
  std::string found = random() % 2 == 0 ? bytes : torn;
  const size_t sector = unsynced == Unsynced::kWithout512 ? 512 : 4096;
  const size_t first = synced / sector;
  const size_t last = (found.size() - 1) / sector;
  if (random() % 2 == 0) {
    LoseSector(found, first + random() % (last - first + 1), sector, synced);
    return found;
  }
  for (size_t number = first; number <= last; ++number) {
    if (random() % 2 == 0) LoseSector(found, number, sector, synced);
  }
  return found;
}

}  // namespace fluxcascade
