#include "controlplane/ingest/edge_node_record.h"

#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"

namespace fluxcascade {

absl::Status UpdateEdgeNode(Store& store, absl::string_view node, absl::Time now,
                            const std::function<void(store::v1::EdgeNode&)>& change) {
  return store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::EdgeNode record, tx.edge_nodes().Get(node));
    *record.mutable_last_seen_time() = ToProto(now);
    change(record);
    return tx.edge_nodes().Update(record);
  });
}

}  // namespace fluxcascade
