// Everything the control plane keeps. Backends (RocksDB today, PostgreSQL on paper in SCHEMA.md)
// pass one conformance suite.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_STORE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_STORE_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controlplane/store/queue_repository.h"
#include "controlplane/store/repositories.h"

namespace fluxcascade {

// A consistent view, and what was written since it began. Valid only inside the closure it was
// given to; not thread-safe. Iterators never live across calls: lists come in pages.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual WorkspaceRepository& workspaces() = 0;
  virtual AppRepository& apps() = 0;
  virtual ConnectionRepository& connections() = 0;
  virtual MappingRepository& mappings() = 0;
  virtual SubscriptionRepository& subscriptions() = 0;
  virtual EndpointRepository& endpoints() = 0;
  virtual EdgeGroupRepository& edge_groups() = 0;
  virtual EdgeNodeRepository& edge_nodes() = 0;
  virtual ApiTokenRepository& api_tokens() = 0;
  virtual EventRepository& events() = 0;
  virtual RejectionRepository& rejections() = 0;
  virtual DeliveryRepository& deliveries() = 0;
  virtual QueueRepository& queue() = 0;
  virtual MessageRepository& messages() = 0;
  virtual LinkRepository& links() = 0;
  virtual SyncLogRepository& sync_logs() = 0;
};

// Thread-safe.
class Store {
 public:
  using Body = std::function<absl::Status(Transaction&)>;

  virtual ~Store() = default;

  // Runs `body` and commits what it wrote, all or nothing, durably: on OK it is on disk. When
  // `body` fails nothing is written and its status is returned. On a conflict with another
  // transaction `body` is run again, so it must have no effect but on the transaction and on
  // variables that it sets anew each time. kAborted after too many conflicts. Not to be called from
  // within a body.
  virtual absl::Status Run(const Body& body) = 0;

  // The same for a body that only reads; a write in it stops the process.
  virtual absl::Status Read(const Body& body) = 0;

  // About how much room it all takes; cheap enough to be asked every second.
  virtual absl::StatusOr<int64_t> SizeBytes() = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_STORE_H_
