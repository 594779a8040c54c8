// RocksStore, alone and run again at random, against the suite.
#include <memory>
#include <utility>

#include "common/check/check.h"
#include "common/random/fake_random.h"
#include "controlplane/store/conformance/conformance_test_suite.h"
#include "controlplane/store/memory_store.h"
#include "controlplane/store/rocks/rocks_store.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

class RocksStoreInMemory final : public Store {
 public:
  RocksStoreInMemory() : env_(rocksdb::NewMemEnv(rocksdb::Env::Default())) {
    auto store = RocksStore::Open(RocksStoreOptions{"/store", env_.get()});
    FC_CHECK(store.ok());
    store_ = *std::move(store);
  }
  absl::Status Run(const Body& body) override { return store_->Run(body); }
  absl::Status Read(const Body& body) override { return store_->Read(body); }
  absl::StatusOr<int64_t> SizeBytes() override { return store_->SizeBytes(); }

 private:
  const std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Rocks, StoreConformanceTest,
                         testing::Values(StoreBackend{
                             "InMemory", [] { return std::make_unique<RocksStoreInMemory>(); }}),
                         StoreBackendName);

INSTANTIATE_TEST_SUITE_P(RunAgain, StoreConformanceTest,
                         testing::Values(StoreBackend{"InMemory", [] { return MakeTestStore(7); },
                                                      /*runs_once_without_conflict=*/false}),
                         StoreBackendName);

}  // namespace
}  // namespace fluxcascade
