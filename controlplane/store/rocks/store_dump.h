// A store as text, so that a store of each format version can be committed and loaded by tests.
//
// A line for each key in order: the key, a tab, the value, both with \xHH for what does not print.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_STORE_DUMP_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_STORE_DUMP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/env.h"

namespace fluxcascade {

// Of the store in this folder, which nobody has open.
absl::StatusOr<std::string> DumpStore(const std::string& path, rocksdb::Env* env);

// Makes the store. kInvalidArgument, naming the line, for what is no dump.
absl::Status LoadStoreDump(absl::string_view dump, const std::string& path, rocksdb::Env* env);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_STORE_DUMP_H_
