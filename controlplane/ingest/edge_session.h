// One edge on one stream: what is said to it, and what its answers do to the store. The stream
// itself is the service's.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_SESSION_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_SESSION_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/ingest/edge_config.h"
#include "controlplane/ingest/ingestor.h"
#include "controlplane/store/store.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade {

struct EdgeSessionOptions {
  // What one batch may hold, in bytes: at most 2 MiB.
  uint32_t batch_bytes = 2 << 20;
  // How long an edge may hold a pull when it has nothing.
  uint32_t pull_wait_ms = 10000;
  // With more inbound deliveries pending than this nothing more is pulled: what the edges hold is
  // safer there.
  int64_t max_pending_deliveries = 1000000;
};

// How often a request may be pulled without a commit before it is set aside.
inline constexpr int kMaxUncommittedPulls = 3;

// Handle and Tick may be called from two threads; `send` is called by one at a time.
class EdgeSession {
 public:
  // False: the stream is broken; what was sent may not have arrived.
  using Send = std::function<bool(const edge::v1::ConnectResponse&)>;

  EdgeSession(std::string node, Store& store, const ConnectorRegistry& connectors,
              const OpenApp& open_app, Ingestor& ingestor, const Clock& clock, Random& random,
              std::function<void()> on_config_applied, EdgeSessionOptions options, Send send);

  // Acts on one message of the edge. An error ends the stream; what it says is told to the edge.
  absl::Status Handle(const edge::v1::ConnectRequest& message);

  // To be called about once a second: sends a configuration that has changed, goes on pulling when
  // what held it back is over.
  absl::Status Tick();

  // The stream is over.
  void Disconnected();

 private:
  absl::Status OnHello(const edge::v1::Hello& hello);
  absl::Status OnConfigResult(const edge::v1::ConfigResult& result);
  absl::Status OnBatch(const edge::v1::Batch& batch);
  absl::Status OnPullError(const edge::v1::PullError& error);
  absl::Status OnStatus(const edge::v1::Status& status);
  absl::Status OnRejections(const edge::v1::Rejections& rejections);

  // Ingests the batch; when that fails for a reason of its own again and again, request by request,
  // setting aside the first.
  absl::Status TakeIn(const edge::v1::Batch& batch);
  absl::Status SendConfigIfNewer();
  absl::Status PullNext();
  absl::Status UpdateNode(const std::function<void(store::v1::EdgeNode&)>& change);
  void FillPull(const store::v1::Cursor& cursor, edge::v1::Pull& pull) const;
  void PullAnswered();
  bool greeted();
  bool SendMessage(const edge::v1::ConnectResponse& message);

  const std::string node_;
  Store& store_;
  const ConnectorRegistry& connectors_;
  const OpenApp& open_app_;
  Ingestor& ingestor_;
  const Clock& clock_;
  Random& random_;
  std::function<void()> on_config_applied_;
  const EdgeSessionOptions options_;
  // Only Handle's thread looks at it.
  bool first_batch_ = true;

  Mutex mutex_;
  Send send_ FC_GUARDED_BY(mutex_);
  bool greeted_ FC_GUARDED_BY(mutex_) = false;
  bool pulling_ FC_GUARDED_BY(mutex_) = false;
  int64_t sent_config_version_ FC_GUARDED_BY(mutex_) = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_SESSION_H_
