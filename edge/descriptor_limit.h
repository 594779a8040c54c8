// How many files and connections the edge's process may have open.
#ifndef FLUXCASCADE_EDGE_DESCRIPTOR_LIMIT_H_
#define FLUXCASCADE_EDGE_DESCRIPTOR_LIMIT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fluxcascade::edge {

// For all but the webhooks' connections: the log's tables (RocksDB keeps up to 512 open) and what
// it opens while it compacts, the link, the listener, the process's own files. Without them idle
// connections could keep the log from opening a file, and so stop it.
inline constexpr uint64_t kReservedDescriptors = 1024;

struct DescriptorLimit {
  // What holds at present, and how far a process may raise that by itself.
  uint64_t soft = 0;
  uint64_t hard = 0;
};

// The soft limit with which so many connections leave the reserve alone; never below the present
// one. kFailedPrecondition: the hard limit forbids it; the message says how to mend that.
absl::StatusOr<uint64_t> SoftLimitFor(uint64_t max_connections, const DescriptorLimit& present);

// Raises the process's soft limit to that. To be called before anything is opened.
absl::Status RaiseDescriptorLimit(uint64_t max_connections);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_DESCRIPTOR_LIMIT_H_
