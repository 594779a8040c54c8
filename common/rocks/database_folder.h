// The folder of a RocksDB database: made so that it outlives a power cut, and opened once.
#ifndef FLUXCASCADE_COMMON_ROCKS_DATABASE_FOLDER_H_
#define FLUXCASCADE_COMMON_ROCKS_DATABASE_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/env.h"
#include "rocksdb/status.h"

namespace fluxcascade {

// To be called before the database in `path` is opened. Makes the folder, whose parent must exist,
// when there is no database in it; on OK a power cut leaves it there (RocksDB syncs what it makes
// within the folder, and not the folder itself). Off a database that is there it cuts what a power
// cut tore of its last write (torn_files.h): every write to it must ask for its sync.
//
// kFailedPrecondition: it is open already. kDataLoss: the newest write-ahead file is damaged before
// its last write; or the folder holds a database's data without its file CURRENT, which RocksDB
// would delete, and begin anew. `what` names the folder in errors: "the log folder".
absl::Status PrepareDatabaseFolder(rocksdb::Env* env, const std::string& path,
                                   absl::string_view what);

// What came of opening it. kFailedPrecondition, in one line, when it is open already.
absl::Status DatabaseOpened(const rocksdb::Status& status, const std::string& path,
                            absl::string_view what);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_DATABASE_FOLDER_H_
