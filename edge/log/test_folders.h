// For tests: folders of a RocksDB Env, copied and damaged as disks and operators do it.
#ifndef FLUXCASCADE_EDGE_LOG_TEST_FOLDERS_H_
#define FLUXCASCADE_EDGE_LOG_TEST_FOLDERS_H_

#include <memory>
#include <string>
#include <vector>

#include "rocksdb/env.h"

namespace fluxcascade::edge {

// An Env in memory with an empty folder /state.
std::unique_ptr<rocksdb::Env> NewTestEnv();

// Makes `to` hold exactly the files of `from`. Nobody may have either open.
void CopyFolder(rocksdb::Env* env, const std::string& from, const std::string& to);

// Paths of the files in a folder whose names end with `suffix`, in order.
std::vector<std::string> FilesEndingWith(rocksdb::Env* env, const std::string& folder,
                                         const std::string& suffix);

// Flips a bit in the middle of the last place where the file holds `text`, which it must.
void DamageFile(rocksdb::Env* env, const std::string& path, const std::string& text);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_TEST_FOLDERS_H_
