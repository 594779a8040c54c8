#include "controlplane/api/edge_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/api/edge_node_state.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/api/urls.h"
#include "controlplane/ingest/edge_node_record.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

using StoredGroup = store::v1::EdgeGroup;
using StoredNode = store::v1::EdgeNode;

// Given, not made up: it stands in the node's certificate.
absl::Status CheckNodeId(const std::string& id) {
  if (id.empty()) return absl::InvalidArgumentError("edge_node_id: is missing");
  if (IsDnsName(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "edge_node_id: \"", absl::string_view(id).substr(0, 300),
      "\" is not a DNS name in lower case, as edge-1.example.com; it must be that of the "
      "node's certificate"));
}

v1::EdgeGroup ToApi(const StoredGroup& stored) {
  v1::EdgeGroup group;
  group.set_name(stored.name());
  group.set_public_base_url(stored.public_base_url());
  group.set_config_version(stored.config_version());
  *group.mutable_create_time() = stored.create_time();
  return group;
}

v1::EdgeNode::Counters ToApi(const store::v1::EdgeCounters& stored) {
  v1::EdgeNode::Counters counters;
  counters.set_accepted(stored.accepted());
  counters.set_rejected(stored.rejected());
  counters.set_unavailable(stored.unavailable());
  counters.set_rejections_dropped(stored.rejections_dropped());
  counters.set_malformed_requests(stored.malformed_requests());
  counters.set_timed_out_connections(stored.timed_out_connections());
  counters.set_failed_handshakes(stored.failed_handshakes());
  counters.set_refused_connections(stored.refused_connections());
  counters.set_open_connections(stored.open_connections());
  counters.set_duplicates(stored.duplicates());
  counters.set_forgotten_ids(stored.forgotten_ids());
  counters.set_rate_limited(stored.rate_limited());
  counters.set_refused_bodies(stored.refused_bodies());
  counters.set_local_fallbacks(stored.local_fallbacks());
  counters.set_late_answers(stored.late_answers());
  return counters;
}

v1::EdgeNode::Quarantine ToApi(const store::v1::EdgeQuarantine& stored) {
  v1::EdgeNode::Quarantine quarantine;
  quarantine.set_app(stored.app());
  quarantine.set_requests(stored.requests());
  quarantine.set_bytes(stored.bytes());
  quarantine.set_dropped(stored.dropped());
  if (stored.has_oldest_receive_time()) {
    *quarantine.mutable_oldest_receive_time() = stored.oldest_receive_time();
  }
  return quarantine;
}

v1::EdgeNode::Consumer ToApi(const store::v1::EdgeConsumer& stored) {
  v1::EdgeNode::Consumer consumer;
  consumer.set_name(stored.name());
  consumer.set_acknowledged_sequence(stored.acknowledged_sequence());
  consumer.set_lag_requests(stored.lag_requests());
  if (stored.has_lag_age()) *consumer.mutable_lag_age() = stored.lag_age();
  consumer.set_connected(stored.connected());
  consumer.set_lost_requests(stored.lost_requests());
  return consumer;
}

v1::EdgeNode ToApi(const StoredNode& stored, absl::Time now) {
  v1::EdgeNode node;
  node.set_name(stored.name());
  node.set_group(stored.group());
  node.set_state(EdgeNodeState(stored, now));
  node.set_log_id(stored.cursor().log_id());
  node.set_cursor(stored.cursor().sequence());
  node.set_first_sequence(stored.first_sequence());
  node.set_last_sequence(stored.next_sequence() == 0 ? 0 : stored.next_sequence() - 1);
  node.set_applied_config_version(stored.applied_config_version());
  node.set_config_error(stored.config_error());
  node.set_log_error(stored.log_error());
  if (stored.has_last_seen_time()) *node.mutable_last_seen_time() = stored.last_seen_time();
  node.set_version(stored.version());
  *node.mutable_earlier_log_ids() = stored.earlier_log_ids();
  node.set_not_ready_reason(stored.not_ready_reason());
  node.set_pull_paused_reason(stored.pull_paused_reason());
  if (stored.has_counters()) *node.mutable_counters() = ToApi(stored.counters());
  node.set_config_source(static_cast<v1::EdgeNode::ConfigSource>(stored.config_source()));
  if (stored.has_config_time()) *node.mutable_config_time() = stored.config_time();
  node.set_no_config_copy_reason(stored.no_config_copy_reason());
  for (const store::v1::EdgeQuarantine& each : stored.quarantines()) {
    *node.add_quarantines() = ToApi(each);
  }
  for (const store::v1::EdgeConsumer& consumer : stored.consumers()) {
    *node.add_consumers() = ToApi(consumer);
  }
  return node;
}

}  // namespace

grpc::Status EdgeServiceImpl::CreateEdgeGroup(grpc::ServerContext*,
                                              const v1::CreateEdgeGroupRequest* request,
                                              v1::EdgeGroup* response) {
  const absl::Time now = context_.clock.Now();
  return ToGrpc(RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(
        const std::string id,
        ToResourceId("edge_group_id", request->edge_group_id(), context_.clock, context_.random));
    const std::string& url = request->edge_group().public_base_url();
    const absl::Status checked = CheckPublicBaseUrl(url);
    if (!checked.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("edge_group.public_base_url: ", checked.message()));
    }
    StoredGroup stored;
    stored.set_name(JoinName("", "edgeGroups", id));
    stored.set_public_base_url(url);
    stored.set_config_version(1);
    *stored.mutable_create_time() = ToProto(now);
    FC_RETURN_IF_ERROR(tx.edge_groups().Insert(stored));
    out = ToApi(stored);
    return absl::OkStatus();
  }));
}

grpc::Status EdgeServiceImpl::GetEdgeGroup(grpc::ServerContext*,
                                           const v1::GetEdgeGroupRequest* request,
                                           v1::EdgeGroup* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckName("name", request->name(), "edgeGroups/*"));
    FC_ASSIGN_OR_RETURN(const StoredGroup stored, tx.edge_groups().Get(request->name()));
    out = ToApi(stored);
    return absl::OkStatus();
  });
}

grpc::Status EdgeServiceImpl::ListEdgeGroups(grpc::ServerContext*,
                                             const v1::ListEdgeGroupsRequest* request,
                                             v1::ListEdgeGroupsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<StoredGroup> groups, tx.edge_groups().List("", page));
    for (const StoredGroup& stored : groups.items) *out.add_edge_groups() = ToApi(stored);
    out.set_next_page_token(groups.next);
    return absl::OkStatus();
  });
}

grpc::Status EdgeServiceImpl::CreateEdgeNode(grpc::ServerContext*,
                                             const v1::CreateEdgeNodeRequest* request,
                                             v1::EdgeNode* response) {
  const absl::Time now = context_.clock.Now();
  return ToGrpc(RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckNodeId(request->edge_node_id()));
    FC_RETURN_IF_ERROR(CheckName("edge_node.group", request->edge_node().group(), "edgeGroups/*"));
    FC_RETURN_IF_ERROR(tx.edge_groups().Get(request->edge_node().group()).status());
    StoredNode stored;
    stored.set_name(JoinName("", "edgeNodes", request->edge_node_id()));
    stored.set_group(request->edge_node().group());
    FC_RETURN_IF_ERROR(tx.edge_nodes().Insert(stored));
    out = ToApi(stored, now);
    return absl::OkStatus();
  }));
}

grpc::Status EdgeServiceImpl::GetEdgeNode(grpc::ServerContext*,
                                          const v1::GetEdgeNodeRequest* request,
                                          v1::EdgeNode* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckEdgeNodeName("name", request->name()));
    FC_ASSIGN_OR_RETURN(const StoredNode stored, tx.edge_nodes().Get(request->name()));
    out = ToApi(stored, context_.clock.Now());
    return absl::OkStatus();
  });
}

grpc::Status EdgeServiceImpl::ListEdgeNodes(grpc::ServerContext*,
                                            const v1::ListEdgeNodesRequest* request,
                                            v1::ListEdgeNodesResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<StoredNode> nodes, tx.edge_nodes().List("", page));
    for (const StoredNode& stored : nodes.items) {
      if (!request->group().empty() && stored.group() != request->group()) continue;
      *out.add_edge_nodes() = ToApi(stored, context_.clock.Now());
    }
    out.set_next_page_token(nodes.next);
    return absl::OkStatus();
  });
}

grpc::Status EdgeServiceImpl::DeleteEdgeNode(grpc::ServerContext*,
                                             const v1::DeleteEdgeNodeRequest* request,
                                             google::protobuf::Empty*) {
  return ToGrpc(context_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckEdgeNodeName("name", request->name()));
    FC_ASSIGN_OR_RETURN(const StoredNode stored, tx.edge_nodes().Get(request->name()));
    const uint64_t behind = stored.next_sequence() > stored.cursor().sequence() + 1
                                ? stored.next_sequence() - stored.cursor().sequence() - 1
                                : 0;
    if (behind > 0 && !request->force()) {
      return absl::FailedPreconditionError(absl::StrCat(
          stored.name(), " holds ", behind,
          " requests that were not handed over; they would be lost. Let it connect and "
          "catch up, or set force"));
    }
    return tx.edge_nodes().Delete(stored.name());
  }));
}

grpc::Status EdgeServiceImpl::AcceptLogGap(grpc::ServerContext*,
                                           const v1::AcceptLogGapRequest* request,
                                           v1::EdgeNode* response) {
  const absl::Time now = context_.clock.Now();
  return ToGrpc(RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckEdgeNodeName("name", request->name()));
    FC_ASSIGN_OR_RETURN(StoredNode stored, tx.edge_nodes().Get(request->name()));
    if (stored.log_error().empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(stored.name(), " has no log error: there is nothing to accept"));
    }
    if (request->log_error() != stored.log_error()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "log_error: is not the node's present error, which is \"", stored.log_error(), "\""));
    }
    ReadOnAfterLogError(stored);
    FC_RETURN_IF_ERROR(tx.edge_nodes().Update(stored));
    out = ToApi(stored, now);
    return absl::OkStatus();
  }));
}

}  // namespace fluxcascade
