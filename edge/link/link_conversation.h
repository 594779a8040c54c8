// What the edge says on the link, and what it answers: everything but the stream itself.
#ifndef FLUXCASCADE_EDGE_LINK_LINK_CONVERSATION_H_
#define FLUXCASCADE_EDGE_LINK_LINK_CONVERSATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/logging/limited_log.h"
#include "common/mutex/mutex.h"
#include "edge/http/http_counters.h"
#include "edge/log/consumer.h"
#include "edge/log/event_log.h"
#include "edge/quarantine/quarantine.h"
#include "edge/receive/edge_counters.h"
#include "edge/receive/rejection_ring.h"
#include "edge/routing/served_config.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

// The parts of the edge that the link speaks for. All outlive it.
struct LinkedEdge {
  EventLog& log;
  // Whose link it is, as a consumer of the log. All but the primary only read the log: they give no
  // configuration, ask for no release, and hear of no rejections.
  std::string consumer{kPrimaryConsumer};
  ServedConfig& config;
  RejectionRing& rejections;
  const EdgeCounters& counters;
  // Where the link says what happens on it: how often that is, the other end decides.
  LimitedLog& notices;
  // Null: the edge keeps none.
  Quarantine* quarantine = nullptr;
  // Hears up to where this control plane has committed the log, as soon as it says so; may be
  // empty.
  std::function<void(uint64_t through)> committed;
  // All who read the log; may be empty.
  std::function<std::vector<v1::ConsumerState>()> consumers;
  // What the HTTP server counts; may be empty.
  std::function<HttpStats()> http;
  // Whether those that webhooks are taken with are in date; may be empty.
  std::function<absl::Status()> certificates;
  // Of the binary.
  std::string version;
};

// One conversation belongs to one stream: a pull dies with the stream that it came on. No threads,
// no clock: `now` is monotonic, `wall_time` of the same moment. Thread-safe.
class LinkConversation {
 public:
  static constexpr absl::Duration kStatusInterval = absl::Seconds(5);
  static constexpr absl::Duration kRejectionsInterval = absl::Seconds(1);
  static constexpr size_t kRejectionsInAMessage = 512;
  static constexpr uint32_t kMaxBatchBytes = 2 << 20;
  static constexpr absl::Duration kMaxPullWait = absl::Minutes(1);

  explicit LinkConversation(const LinkedEdge& edge) : edge_(edge) {}

  // The first message.
  v1::ConnectRequest Hello() const;

  // Acts on what came; a configuration may wait for the disk. Answers, if any, are among the next
  // turn's messages.
  void Receive(const v1::ConnectResponse& message, absl::Duration now, absl::Time wall_time);

  struct Turn {
    // To be sent now, in this order.
    std::vector<v1::ConnectRequest> messages;
    // When to take the next turn, if nothing is appended or received before.
    absl::Duration next;
  };
  Turn TakeTurn(absl::Duration now, absl::Time wall_time);

  // The last message, when the edge stops and takes no more: what its log holds then.
  v1::ConnectRequest LastWords(absl::Time wall_time);

  // The stream broke before this message of a turn was sent. What the next stream's hello and pulls
  // don't make up for is counted as lost.
  void NotSent(const v1::ConnectRequest& message) const;

 private:
  struct PendingPull {
    v1::Pull pull;
    absl::Duration deadline;
  };

  bool IsPrimary() const { return edge_.consumer == kPrimaryConsumer; }
  v1::ConfigResult Apply(const v1::Config& config, absl::Time wall_time) const;
  void TakeAsAcknowledged(const v1::Pull& pull) const;
  void Acknowledge(const v1::Ack& ack) const;
  void Release(const v1::ReleaseQuarantine& ask) FC_EXCLUDES(mutex_);
  void AddQuarantineResults(std::vector<v1::ConnectRequest>& messages) FC_REQUIRES(mutex_);
  // Nothing while the pull is to wait, as it does while the log can't be read for the moment.
  std::optional<v1::ConnectRequest> AnswerPull(absl::Duration now) FC_REQUIRES(mutex_);
  std::string NotReadyReason() const FC_REQUIRES(mutex_);
  v1::ConnectRequest Status(absl::Time wall_time) const FC_REQUIRES(mutex_);
  std::optional<v1::ConnectRequest> TakeRejections(absl::Time wall_time) const;

  const LinkedEdge edge_;
  Mutex mutex_;
  std::vector<v1::ConfigResult> config_results_ FC_GUARDED_BY(mutex_);
  // Of releases that this edge can't even begin.
  std::vector<v1::QuarantineResult> refused_releases_ FC_GUARDED_BY(mutex_);
  std::optional<PendingPull> pull_ FC_GUARDED_BY(mutex_);
  // Why the last pull could not be answered for the moment.
  absl::Status read_failure_ FC_GUARDED_BY(mutex_);
  // Long ago: due at once.
  absl::Duration status_due_ FC_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration rejections_due_ FC_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LINK_LINK_CONVERSATION_H_
