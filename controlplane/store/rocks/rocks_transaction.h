// All repositories over one KvTransaction.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_TRANSACTION_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_TRANSACTION_H_

#include <cstdint>

#include "controlplane/store/rocks/delivery_repository.h"
#include "controlplane/store/rocks/due_lines.h"
#include "controlplane/store/rocks/event_repository.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/link_repository.h"
#include "controlplane/store/rocks/queue_repository.h"
#include "controlplane/store/rocks/record_repositories.h"
#include "controlplane/store/rocks/rejection_repository.h"
#include "controlplane/store/rocks/resource_repositories.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

class RocksTransaction final : public Transaction {
 public:
  // As DueScan: it must outlive the commit of `kv`.
  RocksTransaction(KvTransaction& kv, DueLines& lines, uint64_t since)
      : workspaces_(kv, WorkspaceTable()),
        apps_(kv),
        connections_(kv),
        mappings_(kv),
        subscriptions_(kv),
        endpoints_(kv, EndpointTable()),
        edge_groups_(kv, EdgeGroupTable()),
        edge_nodes_(kv),
        api_tokens_(kv),
        events_(kv),
        rejections_(kv),
        deliveries_(kv),
        queue_(kv, lines, since),
        messages_(kv),
        links_(kv),
        sync_logs_(kv) {}

  WorkspaceRepository& workspaces() override { return workspaces_; }
  AppRepository& apps() override { return apps_; }
  ConnectionRepository& connections() override { return connections_; }
  MappingRepository& mappings() override { return mappings_; }
  SubscriptionRepository& subscriptions() override { return subscriptions_; }
  EndpointRepository& endpoints() override { return endpoints_; }
  EdgeGroupRepository& edge_groups() override { return edge_groups_; }
  EdgeNodeRepository& edge_nodes() override { return edge_nodes_; }
  ApiTokenRepository& api_tokens() override { return api_tokens_; }
  EventRepository& events() override { return events_; }
  RejectionRepository& rejections() override { return rejections_; }
  DeliveryRepository& deliveries() override { return deliveries_; }
  QueueRepository& queue() override { return queue_; }
  MessageRepository& messages() override { return messages_; }
  LinkRepository& links() override { return links_; }
  SyncLogRepository& sync_logs() override { return sync_logs_; }

 private:
  RocksResourceRepository<store::v1::Workspace> workspaces_;
  RocksAppRepository apps_;
  RocksConnectionRepository connections_;
  RocksMappingRepository mappings_;
  RocksSubscriptionRepository subscriptions_;
  RocksResourceRepository<store::v1::Endpoint> endpoints_;
  RocksResourceRepository<store::v1::EdgeGroup> edge_groups_;
  RocksEdgeNodeRepository edge_nodes_;
  RocksApiTokenRepository api_tokens_;
  RocksEventRepository events_;
  RocksRejectionRepository rejections_;
  RocksDeliveryRepository deliveries_;
  RocksQueueRepository queue_;
  RocksMessageRepository messages_;
  RocksLinkRepository links_;
  RocksSyncLogRepository sync_logs_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_TRANSACTION_H_
