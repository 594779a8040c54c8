#include "controlplane/ingest/edge_link_service.h"

#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/grpc_status/grpc_status.h"
#include "common/logging/logging.h"
#include "common/server/grpc_credentials.h"
#include "common/status/status_macros.h"
#include "common/time/waker.h"
#include "controlplane/model/resource_name.h"
#include "grpc/grpc.h"

namespace fluxcascade {
namespace {

using Stream = grpc::ServerReaderWriter<edge::v1::ConnectResponse, edge::v1::ConnectRequest>;

// Ends a stream from another thread than its own, which then finds nothing more to read. TryCancel
// would tell every edge CANCELLED, and one whose name another edge has would never know.
void EndStream(grpc::ServerContext* context, grpc_status_code code, const char* reason) {
  grpc_call_cancel_with_status(context->c_call(), code, reason, nullptr);
}

constexpr char kTakenOver[] = "a newer stream of this node has taken over";
constexpr char kShuttingDown[] = "the control plane is shutting down";

// A configuration that has changed is to be served within a second; to look whether one has costs
// two reads by key.
constexpr absl::Duration kTickInterval = absl::Milliseconds(250);

// Runs Tick every kTickInterval until it is destroyed; a Tick that fails ends the stream.
class Ticker {
 public:
  Ticker(EdgeSession& session, grpc::ServerContext* context)
      : thread_([this, &session, context] {
          while (waker_.WaitFor(kTickInterval)) {
            const absl::Status status = session.Tick();
            if (status.ok()) continue;
            Log(LogLevel::kWarning, "edge stream could not go on", {{"error", status}});
            EndStream(context, GRPC_STATUS_UNAVAILABLE, "the control plane could not go on");
            return;
          }
        }) {}
  ~Ticker() {
    waker_.Stop();
    thread_.join();
  }

 private:
  Waker waker_;
  std::thread thread_;
};

// The node that the peer's certificate names, if an operator has made it known.
absl::StatusOr<std::string> AuthenticatedNode(Store& store, const grpc::ServerContext& context) {
  FC_ASSIGN_OR_RETURN(const std::string peer, PeerCertificateName(*context.auth_context()));
  // DNS names are the same in any case; ids of nodes are in lower case.
  const std::string node = JoinName("", "edgeNodes", absl::AsciiStrToLower(peer));
  const absl::Status known =
      store.Read([&](Transaction& tx) { return tx.edge_nodes().Get(node).status(); });
  if (absl::IsNotFound(known)) {
    return absl::PermissionDeniedError(
        absl::StrCat("no edge node is called ", node, ": create it with CreateEdgeNode"));
  }
  FC_RETURN_IF_ERROR(known);
  return node;
}

}  // namespace

EdgeLinkService::EdgeLinkService(EdgeLinkDependencies dependencies, EdgeSessionOptions options)
    : dependencies_(std::move(dependencies)), options_(options) {}

grpc::Status EdgeLinkService::Connect(grpc::ServerContext* context, Stream* stream) {
  const absl::StatusOr<std::string> node = AuthenticatedNode(dependencies_.store, *context);
  if (!node.ok()) {
    Log(LogLevel::kWarning, "edge not let in",
        {{"peer", context->peer()}, {"error", node.status()}});
    return ToGrpc(node.status());
  }
  if (!Register(*node, context)) return ToGrpc(absl::UnavailableError(kShuttingDown));
  EdgeSession session(
      *node, dependencies_.store, dependencies_.connectors, dependencies_.open_app,
      dependencies_.ingestor, dependencies_.quarantine_calls, dependencies_.clock,
      dependencies_.random, dependencies_.on_config_applied, options_,
      [stream](const edge::v1::ConnectResponse& message) { return stream->Write(message); });
  absl::Status status;
  {
    Ticker ticker(session, context);
    edge::v1::ConnectRequest message;
    while (status.ok() && stream->Read(&message)) status = session.Handle(message);
  }
  if (!status.ok()) {
    Log(LogLevel::kWarning, "edge stream ended", {{"node", *node}, {"error", status}});
  }
  if (!Unregister(*node, context, session)) return ToGrpc(absl::AbortedError(kTakenOver));
  return ToGrpc(status);
}

void EdgeLinkService::Shutdown() {
  MutexLock lock(mutex_);
  shut_down_ = true;
  for (const auto& [node, context] : streams_) {
    EndStream(context, GRPC_STATUS_UNAVAILABLE, kShuttingDown);
  }
}

bool EdgeLinkService::Register(const std::string& node, grpc::ServerContext* context) {
  MutexLock lock(mutex_);
  if (shut_down_) return false;
  grpc::ServerContext*& current = streams_[node];
  if (current != nullptr) EndStream(current, GRPC_STATUS_ABORTED, kTakenOver);
  current = context;
  return true;
}

bool EdgeLinkService::Unregister(const std::string& node, grpc::ServerContext* context,
                                 EdgeSession& session) {
  MutexLock lock(mutex_);
  const auto it = streams_.find(node);
  if (it == streams_.end() || it->second != context) return false;
  streams_.erase(it);
  // Before a next stream can say hello: the node would be shown as gone while it is there.
  session.Disconnected();
  return true;
}

}  // namespace fluxcascade
