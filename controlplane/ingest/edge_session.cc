#include "controlplane/ingest/edge_session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/id/id.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/ingest/edge_node_record.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

store::v1::Rejection ToStored(const edge::v1::RejectedRequest& rejected) {
  store::v1::Rejection stored;
  stored.set_app(rejected.hook_id());
  *stored.mutable_receive_time() = rejected.receive_time();
  stored.set_reason(std::string(
      absl::StripPrefix(edge::v1::RejectedRequest::Reason_Name(rejected.reason()), "REASON_")));
  if (!rejected.recipe_label().empty()) {
    stored.set_detail(absl::StrCat("refused by the check ", rejected.recipe_label()));
  }
  stored.set_remote_address(rejected.remote_address());
  stored.set_count(static_cast<int64_t>(rejected.count()));
  stored.set_body_preview(rejected.body_preview());
  return stored;
}

store::v1::EdgeNode::ConfigSource SourceOf(const edge::v1::ConfigState& state) {
  switch (state.source()) {
    case edge::v1::ConfigState::SOURCE_CONTROL_PLANE:
      return store::v1::EdgeNode::CONFIG_SOURCE_CONTROL_PLANE;
    case edge::v1::ConfigState::SOURCE_COPY:
      return store::v1::EdgeNode::CONFIG_SOURCE_COPY;
    default:
      return store::v1::EdgeNode::CONFIG_SOURCE_UNSPECIFIED;
  }
}

store::v1::EdgeCounters CountersOf(const edge::v1::Status& status) {
  store::v1::EdgeCounters counters;
  counters.set_accepted(status.accepted());
  counters.set_rejected(status.rejected());
  counters.set_unavailable(status.unavailable());
  counters.set_rejections_dropped(status.rejections_dropped());
  counters.set_malformed_requests(status.malformed_requests());
  counters.set_timed_out_connections(status.timed_out_connections());
  counters.set_failed_handshakes(status.failed_handshakes());
  counters.set_refused_connections(status.refused_connections());
  counters.set_open_connections(status.open_connections());
  counters.set_duplicates(status.duplicates());
  counters.set_forgotten_ids(status.forgotten_ids());
  counters.set_rate_limited(status.rate_limited());
  counters.set_refused_bodies(status.refused_bodies());
  counters.set_local_fallbacks(status.local_fallbacks());
  counters.set_late_answers(status.late_answers());
  return counters;
}

void ShowConsumers(const edge::v1::Status& status, store::v1::EdgeNode& node) {
  node.clear_consumers();
  for (const edge::v1::ConsumerState& state : status.consumers()) {
    store::v1::EdgeConsumer& consumer = *node.add_consumers();
    consumer.set_name(state.name());
    consumer.set_acknowledged_sequence(state.acknowledged_sequence());
    consumer.set_lag_requests(state.lag_requests());
    if (state.has_lag_age()) *consumer.mutable_lag_age() = state.lag_age();
    consumer.set_connected(state.connected());
    consumer.set_lost_requests(state.lost_requests());
  }
}

// An older edge says nothing of it: then nothing is shown.
void ShowConfigState(const edge::v1::ConfigState& state, store::v1::EdgeNode& node) {
  node.set_config_source(SourceOf(state));
  node.clear_config_time();
  if (state.has_receive_time()) *node.mutable_config_time() = state.receive_time();
  node.set_no_config_copy_reason(state.no_copy_reason());
}

std::string DescribeLog(const edge::v1::LogState& log) {
  return absl::StrCat("log ", log.log_id(), " holding [", log.first_sequence(), ", ",
                      log.next_sequence(), ")");
}

}  // namespace

EdgeSession::EdgeSession(std::string node, Store& store, const ConnectorRegistry& connectors,
                         const OpenApp& open_app, Ingestor& ingestor,
                         QuarantineCalls& quarantine_calls, const Clock& clock, Random& random,
                         std::function<void()> on_config_applied, EdgeSessionOptions options,
                         Send send)
    : node_(std::move(node)),
      store_(store),
      connectors_(connectors),
      open_app_(open_app),
      clock_(clock),
      random_(random),
      on_config_applied_(std::move(on_config_applied)),
      send_(std::move(send)),
      puller_(node_, store, ingestor, clock, options.pull,
              [this](const edge::v1::ConnectResponse& message) { return SendMessage(message); }),
      quarantine_questions_(quarantine_calls, node_) {}

absl::Status EdgeSession::Handle(const edge::v1::ConnectRequest& message) {
  if (!greeted() && !message.has_hello()) {
    return absl::FailedPreconditionError("the first message must be a hello");
  }
  switch (message.message_case()) {
    case edge::v1::ConnectRequest::kHello:
      return OnHello(message.hello());
    case edge::v1::ConnectRequest::kConfigResult:
      return OnConfigResult(message.config_result());
    case edge::v1::ConnectRequest::kBatch:
      return puller_.OnBatch(message.batch());
    case edge::v1::ConnectRequest::kPullError:
      return puller_.OnPullError(message.pull_error());
    case edge::v1::ConnectRequest::kStatus:
      return OnStatus(message.status());
    case edge::v1::ConnectRequest::kRejections:
      return OnRejections(message.rejections());
    case edge::v1::ConnectRequest::kQuarantineResult:
      OnQuarantineResult(message.quarantine_result());
      return absl::OkStatus();
    case edge::v1::ConnectRequest::MESSAGE_NOT_SET:
      // A newer edge says something that we do not know: no reason to cut it off.
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status EdgeSession::OnHello(const edge::v1::Hello& hello) {
  FC_RETURN_IF_ERROR(StoreHello(hello));
  {
    MutexLock lock(mutex_);
    greeted_ = true;
    sent_config_version_ = 0;
  }
  puller_.OnHello();
  quarantine_questions_.Open();
  Log(LogLevel::kInfo, "edge connected", {{"node", node_}, {"log", DescribeLog(hello.log())}});
  FC_RETURN_IF_ERROR(SendConfigIfNewer());
  return puller_.PullNext();
}

absl::Status EdgeSession::StoreHello(const edge::v1::Hello& hello) {
  const absl::Time now = clock_.Now();
  return store_.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::EdgeNode node, tx.edge_nodes().Get(node_));
    node.set_connected(true);
    node.set_version(hello.version());
    node.set_applied_config_version(hello.config_version());
    node.set_config_confirmed(false);
    ShowConfigState(hello.config_state(), node);
    node.clear_config_error();
    node.clear_log_error();
    node.clear_damaged_sequence();
    node.set_reported_log_id(hello.log().log_id());
    node.set_first_sequence(hello.log().first_sequence());
    node.set_next_sequence(hello.log().next_sequence());
    *node.mutable_last_seen_time() = ToProto(now);
    if (node.cursor().log_id().empty()) node.mutable_cursor()->set_log_id(hello.log().log_id());
    if (node.cursor().log_id() != hello.log().log_id()) {
      node.set_log_error(absl::StrCat("LOG_ID_MISMATCH: we have read log ", node.cursor().log_id(),
                                      " up to ", node.cursor().sequence(), ", the node has ",
                                      DescribeLog(hello.log())));
    }
    FC_RETURN_IF_ERROR(tx.edge_nodes().Update(node));
    // An edge does not go back to an older configuration. It has a newer one than ours when our
    // store was restored.
    FC_ASSIGN_OR_RETURN(store::v1::EdgeGroup group, tx.edge_groups().Get(node.group()));
    if (hello.config_version() <= group.config_version()) return absl::OkStatus();
    group.set_config_version(hello.config_version() + 1);
    return tx.edge_groups().Update(group);
  });
}

absl::Status EdgeSession::OnConfigResult(const edge::v1::ConfigResult& result) {
  FC_RETURN_IF_ERROR(UpdateNode([&](store::v1::EdgeNode& node) {
    if (!result.error().empty()) {
      node.set_config_error(
          absl::StrCat("refused configuration ", result.version(), ": ", result.error()));
      return;
    }
    node.clear_config_error();
    node.set_applied_config_version(result.version());
    node.set_config_confirmed(true);
  }));
  if (!result.error().empty()) {
    Log(LogLevel::kError, "edge refused its configuration",
        {{"node", node_}, {"version", result.version()}, {"reason", result.error()}});
  }
  on_config_applied_();
  return absl::OkStatus();
}

absl::Status EdgeSession::OnStatus(const edge::v1::Status& status) {
  return UpdateNode([&](store::v1::EdgeNode& node) {
    node.set_reported_log_id(status.log().log_id());
    node.set_first_sequence(status.log().first_sequence());
    node.set_next_sequence(status.log().next_sequence());
    node.set_not_ready_reason(status.not_ready_reason());
    *node.mutable_counters() = CountersOf(status);
    ShowQuarantines(status, node);
    ShowConsumers(status, node);
    ShowConfigState(status.config_state(), node);
    node.set_connected(true);
  });
}

absl::Status EdgeSession::OnRejections(const edge::v1::Rejections& rejections) {
  const absl::Time now = clock_.Now();
  return store_.Run([&](Transaction& tx) -> absl::Status {
    for (const edge::v1::RejectedRequest& rejected : rejections.rejections()) {
      const absl::string_view workspace = rejected.hook_id().empty()
                                              ? absl::string_view(kDefaultWorkspace)
                                              : WorkspaceOf(rejected.hook_id());
      store::v1::Rejection stored = ToStored(rejected);
      stored.set_name(JoinName(workspace, "rejections", NewSortableId(now, random_)));
      stored.set_edge_node(node_);
      FC_RETURN_IF_ERROR(tx.rejections().Insert(stored));
    }
    return absl::OkStatus();
  });
}

void EdgeSession::OnQuarantineResult(const edge::v1::QuarantineResult& result) {
  if (quarantine_questions_.OnResult(result)) return;
  Log(LogLevel::kWarning, "an edge's answer about its quarantine came too late to be told",
      {{"node", node_},
       {"released", static_cast<unsigned long>(result.released())},
       {"discarded", static_cast<unsigned long>(result.discarded())},
       {"remaining", static_cast<unsigned long>(result.remaining())},
       {"error", result.error()}});
}

absl::Status EdgeSession::Tick() {
  if (!greeted()) return absl::OkStatus();
  FC_RETURN_IF_ERROR(SendConfigIfNewer());
  FC_RETURN_IF_ERROR(SendQuarantineQuestions());
  return puller_.PullNext();
}

void EdgeSession::Disconnected() {
  const absl::Status status =
      UpdateNode([](store::v1::EdgeNode& node) { node.set_connected(false); });
  Log(LogLevel::kInfo, "edge disconnected", {{"node", node_}, {"stored", status}});
}

absl::Status EdgeSession::SendConfigIfNewer() {
  edge::v1::ConnectResponse response;
  absl::Status built;
  std::string shown_error;
  const absl::Time now = clock_.Now();
  FC_RETURN_IF_ERROR(store_.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const store::v1::EdgeNode node, tx.edge_nodes().Get(node_));
    FC_ASSIGN_OR_RETURN(const store::v1::EdgeGroup group, tx.edge_groups().Get(node.group()));
    if (group.config_version() <= sent_config_version()) return absl::OkStatus();
    absl::StatusOr<edge::v1::Config> config =
        BuildEdgeConfig(tx, node.group(), connectors_, open_app_, now);
    built = config.status();
    shown_error = node.config_error();
    if (config.ok()) *response.mutable_config() = *std::move(config);
    return absl::OkStatus();
  }));
  if (!built.ok()) return ShowConfigError(built, shown_error);
  if (!response.has_config()) return absl::OkStatus();
  const int64_t version = response.config().version();
  if (!SendMessage(response)) return absl::UnavailableError("the stream is broken");
  MutexLock lock(mutex_);
  sent_config_version_ = version;
  return absl::OkStatus();
}

absl::Status EdgeSession::SendQuarantineQuestions() {
  for (edge::v1::ReleaseQuarantine& question :
       quarantine_questions_.TakeQuestions(sent_config_version())) {
    edge::v1::ConnectResponse response;
    *response.mutable_release_quarantine() = std::move(question);
    if (!SendMessage(response)) return absl::UnavailableError("the stream is broken");
  }
  return absl::OkStatus();
}

absl::Status EdgeSession::ShowConfigError(const absl::Status& error,
                                          absl::string_view shown_error) {
  const std::string text = absl::StrCat("none could be made: ", error.message());
  if (text == shown_error) return absl::OkStatus();
  Log(LogLevel::kError, "no configuration for edge", {{"node", node_}, {"error", error}});
  return UpdateNode([&](store::v1::EdgeNode& node) { node.set_config_error(text); });
}

bool EdgeSession::greeted() {
  MutexLock lock(mutex_);
  return greeted_;
}

int64_t EdgeSession::sent_config_version() {
  MutexLock lock(mutex_);
  return sent_config_version_;
}

absl::Status EdgeSession::UpdateNode(const std::function<void(store::v1::EdgeNode&)>& change) {
  return UpdateEdgeNode(store_, node_, clock_.Now(), change);
}

bool EdgeSession::SendMessage(const edge::v1::ConnectResponse& message) {
  MutexLock lock(mutex_);
  return send_(message);
}

}  // namespace fluxcascade
