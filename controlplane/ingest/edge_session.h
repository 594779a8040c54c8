// One edge on one stream: what is said to it, and what its answers do to the store. The stream
// itself is the service's; what is in the edge's log is the puller's.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_SESSION_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_SESSION_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/ingest/edge_config.h"
#include "controlplane/ingest/ingestor.h"
#include "controlplane/ingest/log_puller.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "controlplane/store/store.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade {

struct EdgeSessionOptions {
  PullOptions pull;
};

// Handle and Tick may be called from two threads; `send` is called by one at a time.
class EdgeSession {
 public:
  // False: the stream is broken; what was sent may not have arrived.
  using Send = std::function<bool(const edge::v1::ConnectResponse&)>;

  EdgeSession(std::string node, Store& store, const ConnectorRegistry& connectors,
              const OpenApp& open_app, Ingestor& ingestor, QuarantineCalls& quarantine_calls,
              const Clock& clock, Random& random, std::function<void()> on_config_applied,
              EdgeSessionOptions options, Send send);

  // Acts on one message of the edge. An error ends the stream; what it says is told to the edge.
  absl::Status Handle(const edge::v1::ConnectRequest& message);

  // To be called a few times a second: sends a configuration that has changed, and behind it what
  // the edge is asked about its quarantine; goes on pulling when what held it back is over.
  absl::Status Tick();

  // The stream is over.
  void Disconnected();

 private:
  absl::Status OnHello(const edge::v1::Hello& hello);
  absl::Status StoreHello(const edge::v1::Hello& hello);
  absl::Status OnConfigResult(const edge::v1::ConfigResult& result);
  absl::Status OnStatus(const edge::v1::Status& status);
  absl::Status OnRejections(const edge::v1::Rejections& rejections);
  void OnQuarantineResult(const edge::v1::QuarantineResult& result);

  absl::Status SendConfigIfNewer();
  absl::Status SendQuarantineQuestions();
  // A configuration that can't be made: the edge stays with what it has, and goes on; what is wrong
  // is ours to mend, and stands in the node's record and once in the log.
  absl::Status ShowConfigError(const absl::Status& error, absl::string_view shown_error);
  absl::Status UpdateNode(const std::function<void(store::v1::EdgeNode&)>& change);
  bool greeted();
  int64_t sent_config_version();
  bool SendMessage(const edge::v1::ConnectResponse& message);

  const std::string node_;
  Store& store_;
  const ConnectorRegistry& connectors_;
  const OpenApp& open_app_;
  const Clock& clock_;
  Random& random_;
  std::function<void()> on_config_applied_;

  Mutex mutex_;
  Send send_ FC_GUARDED_BY(mutex_);
  bool greeted_ FC_GUARDED_BY(mutex_) = false;
  int64_t sent_config_version_ FC_GUARDED_BY(mutex_) = 0;

  LogPuller puller_;
  QuarantineCalls::Session quarantine_questions_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_SESSION_H_
