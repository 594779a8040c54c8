#include "common/rocks/env_on_file_system.h"

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace fluxcascade {
namespace {

class EnvOnFileSystem final : public rocksdb::EnvWrapper {
 public:
  EnvOnFileSystem(rocksdb::Env* target, const std::shared_ptr<rocksdb::FileSystem>& file_system)
      : EnvWrapper(target) {
    file_system_ = file_system;
    system_clock_ = target->GetSystemClock();
  }

  const char* Name() const override { return "EnvOnFileSystem"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> NewEnvOnFileSystem(
    rocksdb::Env* target, const std::shared_ptr<rocksdb::FileSystem>& file_system) {
  return std::make_unique<EnvOnFileSystem>(target, file_system);
}

}  // namespace fluxcascade
