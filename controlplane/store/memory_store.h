// The store that tests use.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_MEMORY_STORE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_MEMORY_STORE_H_

#include <cstdint>
#include <memory>

#include "controlplane/store/store.h"

namespace fluxcascade {

// An empty RocksStore that lives in memory, and runs a body twice now and then (rerunning_store.h):
// a body with an effect outside its transaction fails its test sooner or later, and with the same
// seed at the same place.
std::unique_ptr<Store> MakeTestStore(uint64_t seed = 1);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_MEMORY_STORE_H_
