#include "controlplane/api/health_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/api/edge_node_state.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"

namespace fluxcascade {
namespace {

// How long due work may wait before it is a problem.
constexpr absl::Duration kLateAfter = absl::Minutes(1);
constexpr absl::Duration kCountedPeriod = absl::Hours(1);

absl::Status FillQueue(Transaction& tx, absl::string_view workspace, store::v1::Direction direction,
                       absl::Time now, v1::QueueHealth& queue) {
  FC_ASSIGN_OR_RETURN(const QueueStats stats, tx.queue().Stats(direction, now));
  FC_ASSIGN_OR_RETURN(const DeliveryCounts counts,
                      tx.deliveries().Count(workspace, direction, now - kCountedPeriod));
  queue.set_pending(stats.pending);
  queue.set_running(stats.running);
  queue.set_succeeded(counts.succeeded);
  queue.set_failed(counts.failed);
  if (stats.oldest_due.has_value()) {
    *queue.mutable_oldest_due_age() =
        ToProto(std::max(absl::ZeroDuration(), now - *stats.oldest_due));
  }
  return absl::OkStatus();
}

// Runs `see` for every resource that `list` gives, page by page.
template <typename List, typename See>
absl::Status ForEach(const List& list, const See& see) {
  PageRequest request{.size = kMaxPageSize, .after = ""};
  do {
    FC_ASSIGN_OR_RETURN(const auto page, list(request));
    for (const auto& item : page.items) see(item);
    request.after = page.next;
  } while (!request.after.empty());
  return absl::OkStatus();
}

absl::Status SeeEdges(Transaction& tx, absl::Time now, v1::SystemHealth& health) {
  return ForEach(
      [&](const PageRequest& page) { return tx.edge_nodes().List("", page); },
      [&](const store::v1::EdgeNode& node) {
        const v1::EdgeNode::State state = EdgeNodeState(node, now);
        const bool connected =
            state == v1::EdgeNode::STATE_CONNECTED || state == v1::EdgeNode::STATE_LOG_ERROR;
        if (connected) {
          health.set_edge_nodes_connected(health.edge_nodes_connected() + 1);
        } else {
          health.set_edge_nodes_disconnected(health.edge_nodes_disconnected() + 1);
          health.add_problems(absl::StrCat(node.name(), " is not connected"));
        }
        for (const std::string& problem : {node.log_error(), node.config_error(),
                                           node.not_ready_reason(), node.pull_paused_reason()}) {
          if (!problem.empty()) {
            health.add_problems(absl::StrCat(node.name(), ": ", problem));
          }
        }
      });
}

absl::Status SeeConnections(Transaction& tx, absl::string_view workspace,
                            v1::SystemHealth& health) {
  return ForEach(
      [&](const PageRequest& page) { return tx.connections().List(workspace, page); },
      [&](const store::v1::Connection& connection) {
        if (connection.state() == store::v1::Connection::STATE_ACTIVE && !connection.paused()) {
          return;
        }
        health.set_connections_not_active(health.connections_not_active() + 1);
        // Paused is what somebody wanted.
        if (connection.paused()) return;
        health.add_problems(
            absl::StrCat(connection.name(), " is not active: ", connection.state_reason()));
      });
}

// A removal that fails goes on being tried; it stays STATE_REMOVING.
bool Fails(const store::v1::Subscription& subscription) {
  return subscription.state() == store::v1::Subscription::STATE_FAILED ||
         (subscription.state() == store::v1::Subscription::STATE_REMOVING &&
          subscription.failed_attempts() > 0);
}

absl::Status SeeSubscriptions(Transaction& tx, absl::string_view workspace,
                              v1::SystemHealth& health) {
  absl::Status status;
  FC_RETURN_IF_ERROR(ForEach(
      [&](const PageRequest& page) { return tx.apps().List(workspace, page); },
      [&](const store::v1::App& app) {
        const auto subscriptions = tx.subscriptions().ListByApp(app.name());
        if (!subscriptions.ok()) {
          status = subscriptions.status();
          return;
        }
        for (const store::v1::Subscription& subscription : *subscriptions) {
          if (!Fails(subscription)) continue;
          health.set_subscriptions_failed(health.subscriptions_failed() + 1);
          const bool removing = subscription.state() == store::v1::Subscription::STATE_REMOVING;
          health.add_problems(absl::StrCat("webhook subscription ", subscription.event_type(), " ",
                                           subscription.property(), " of ", app.name(),
                                           removing ? " is not needed and stays: " : ": ",
                                           subscription.state_reason()));
        }
      }));
  return status;
}

void SeeQueue(absl::string_view name, const v1::QueueHealth& queue, v1::SystemHealth& health) {
  if (FromProto(queue.oldest_due_age()) > kLateAfter) {
    health.add_problems(absl::StrCat(name, " deliveries are late by ",
                                     absl::FormatDuration(FromProto(queue.oldest_due_age()))));
  }
  if (queue.failed() > 0) {
    health.add_problems(
        absl::StrCat(queue.failed(), " ", name, " deliveries failed within the last hour"));
  }
}

}  // namespace

grpc::Status HealthServiceImpl::GetSystemHealth(grpc::ServerContext*,
                                                const v1::GetSystemHealthRequest* request,
                                                v1::SystemHealth* response) {
  const absl::Time now = context_.clock.Now();
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_RETURN_IF_ERROR(FillQueue(tx, request->parent(), store::v1::DIRECTION_INBOUND, now,
                                 *out.mutable_inbound()));
    FC_RETURN_IF_ERROR(FillQueue(tx, request->parent(), store::v1::DIRECTION_OUTBOUND, now,
                                 *out.mutable_outbound()));
    SeeQueue("inbound", out.inbound(), out);
    SeeQueue("outbound", out.outbound(), out);
    FC_RETURN_IF_ERROR(SeeEdges(tx, now, out));
    FC_RETURN_IF_ERROR(SeeConnections(tx, request->parent(), out));
    FC_RETURN_IF_ERROR(SeeSubscriptions(tx, request->parent(), out));
    out.set_version(context_.version);
    out.set_status(out.problems().empty() ? v1::SystemHealth::STATUS_OK
                                          : v1::SystemHealth::STATUS_DEGRADED);
    return absl::OkStatus();
  });
}

}  // namespace fluxcascade
