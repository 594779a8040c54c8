// What a power cut left half written in a database's folder, cut off before RocksDB sees it.
#ifndef FLUXCASCADE_COMMON_ROCKS_TORN_FILES_H_
#define FLUXCASCADE_COMMON_ROCKS_TORN_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/env.h"

namespace fluxcascade {

// Cuts the torn last write off the folder's newest write-ahead file, durably, by the rules of
// torn_end.h: every write to the database must ask for its sync. Older files were whole before the
// newest was begun. Nobody may have the database open. A line of the log tells of a cut.
//
// kDataLoss: the newest file is damaged elsewhere than in its last write; nothing has been changed.
// RocksDB would pass over some of that in silence. `what` names the folder in errors.
//
// The manifest, whose edits must not share syncs (synced_edits_file_system.h), is cut likewise, but
// left to RocksDB to judge where the rules don't allow it.
absl::Status CutTornEnds(rocksdb::Env* env, const std::string& path, absl::string_view what);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_TORN_FILES_H_
