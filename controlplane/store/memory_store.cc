#include "controlplane/store/memory_store.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/check/check.h"
#include "common/random/fake_random.h"
#include "controlplane/store/rerunning_store.h"
#include "controlplane/store/rocks/rocks_store.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(uint64_t seed)
      : env_(rocksdb::NewMemEnv(rocksdb::Env::Default())), random_(seed) {
    absl::StatusOr<std::unique_ptr<RocksStore>> store =
        RocksStore::Open(RocksStoreOptions{"/store", env_.get()});
    FC_CHECK(store.ok());
    store_ = std::make_unique<RerunningStore>(*std::move(store), random_);
  }

  absl::Status Run(const Body& body) override { return store_->Run(body); }
  absl::Status Read(const Body& body) override { return store_->Read(body); }
  absl::StatusOr<int64_t> SizeBytes() override { return store_->SizeBytes(); }

 private:
  const std::unique_ptr<rocksdb::Env> env_;
  FakeRandom random_;
  std::unique_ptr<Store> store_;
};

}  // namespace

std::unique_ptr<Store> MakeTestStore(uint64_t seed) { return std::make_unique<MemoryStore>(seed); }

}  // namespace fluxcascade
