#include "edge/link/link_conversation.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "edge/log/log_position.h"

namespace fluxcascade::edge {
namespace {

v1::ConnectRequest Wrap(v1::ConfigResult result) {
  v1::ConnectRequest message;
  *message.mutable_config_result() = std::move(result);
  return message;
}

v1::ConnectRequest Wrap(v1::QuarantineResult result) {
  v1::ConnectRequest message;
  *message.mutable_quarantine_result() = std::move(result);
  return message;
}

v1::ConnectRequest Wrap(v1::PullError error) {
  v1::ConnectRequest message;
  *message.mutable_pull_error() = std::move(error);
  return message;
}

v1::ConnectRequest BatchOf(EventLog::ReadResult read) {
  v1::ConnectRequest message;
  v1::Batch* batch = message.mutable_batch();
  batch->set_log_id(read.state.log_id());
  batch->mutable_requests()->Reserve(static_cast<int>(read.requests.size()));
  for (v1::LoggedRequest& request : read.requests) *batch->add_requests() = std::move(request);
  *batch->mutable_log() = std::move(read.state);
  return message;
}

void AddHttp(const HttpStats& http, v1::Status& status) {
  status.set_open_connections(http.open_connections);
  status.set_malformed_requests(http.malformed_requests);
  status.set_timed_out_connections(http.timed_out_connections);
  status.set_failed_handshakes(http.failed_handshakes);
  status.set_refused_connections(http.refused_connections);
  status.set_refused_bodies(http.refused_bodies);
  status.set_late_answers(http.late_answers);
}

}  // namespace

v1::ConnectRequest LinkConversation::Hello() const {
  v1::ConnectRequest message;
  v1::Hello* hello = message.mutable_hello();
  hello->set_version(edge_.version);
  *hello->mutable_log() = edge_.log.State();
  // What it has is not of a further consumer's making.
  if (!IsPrimary()) return message;
  hello->set_config_version(edge_.config.version());
  *hello->mutable_config_state() = edge_.config.State();
  return message;
}

void LinkConversation::Receive(const v1::ConnectResponse& message, absl::Duration now,
                               absl::Time wall_time) {
  switch (message.message_case()) {
    case v1::ConnectResponse::kConfig: {
      v1::ConfigResult result = Apply(message.config(), wall_time);
      MutexLock lock(mutex_);
      config_results_.push_back(std::move(result));
      // It says where the configuration is from now.
      status_due_ = now;
      break;
    }
    case v1::ConnectResponse::kPull: {
      const absl::Duration wait =
          std::min(absl::Milliseconds(message.pull().wait_ms()), kMaxPullWait);
      MutexLock lock(mutex_);
      pull_ = PendingPull{message.pull(), now + wait};
      break;
    }
    case v1::ConnectResponse::kAck:
      Acknowledge(message.ack());
      break;
    case v1::ConnectResponse::kReleaseQuarantine:
      Release(message.release_quarantine());
      break;
    case v1::ConnectResponse::MESSAGE_NOT_SET:
      // Of a newer control plane; what an edge must know comes with an edge that knows it.
      edge_.notices.Log(LogLevel::kWarning,
                        "the control plane sent a message that this edge does not know");
      break;
  }
}

v1::ConfigResult LinkConversation::Apply(const v1::Config& config, absl::Time wall_time) const {
  v1::ConfigResult result;
  result.set_version(config.version());
  if (!IsPrimary()) {
    result.set_error(
        "this edge takes its configuration from its first control plane (--control_plane) alone; "
        "you read its log (--also_feed)");
    return result;
  }
  const absl::Status applied = edge_.config.Apply(config, wall_time);
  if (applied.ok()) {
    edge_.notices.Log(
        LogLevel::kInfo, "serving a new configuration",
        {{"version", static_cast<long>(config.version())}, {"hooks", config.hooks_size()}});
  } else {
    result.set_error(std::string(applied.message()));
    edge_.notices.Log(LogLevel::kWarning, "refused a configuration",
                      {{"version", static_cast<long>(config.version())}, {"error", applied}});
  }
  return result;
}

// Whoever pulls from there has what is before, and may have said so when nobody could hear or
// remember it. Without a chain an operator has given up what is before, some of it unreadable.
void LinkConversation::TakeAsAcknowledged(const v1::Pull& pull) const {
  if (pull.after_chain().empty()) return;
  v1::Ack ack;
  ack.set_log_id(pull.log_id());
  ack.set_through(pull.after());
  Acknowledge(ack);
}

void LinkConversation::Acknowledge(const v1::Ack& ack) const {
  // Senders wait for it, and need not wait for the log to note it down; it holds even if the log
  // can't.
  if (edge_.committed && CheckAcknowledge(ack.log_id(), ack.through(), edge_.log.State()).ok()) {
    edge_.committed(ack.through());
  }
  const absl::Status status = edge_.log.AcknowledgeAs(edge_.consumer, ack.log_id(), ack.through());
  if (!status.ok()) {
    edge_.notices.Log(LogLevel::kError, "the log did not take an acknowledgement",
                      {{"consumer", edge_.consumer},
                       {"log_id", ack.log_id()},
                       {"through", static_cast<unsigned long>(ack.through())},
                       {"error", status}});
  }
}

void LinkConversation::Release(const v1::ReleaseQuarantine& ask) {
  edge_.notices.Log(
      LogLevel::kInfo, "asked to go through a quarantine",
      {{"hook", ask.hook_id()}, {"mode", v1::ReleaseQuarantine::Mode_Name(ask.mode())}});
  if (edge_.quarantine != nullptr && IsPrimary()) return edge_.quarantine->Ask(ask);
  v1::QuarantineResult result;
  result.set_request_id(ask.request_id());
  result.set_error(IsPrimary() ? "this edge keeps no quarantine (--max_quarantine_bytes=0)"
                               : "only the edge's first control plane (--control_plane) may ask");
  MutexLock lock(mutex_);
  if (refused_releases_.size() < Quarantine::kMaxWaitingAsks) {
    refused_releases_.push_back(std::move(result));
  }
}

void LinkConversation::AddQuarantineResults(std::vector<v1::ConnectRequest>& messages) {
  for (v1::QuarantineResult& result : refused_releases_) {
    messages.push_back(Wrap(std::move(result)));
  }
  refused_releases_.clear();
  if (edge_.quarantine == nullptr || !IsPrimary()) return;
  for (v1::QuarantineResult& result : edge_.quarantine->TakeResults()) {
    messages.push_back(Wrap(std::move(result)));
  }
}

LinkConversation::Turn LinkConversation::TakeTurn(absl::Duration now, absl::Time wall_time) {
  Turn turn;
  MutexLock lock(mutex_);
  for (v1::ConfigResult& result : config_results_) turn.messages.push_back(Wrap(std::move(result)));
  config_results_.clear();
  AddQuarantineResults(turn.messages);
  if (std::optional<v1::ConnectRequest> answer = AnswerPull(now)) {
    turn.messages.push_back(*std::move(answer));
  }
  if (now >= status_due_) {
    turn.messages.push_back(Status(wall_time));
    status_due_ = now + kStatusInterval;
  }
  if (now >= rejections_due_) {
    // Each is told of once.
    if (std::optional<v1::ConnectRequest> rejections =
            IsPrimary() ? TakeRejections(wall_time) : std::nullopt) {
      turn.messages.push_back(*std::move(rejections));
    }
    rejections_due_ = now + kRejectionsInterval;
  }
  turn.next = std::min(status_due_, rejections_due_);
  if (pull_.has_value()) turn.next = std::min(turn.next, pull_->deadline);
  return turn;
}

v1::ConnectRequest LinkConversation::LastWords(absl::Time wall_time) {
  MutexLock lock(mutex_);
  return Status(wall_time);
}

void LinkConversation::NotSent(const v1::ConnectRequest& message) const {
  if (message.has_rejections()) edge_.rejections.CountAsDropped(message.rejections());
}

std::optional<v1::ConnectRequest> LinkConversation::AnswerPull(absl::Duration now) {
  if (!pull_.has_value()) return std::nullopt;
  v1::Pull pull = pull_->pull;
  pull.set_max_bytes(std::clamp<uint32_t>(pull.max_bytes(), 1, kMaxBatchBytes));

  v1::PullError error;
  absl::StatusOr<EventLog::ReadResult> read = edge_.log.Read(pull, &error);
  // A log that is being reopened has nothing to give for a while: no reason to stop the pulling.
  read_failure_ = absl::IsUnavailable(read.status()) ? read.status() : absl::OkStatus();
  if (!read_failure_.ok()) {
    read = EventLog::ReadResult{.requests = {}, .state = edge_.log.State()};
  }
  if (read.ok() && read_failure_.ok()) TakeAsAcknowledged(pull);
  if (read.ok() && read->requests.empty() && now < pull_->deadline) return std::nullopt;
  pull_.reset();
  if (read.ok()) return BatchOf(*std::move(read));

  if (error.reason() == v1::PullError::REASON_UNSPECIFIED) {
    error.set_reason(v1::PullError::REASON_DATA_LOSS);
    error.set_detail(std::string(read.status().message()));
    *error.mutable_log() = edge_.log.State();
  }
  edge_.notices.Log(LogLevel::kError, "a pull asked for what the log does not have",
                    {{"detail", error.detail()}});
  return Wrap(std::move(error));
}

v1::ConnectRequest LinkConversation::Status(absl::Time wall_time) const {
  v1::ConnectRequest message;
  v1::Status* status = message.mutable_status();
  *status->mutable_log() = edge_.log.State();
  *status->mutable_time() = ToProto(wall_time);
  status->set_accepted(edge_.counters.accepted);
  status->set_rejected(edge_.counters.rejected);
  status->set_unavailable(edge_.counters.unavailable);
  status->set_rate_limited(edge_.counters.rate_limited);
  status->set_local_fallbacks(edge_.counters.local_fallbacks);
  status->set_rejections_dropped(edge_.rejections.dropped());
  status->set_duplicates(edge_.counters.duplicates);
  status->set_forgotten_ids(edge_.config.hooks().seen_ids().forgotten());
  if (edge_.http) AddHttp(edge_.http(), *status);
  if (IsPrimary()) *status->mutable_config_state() = edge_.config.State();
  if (edge_.consumers) {
    for (v1::ConsumerState& consumer : edge_.consumers()) {
      *status->add_consumers() = std::move(consumer);
    }
  }
  if (edge_.quarantine != nullptr) {
    for (v1::QuarantineState& state : edge_.quarantine->States()) {
      *status->add_quarantines() = std::move(state);
    }
  }
  status->set_not_ready_reason(NotReadyReason());
  return message;
}

std::string LinkConversation::NotReadyReason() const {
  if (const absl::Status log = edge_.log.Ready(); !log.ok()) return std::string(log.message());
  if (edge_.certificates) {
    const absl::Status certificates = edge_.certificates();
    if (!certificates.ok()) return std::string(certificates.message());
  }
  if (edge_.config.version() == 0) return "no configuration yet";
  if (read_failure_.ok()) return "";
  return absl::StrCat("the log can't be read: ", read_failure_.message());
}

std::optional<v1::ConnectRequest> LinkConversation::TakeRejections(absl::Time wall_time) const {
  std::vector<v1::RejectedRequest> taken = edge_.rejections.Take(kRejectionsInAMessage, wall_time);
  if (taken.empty()) return std::nullopt;
  v1::ConnectRequest message;
  for (v1::RejectedRequest& rejection : taken) {
    *message.mutable_rejections()->add_rejections() = std::move(rejection);
  }
  return message;
}

}  // namespace fluxcascade::edge
