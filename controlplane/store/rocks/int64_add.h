// Counters that are added to without being read: RocksDB adds up the operands.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_INT64_ADD_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_INT64_ADD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rocksdb/merge_operator.h"

namespace fluxcascade {

// Eight bytes, the lowest first.
std::string EncodeInt64(int64_t value);
// Nothing unless there are eight.
std::optional<int64_t> DecodeInt64(absl::string_view bytes);

// A value or operand that is not eight bytes long fails the merge, which readers see as corruption.
std::shared_ptr<rocksdb::MergeOperator> NewInt64AddOperator();

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_INT64_ADD_H_
