// For tests: an Env over a file system of the test's own, on which RocksDB hardly waits.
#ifndef FLUXCASCADE_EDGE_LOG_HASTY_ENV_H_
#define FLUXCASCADE_EDGE_LOG_HASTY_ENV_H_

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade::edge {

// Where RocksDB would sleep, as it does for a second after each failed flush, it sleeps for 50 µs
// at most.
std::unique_ptr<rocksdb::Env> NewHastyEnv(const std::shared_ptr<rocksdb::FileSystem>& file_system);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_HASTY_ENV_H_
