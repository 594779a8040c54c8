// An Env that differs from another in its file system alone.
#ifndef FLUXCASCADE_COMMON_ROCKS_ENV_ON_FILE_SYSTEM_H_
#define FLUXCASCADE_COMMON_ROCKS_ENV_ON_FILE_SYSTEM_H_

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {

// `target`, whose threads and clock it uses, outlives it.
std::unique_ptr<rocksdb::Env> NewEnvOnFileSystem(
    rocksdb::Env* target, const std::shared_ptr<rocksdb::FileSystem>& file_system);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_ENV_ON_FILE_SYSTEM_H_
