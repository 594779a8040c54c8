#include "controlplane/ingest/log_puller.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/logging/logging.h"
#include "common/status/status_macros.h"
#include "controlplane/ingest/edge_node_record.h"

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
  *one.mutable_log() = batch.log();
  *one.add_requests() = batch.requests(index);
  return one;
}

}  // namespace

LogPuller::LogPuller(std::string node, Store& store, Ingestor& ingestor, const Clock& clock,
                     PullOptions options, Send send)
    : node_(std::move(node)),
      store_(store),
      ingestor_(ingestor),
      clock_(clock),
      options_(options),
      send_(std::move(send)) {}

absl::Status LogPuller::PullNext() {
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
    FC_ASSIGN_OR_RETURN(paused_reason, PausedReason(tx));
    changed = paused_reason != node.pull_paused_reason();
    if (node.log_error().empty() && paused_reason.empty()) {
      FillPull(node.cursor(), *response.mutable_pull());
    }
    return absl::OkStatus();
  });
  if (status.ok() && changed) {
    status = UpdateEdgeNode(store_, node_, clock_.Now(), [&](store::v1::EdgeNode& node) {
      node.set_pull_paused_reason(paused_reason);
    });
  }
  if (!status.ok() || !response.has_pull()) {
    PullAnswered();
    return status;
  }
  return send_(response) ? absl::OkStatus() : absl::UnavailableError("the stream is broken");
}

absl::StatusOr<std::string> LogPuller::PausedReason(Transaction& tx) const {
  FC_ASSIGN_OR_RETURN(const QueueStats stats,
                      tx.queue().Stats(store::v1::DIRECTION_INBOUND, clock_.Now()));
  if (stats.pending > options_.max_pending_deliveries) {
    return absl::StrCat("more than ", options_.max_pending_deliveries,
                        " inbound deliveries are pending");
  }
  FC_ASSIGN_OR_RETURN(const int64_t bytes, store_.SizeBytes());
  if (bytes > options_.max_store_bytes) {
    return absl::StrCat("the store holds more than ", options_.max_store_bytes, " bytes");
  }
  return std::string();
}

absl::Status LogPuller::OnBatch(const edge::v1::Batch& batch) {
  if (!batch.requests().empty()) {
    FC_RETURN_IF_ERROR(TakeIn(batch));
    edge::v1::ConnectResponse response;
    response.mutable_ack()->set_log_id(batch.log_id());
    response.mutable_ack()->set_through(batch.requests().rbegin()->sequence());
    if (!send_(response)) return absl::UnavailableError("the stream is broken");
  }
  PullAnswered();
  return PullNext();
}

absl::Status LogPuller::OnPullError(const edge::v1::PullError& error) {
  PullAnswered();
  const std::string text =
      absl::StrCat(absl::StripPrefix(edge::v1::PullError::Reason_Name(error.reason()), "REASON_"),
                   ": ", error.detail());
  Log(LogLevel::kError, "edge log and cursor do not fit", {{"node", node_}, {"error", text}});
  return UpdateEdgeNode(store_, node_, clock_.Now(), [&](store::v1::EdgeNode& node) {
    node.set_log_error(text);
    node.set_damaged_sequence(error.damaged_sequence());
    node.set_reported_log_id(error.log().log_id());
    node.set_first_sequence(error.log().first_sequence());
    node.set_next_sequence(error.log().next_sequence());
  });
}

absl::Status LogPuller::TakeIn(const edge::v1::Batch& batch) {
  FC_ASSIGN_OR_RETURN(const int pulls, CountPull());
  const absl::Status status = pulls < kMaxUncommittedPulls
                                  ? ingestor_.Ingest(node_, batch)
                                  : TakeInOneByOne(batch, pulls > kMaxUncommittedPulls);
  if (IsOfTheStore(status) && pulls > 0) UncountPull();
  return status;
}

absl::Status LogPuller::TakeInOneByOne(const edge::v1::Batch& batch, bool first_ended_the_process) {
  for (int i = 0; i < batch.requests_size(); ++i) {
    const edge::v1::Batch one = OnlyRequest(batch, i);
    // The last time it was tried alone, and the process did not live to tell: not again.
    absl::Status status = i == 0 && first_ended_the_process
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

// How often, with this one, was read on from the cursor without a commit; 0 when this stream has
// already committed something, so that no count is needed. Written before the batch is touched, so
// that a batch which ends the process is known the next time.
absl::StatusOr<int> LogPuller::CountPull() {
  int pulls = 0;
  if (!first_batch_) return pulls;
  FC_RETURN_IF_ERROR(UpdateEdgeNode(store_, node_, clock_.Now(), [&](store::v1::EdgeNode& node) {
    pulls = node.uncommitted_pulls() + 1;
    node.set_uncommitted_pulls(pulls);
  }));
  first_batch_ = false;
  return pulls;
}

// Where a part of the batch was committed there is nothing left to take back.
void LogPuller::UncountPull() {
  const absl::Status uncounted =
      UpdateEdgeNode(store_, node_, clock_.Now(), [](store::v1::EdgeNode& node) {
        node.set_uncommitted_pulls(std::max(0, node.uncommitted_pulls() - 1));
      });
  if (!uncounted.ok()) Log(LogLevel::kWarning, "store unavailable", {{"error", uncounted}});
}

void LogPuller::FillPull(const store::v1::Cursor& cursor, edge::v1::Pull& pull) const {
  pull.set_log_id(cursor.log_id());
  pull.set_after(cursor.sequence());
  pull.set_after_chain(cursor.chain());
  pull.set_max_bytes(options_.batch_bytes);
  pull.set_wait_ms(options_.wait_ms);
}

void LogPuller::PullAnswered() {
  MutexLock lock(mutex_);
  pulling_ = false;
}

}  // namespace fluxcascade
