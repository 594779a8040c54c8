// The control plane's end of the stream that edges dial.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_LINK_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_LINK_SERVICE_H_

#include <functional>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "common/mutex/mutex.h"
#include "controlplane/ingest/edge_session.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "fluxcascade/edge/v1/edge_link.grpc.pb.h"

namespace fluxcascade {

// Everything a session needs; all of it outlives the service.
struct EdgeLinkDependencies {
  Store& store;
  const ConnectorRegistry& connectors;
  OpenApp open_app;
  Ingestor& ingestor;
  QuarantineCalls& quarantine_calls;
  const Clock& clock;
  Random& random;
  // An edge has applied, or refused, a configuration.
  std::function<void()> on_config_applied;
};

// Each stream holds a thread of the server's and one of its own: edges are few.
class EdgeLinkService final : public edge::v1::EdgeLinkService::Service {
 public:
  EdgeLinkService(EdgeLinkDependencies dependencies, EdgeSessionOptions options);

  grpc::Status Connect(grpc::ServerContext* context,
                       grpc::ServerReaderWriter<edge::v1::ConnectResponse,
                                                edge::v1::ConnectRequest>* stream) override;

  // Ends every stream with UNAVAILABLE and takes no new one, for a graceful stop.
  void Shutdown();

 private:
  // A node has one stream: a second one ends the first with ABORTED. False once shut down.
  bool Register(const std::string& node, grpc::ServerContext* context);
  // The stream is over: the node is not connected. False when a newer stream of the node has taken
  // over.
  bool Unregister(const std::string& node, grpc::ServerContext* context, EdgeSession& session);

  EdgeLinkDependencies dependencies_;
  const EdgeSessionOptions options_;

  Mutex mutex_;
  bool shut_down_ FC_GUARDED_BY(mutex_) = false;
  std::map<std::string, grpc::ServerContext*> streams_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_LINK_SERVICE_H_
