#include "controlplane/ingest/edge_node_record.h"

#include <algorithm>
#include <cstdint>

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

void ReadOnAfterLogError(store::v1::EdgeNode& record) {
  store::v1::Cursor& cursor = *record.mutable_cursor();
  const bool same_log = record.reported_log_id() == cursor.log_id();
  if (!same_log) record.add_earlier_log_ids(cursor.log_id());
  cursor.set_log_id(record.reported_log_id());
  cursor.set_sequence(same_log && record.damaged_sequence() > 0
                          ? record.damaged_sequence()
                          : std::max<uint64_t>(record.first_sequence(), 1) - 1);
  // There is nothing to compare it with.
  cursor.clear_chain();
  record.clear_log_error();
  record.clear_damaged_sequence();
}

void ShowQuarantines(const edge::v1::Status& status, store::v1::EdgeNode& record) {
  record.clear_quarantines();
  for (const edge::v1::QuarantineState& state : status.quarantines()) {
    if (record.quarantines_size() == kMaxShownQuarantines) return;
    store::v1::EdgeQuarantine& shown = *record.add_quarantines();
    shown.set_app(state.hook_id());
    shown.set_requests(state.requests());
    shown.set_bytes(state.bytes());
    shown.set_dropped(state.dropped());
    if (!state.has_oldest_receive_time()) continue;
    *shown.mutable_oldest_receive_time() = state.oldest_receive_time();
  }
}

}  // namespace fluxcascade
