#include "edge/log/hasty_env.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/system_clock.h"

namespace fluxcascade::edge {
namespace {

class HastyClock final : public rocksdb::SystemClockWrapper {
 public:
  HastyClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}

  const char* Name() const override { return "HastyClock"; }
  void SleepForMicroseconds(int micros) override {
    SystemClockWrapper::SleepForMicroseconds(std::min(micros, 50));
  }
};

class HastyEnv final : public rocksdb::EnvWrapper {
 public:
  explicit HastyEnv(std::unique_ptr<rocksdb::Env> target) : EnvWrapper(std::move(target)) {
    file_system_ = this->target()->GetFileSystem();
    system_clock_ = std::make_shared<HastyClock>();
  }

  const char* Name() const override { return "HastyEnv"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> NewHastyEnv(const std::shared_ptr<rocksdb::FileSystem>& file_system) {
  return std::make_unique<HastyEnv>(rocksdb::NewCompositeEnv(file_system));
}

}  // namespace fluxcascade::edge
