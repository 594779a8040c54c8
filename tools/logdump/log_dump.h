// What a log's folder holds, as lines of JSON. No secret is written: of headers, query and body
// only names and sizes, and bodies where they are asked for.
#ifndef FLUXCASCADE_TOOLS_LOGDUMP_LOG_DUMP_H_
#define FLUXCASCADE_TOOLS_LOGDUMP_LOG_DUMP_H_

#include <cstdint>
#include <ostream>

#include "absl/status/status.h"
#include "edge/log/log_folder.h"

namespace fluxcascade::edge {

struct DumpOptions {
  // 0: from the first that is kept.
  uint64_t from = 0;
  // How many requests at most.
  uint64_t limit = ~uint64_t{0};
  bool bodies = false;
};

// One line for each request:
//   {"sequence":1,"receive_time":"2026-01-01T00:00:00Z","hook":"hook-1","verified_by":["v3"],
//    "headers":["content-type"],"header_bytes":28,"query_bytes":0,"body_bytes":2,"chain":"a4…",
//    "body":"{}"}
// A body that is no UTF-8 is `body_base64`. kDataLoss at the first request that is damaged or
// missing; what stands before it has been written then.
absl::Status DumpRequests(const LogFolder& folder, const DumpOptions& options, std::ostream& out);

// Checks all that is kept, and writes one line:
//   {"log_id":"…","first_sequence":1,"next_sequence":2,"bytes":60,"acknowledged_through":0,
//    "consumers":[{"name":"standby","acknowledged_through":0}],"check":"ok"}
// where `acknowledged_through` is the primary's, `consumers` are the further ones, and `check` is
// what is wrong, if anything is; then it is also returned.
absl::Status DumpCheck(const LogFolder& folder, std::ostream& out);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_TOOLS_LOGDUMP_LOG_DUMP_H_
