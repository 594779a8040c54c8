#include "controlplane/ingest/edge_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

// What the store itself could not do just now says nothing about the batch.
bool IsOfTheStore(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsUnavailable(status) ||
         absl::IsResourceExhausted(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status);
}

edge::v1::Batch OnlyRequest(const edge::v1::Batch& batch, int index) {
  edge::v1::Batch one;
  one.set_log_id(batch.log_id());
  *one.add_requests() = batch.requests(index);
  return one;
}

store::v1::Rejection ToStored(const edge::v1::RejectedRequest& rejected) {
  constexpr absl::string_view kPrefix = "REASON_";
  absl::string_view reason = edge::v1::RejectedRequest::Reason_Name(rejected.reason());
  reason.remove_prefix(std::min(reason.size(), kPrefix.size()));
  store::v1::Rejection stored;
  stored.set_app(rejected.hook_id());
  *stored.mutable_receive_time() = rejected.receive_time();
  stored.set_reason(std::string(reason));
  if (!rejected.recipe_label().empty()) {
    stored.set_detail(absl::StrCat("refused by the check ", rejected.recipe_label()));
  }
  stored.set_remote_address(rejected.remote_address());
  stored.set_count(static_cast<int64_t>(rejected.count()));
  stored.set_body_preview(rejected.body_preview());
  return stored;
}

std::string DescribeLog(const edge::v1::LogState& log) {
  return absl::StrCat("log ", log.log_id(), " holding [", log.first_sequence(), ", ",
                      log.next_sequence(), ")");
}

}  // namespace

EdgeSession::EdgeSession(std::string node, Store& store, const ConnectorRegistry& connectors,
                         const OpenApp& open_app, Ingestor& ingestor, const Clock& clock,
                         Random& random, std::function<void()> on_config_applied,
                         EdgeSessionOptions options, Send send)
    : node_(std::move(node)),
      store_(store),
      connectors_(connectors),
      open_app_(open_app),
      ingestor_(ingestor),
      clock_(clock),
      random_(random),
      on_config_applied_(std::move(on_config_applied)),
      options_(options),
      send_(std::move(send)) {}

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
      return OnBatch(message.batch());
    case edge::v1::ConnectRequest::kPullError:
      return OnPullError(message.pull_error());
    case edge::v1::ConnectRequest::kStatus:
      return OnStatus(message.status());
    case edge::v1::ConnectRequest::kRejections:
      return OnRejections(message.rejections());
    case edge::v1::ConnectRequest::MESSAGE_NOT_SET:
      // A newer edge says something that we do not know: no reason to cut it off.
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status EdgeSession::OnHello(const edge::v1::Hello& hello) {
  const absl::Time now = clock_.Now();
  FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::EdgeNode node, tx.edge_nodes().Get(node_));
    node.set_connected(true);
    node.set_version(hello.version());
    node.set_applied_config_version(hello.config_version());
    node.clear_config_error();
    node.clear_log_error();
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
  }));
  {
    MutexLock lock(mutex_);
    greeted_ = true;
    sent_config_version_ = 0;
    pulling_ = false;
  }
  Log(LogLevel::kInfo, "edge connected", {{"node", node_}, {"log", DescribeLog(hello.log())}});
  FC_RETURN_IF_ERROR(SendConfigIfNewer());
  return PullNext();
}

absl::Status EdgeSession::OnConfigResult(const edge::v1::ConfigResult& result) {
  FC_RETURN_IF_ERROR(UpdateNode([&](store::v1::EdgeNode& node) {
    node.set_config_error(result.error());
    if (result.error().empty()) node.set_applied_config_version(result.version());
  }));
  if (!result.error().empty()) {
    Log(LogLevel::kError, "edge refused its configuration",
        {{"node", node_}, {"version", result.version()}, {"reason", result.error()}});
  }
  on_config_applied_();
  return absl::OkStatus();
}

absl::Status EdgeSession::OnBatch(const edge::v1::Batch& batch) {
  if (!batch.requests().empty()) {
    FC_RETURN_IF_ERROR(TakeIn(batch));
    edge::v1::ConnectResponse response;
    response.mutable_ack()->set_log_id(batch.log_id());
    response.mutable_ack()->set_through(batch.requests().rbegin()->sequence());
    if (!SendMessage(response)) return absl::UnavailableError("the stream is broken");
  }
  PullAnswered();
  return PullNext();
}

absl::Status EdgeSession::TakeIn(const edge::v1::Batch& batch) {
  int pulls = 0;
  if (first_batch_) {
    // Written before the batch is touched, so that a batch which ends the process is known the next
    // time.
    FC_RETURN_IF_ERROR(UpdateNode([&](store::v1::EdgeNode& node) {
      pulls = node.uncommitted_pulls() + 1;
      node.set_uncommitted_pulls(pulls);
    }));
    first_batch_ = false;
  }
  if (pulls < kMaxUncommittedPulls) {
    const absl::Status status = ingestor_.Ingest(node_, batch);
    if (IsOfTheStore(status)) {
      const absl::Status uncounted = UpdateNode(
          [&](store::v1::EdgeNode& node) { node.set_uncommitted_pulls(std::max(0, pulls - 1)); });
      if (!uncounted.ok()) Log(LogLevel::kWarning, "store unavailable", {{"error", uncounted}});
    }
    return status;
  }
  for (int i = 0; i < batch.requests_size(); ++i) {
    const edge::v1::Batch one = OnlyRequest(batch, i);
    // The last time it was tried alone, and the process did not live to tell: not again.
    absl::Status status = i == 0 && pulls > kMaxUncommittedPulls
                              ? absl::InternalError("could not be taken in, without a word why")
                              : ingestor_.Ingest(node_, one);
    if (status.ok()) continue;
    if (IsOfTheStore(status)) return status;
    Log(LogLevel::kError, "request set aside",
        {{"node", node_}, {"sequence", batch.requests(i).sequence()}, {"error", status}});
    FC_RETURN_IF_ERROR(ingestor_.SetAsideFirst(node_, one, status.message()));
  }
  return absl::OkStatus();
}

absl::Status EdgeSession::OnPullError(const edge::v1::PullError& error) {
  PullAnswered();
  constexpr absl::string_view kPrefix = "REASON_";
  absl::string_view reason = edge::v1::PullError::Reason_Name(error.reason());
  reason.remove_prefix(std::min(reason.size(), kPrefix.size()));
  const std::string text = absl::StrCat(reason, ": ", error.detail());
  Log(LogLevel::kError, "edge log and cursor do not fit", {{"node", node_}, {"error", text}});
  return UpdateNode([&](store::v1::EdgeNode& node) {
    node.set_log_error(text);
    node.set_reported_log_id(error.log().log_id());
    node.set_first_sequence(error.log().first_sequence());
    node.set_next_sequence(error.log().next_sequence());
  });
}

absl::Status EdgeSession::OnStatus(const edge::v1::Status& status) {
  return UpdateNode([&](store::v1::EdgeNode& node) {
    node.set_reported_log_id(status.log().log_id());
    node.set_first_sequence(status.log().first_sequence());
    node.set_next_sequence(status.log().next_sequence());
    node.set_not_ready_reason(status.not_ready_reason());
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

absl::Status EdgeSession::Tick() {
  if (!greeted()) return absl::OkStatus();
  FC_RETURN_IF_ERROR(SendConfigIfNewer());
  return PullNext();
}

void EdgeSession::Disconnected() {
  const absl::Status status =
      UpdateNode([](store::v1::EdgeNode& node) { node.set_connected(false); });
  Log(LogLevel::kInfo, "edge disconnected", {{"node", node_}, {"stored", status}});
}

absl::Status EdgeSession::SendConfigIfNewer() {
  edge::v1::ConnectResponse response;
  const absl::Time now = clock_.Now();
  absl::Status status = store_.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const store::v1::EdgeNode node, tx.edge_nodes().Get(node_));
    FC_ASSIGN_OR_RETURN(const store::v1::EdgeGroup group, tx.edge_groups().Get(node.group()));
    {
      MutexLock lock(mutex_);
      if (group.config_version() <= sent_config_version_) return absl::OkStatus();
    }
    FC_ASSIGN_OR_RETURN(*response.mutable_config(),
                        BuildEdgeConfig(tx, node.group(), connectors_, open_app_, now));
    return absl::OkStatus();
  });
  if (!status.ok()) {
    // The edge stays with what it has, and goes on; what is wrong is ours to mend.
    Log(LogLevel::kError, "no configuration for edge", {{"node", node_}, {"error", status}});
    return absl::OkStatus();
  }
  if (!response.has_config()) return absl::OkStatus();
  const int64_t version = response.config().version();
  if (!SendMessage(response)) return absl::UnavailableError("the stream is broken");
  MutexLock lock(mutex_);
  sent_config_version_ = version;
  return absl::OkStatus();
}

absl::Status EdgeSession::PullNext() {
  {
    // Taken before the cursor is read: nobody else can then ask from a cursor that is about to
    // move.
    MutexLock lock(mutex_);
    if (pulling_) return absl::OkStatus();
    pulling_ = true;
  }
  edge::v1::ConnectResponse response;
  std::string paused_reason;
  bool changed = false;
  absl::Status status = store_.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const store::v1::EdgeNode node, tx.edge_nodes().Get(node_));
    FC_ASSIGN_OR_RETURN(const QueueStats stats,
                        tx.queue().Stats(store::v1::DIRECTION_INBOUND, clock_.Now()));
    if (stats.pending > options_.max_pending_deliveries) {
      paused_reason = absl::StrCat("more than ", options_.max_pending_deliveries,
                                   " inbound deliveries are pending");
    }
    changed = paused_reason != node.pull_paused_reason();
    if (node.log_error().empty() && paused_reason.empty()) {
      FillPull(node.cursor(), *response.mutable_pull());
    }
    return absl::OkStatus();
  });
  if (status.ok() && changed) {
    status =
        UpdateNode([&](store::v1::EdgeNode& node) { node.set_pull_paused_reason(paused_reason); });
  }
  if (!status.ok() || !response.has_pull()) {
    PullAnswered();
    return status;
  }
  return SendMessage(response) ? absl::OkStatus() : absl::UnavailableError("the stream is broken");
}

void EdgeSession::FillPull(const store::v1::Cursor& cursor, edge::v1::Pull& pull) const {
  pull.set_log_id(cursor.log_id());
  pull.set_after(cursor.sequence());
  pull.set_after_chain(cursor.chain());
  pull.set_max_bytes(options_.batch_bytes);
  pull.set_wait_ms(options_.pull_wait_ms);
}

void EdgeSession::PullAnswered() {
  MutexLock lock(mutex_);
  pulling_ = false;
}

bool EdgeSession::greeted() {
  MutexLock lock(mutex_);
  return greeted_;
}

absl::Status EdgeSession::UpdateNode(const std::function<void(store::v1::EdgeNode&)>& change) {
  const absl::Time now = clock_.Now();
  return store_.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::EdgeNode node, tx.edge_nodes().Get(node_));
    *node.mutable_last_seen_time() = ToProto(now);
    change(node);
    return tx.edge_nodes().Update(node);
  });
}

bool EdgeSession::SendMessage(const edge::v1::ConnectResponse& message) {
  MutexLock lock(mutex_);
  return send_(message);
}

}  // namespace fluxcascade
