#include "edge/edge_log_options.h"

namespace fluxcascade::edge {

RocksEventLogOptions LogOptionsOf(const EdgeOptions& options) {
  RocksEventLogOptions log;
  LogDatabaseOptions& database = log.folder.database;
  database.path = options.log_dir;
  if (options.log_zeros_ahead) database.zeros_ahead_bytes = database.write_buffer_bytes;
  log.max_unacknowledged_bytes = options.max_log_bytes;
  for (const FurtherControlPlane& one : options.also_feed) {
    log.further_consumers.push_back(one.name);
  }
  log.min_free_bytes = options.min_free_bytes;
  log.retention.max_age = options.retention;
  log.retention.max_bytes = options.retention_bytes;
  return log;
}

}  // namespace fluxcascade::edge
