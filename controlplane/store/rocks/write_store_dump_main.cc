// Writes the dump of a store that holds the sample to standard output:
//   bazel run //controlplane/store/rocks:write_store_dump > …/testdata/store_v1.dump
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/rocks_store.h"
#include "controlplane/store/rocks/sample_records.h"
#include "controlplane/store/rocks/store_dump.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

absl::StatusOr<std::string> SampleDump() {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  {
    FC_ASSIGN_OR_RETURN(const auto store, RocksStore::Open({"/store", env.get()}));
    FC_RETURN_IF_ERROR(WriteSample(*store));
  }
  return DumpStore("/store", env.get());
}

}  // namespace
}  // namespace fluxcascade

int main() {
  const absl::StatusOr<std::string> dump = fluxcascade::SampleDump();
  if (!dump.ok()) {
    std::cerr << dump.status() << "\n";
    return 1;
  }
  std::cout << *dump;
  return 0;
}
