#include "controlplane/control_plane_server.h"

#include <functional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/server/grpc_credentials.h"
#include "common/status/status_macros.h"
#include "common/time/waker.h"
#include "common/version/version.h"
#include "controlplane/api/api_context.h"
#include "controlplane/api/api_services.h"
#include "controlplane/api/authenticator.h"
#include "controlplane/connections/connection_clients_impl.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/dispatch/dispatch_executor.h"
#include "controlplane/ingest/edge_link_service.h"
#include "controlplane/ingest/ingestor.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/outgoing_http.h"
#include "controlplane/queue/worker_pool.h"
#include "controlplane/retention/retention.h"
#include "controlplane/store/rocks/rocks_store.h"
#include "controlplane/subscriptions/subscription_controller.h"
#include "controlplane/sync/sync_executor.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"

namespace fluxcascade {
namespace {

// What one message of an edge may hold: a batch of 2 MiB, or one request above that.
constexpr int kMaxLinkMessageBytes = 16 << 20;
constexpr int kMinPingIntervalMs = 10000;
// How long calls that are under way at a stop may go on.
constexpr absl::Duration kGrpcDrain = absl::Seconds(5);
// How often loops look for work that nobody has woken them for.
constexpr absl::Duration kSubscriptionPoll = absl::Seconds(1);

// A thread that runs `turn` whenever it is woken, and at least every `period`.
class Loop {
 public:
  Loop(absl::Duration period, std::function<absl::Status()> turn)
      : thread_([this, period, turn = std::move(turn)] {
          do {
            if (absl::Status status = turn(); !status.ok()) {
              Log(LogLevel::kError, "a turn of a loop failed", {{"error", status}});
            }
          } while (waker_.WaitFor(period));
        }) {}
  ~Loop() {
    waker_.Stop();
    thread_.join();
  }

  void Wake() { waker_.Wake(); }

 private:
  Waker waker_;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<grpc::Server>> Listen(
    const std::string& address, std::shared_ptr<grpc::ServerCredentials> credentials,
    const std::vector<grpc::Service*>& services, int* port) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, std::move(credentials), port);
  builder.SetMaxReceiveMessageSize(kMaxLinkMessageBytes);
  // Two processes on one port would each get part of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Edges ask whether we are there every 20 s, also when there is nothing to say to them for long:
  // gRPC would take that for an attack.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server != nullptr && *port != 0) return server;
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address, ": is another process there?"));
}

void Drain(grpc::Server* server, const Clock& clock) {
  if (server == nullptr) return;
  server->Shutdown(absl::ToChronoTime(clock.Now() + kGrpcDrain));
  server->Wait();
}

// The members stand in the order in which they need one another: they are made from the first to
// the last, and go from the last to the first.
class Server final : public ControlPlaneServer {
 public:
  Server(const ControlPlaneOptions& options, const Clock& clock, Random& random, Keyring keyring)
      : options_(options),
        clock_(clock),
        random_(random),
        keyring_(std::move(keyring)),
        connectors_(MakeConnectorTable(options.systems)),
        admin_token_file_(absl::StrCat(options.state_dir, "/admin.token")),
        quarantine_calls_(clock, random) {}
  ~Server() override;

  absl::Status OpenStore();
  absl::Status OpenNetwork();
  void StartWorkers();
  absl::Status Serve();

  int api_port() const override { return api_port_; }
  int link_port() const override { return link_port_; }
  const std::string& admin_token_file() const override { return admin_token_file_; }

 private:
  void WakeWorkers();

  const ControlPlaneOptions options_;
  const Clock& clock_;
  Random& random_;
  const Keyring keyring_;
  const ConnectorRegistry connectors_;
  const std::string admin_token_file_;

  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<HttpClient> system_http_;
  std::unique_ptr<HttpClient> endpoint_http_;
  Waker stopping_;
  std::unique_ptr<ConnectionClients> clients_;

  std::unique_ptr<SubscriptionController> subscriptions_;
  std::unique_ptr<Loop> subscription_loop_;
  std::unique_ptr<Retention> retention_;
  std::unique_ptr<SyncExecutor> sync_;
  std::unique_ptr<DispatchExecutor> dispatch_;
  std::unique_ptr<WorkerPool> inbound_;
  std::unique_ptr<WorkerPool> outbound_;

  std::unique_ptr<Ingestor> ingestor_;
  // Its calls are ended with the edges' streams, and so before the API's threads.
  QuarantineCalls quarantine_calls_;
  std::unique_ptr<EdgeLinkService> link_service_;
  std::unique_ptr<ApiContext> api_context_;
  std::unique_ptr<ApiServices> api_services_;
  int api_port_ = 0;
  int link_port_ = 0;
  std::unique_ptr<grpc::Server> link_server_;
  std::unique_ptr<grpc::Server> api_server_;
};

// Nothing that was connected when the process ended is connected now.
absl::Status ForgetEdges(Store& store) {
  return store.Run([](Transaction& tx) -> absl::Status {
    PageRequest request{.size = 1000, .after = ""};
    do {
      FC_ASSIGN_OR_RETURN(Page<store::v1::EdgeNode> page, tx.edge_nodes().List("", request));
      for (store::v1::EdgeNode& node : page.items) {
        if (!node.connected()) continue;
        node.set_connected(false);
        FC_RETURN_IF_ERROR(tx.edge_nodes().Update(node));
      }
      request.after = page.next;
    } while (!request.after.empty());
    return absl::OkStatus();
  });
}

absl::Status EnsureDefaultWorkspace(Store& store, const Clock& clock) {
  return store.Run([&](Transaction& tx) -> absl::Status {
    const absl::Status known = tx.workspaces().Get(kDefaultWorkspace).status();
    if (!absl::IsNotFound(known)) return known;
    store::v1::Workspace workspace;
    workspace.set_name(kDefaultWorkspace);
    *workspace.mutable_create_time() = ToProto(clock.Now());
    return tx.workspaces().Insert(workspace);
  });
}

absl::Status Server::OpenStore() {
  FC_RETURN_IF_ERROR(MakeFolders(options_.state_dir, 0700));
  FC_ASSIGN_OR_RETURN(store_, RocksStore::Open({.path = options_.state_dir + "/store"}));
  FC_RETURN_IF_ERROR(EnsureDefaultWorkspace(*store_, clock_));
  FC_RETURN_IF_ERROR(ForgetEdges(*store_));
  return EnsureAdminToken(*store_, admin_token_file_, clock_, random_).status();
}

absl::Status Server::OpenNetwork() {
  FC_ASSIGN_OR_RETURN(system_http_, MakePooledHttpClient(SystemHttpOptions(options_)));
  FC_ASSIGN_OR_RETURN(endpoint_http_, MakePooledHttpClient(EndpointHttpOptions(options_)));
  clients_ = MakeConnectionClients({.store = *store_,
                                    .keyring = keyring_,
                                    .connectors = connectors_,
                                    .http = *system_http_,
                                    .clock = clock_,
                                    .pause = [this](absl::Duration time) {
                                      // Nobody wakes it but the end: all who wait may share it.
                                      return stopping_.WaitFor(time);
                                    }});
  return absl::OkStatus();
}

void Server::WakeWorkers() {
  inbound_->Wake();
  outbound_->Wake();
}

void Server::StartWorkers() {
  subscriptions_ = std::make_unique<SubscriptionController>(
      SubscriptionDependencies{*store_, connectors_, *clients_, clock_, random_});
  subscription_loop_ =
      std::make_unique<Loop>(kSubscriptionPoll, [this] { return subscriptions_->RunDue(); });
  retention_ = std::make_unique<Retention>(RetentionOptions(), *store_, clock_);
  retention_->Start();
  dispatch_ = std::make_unique<DispatchExecutor>(DispatchDependencies{
      *store_, *endpoint_http_, clock_, [this](const store::v1::Endpoint& endpoint) {
        return OpenField(keyring_, endpoint.secret(), endpoint.name(), kEndpointSecretField);
      }});
  sync_ = std::make_unique<SyncExecutor>(
      SyncDependencies{*store_, connectors_, *clients_, clock_, random_}, options_.sync_concurrency,
      [this] { WakeWorkers(); });
  inbound_ = std::make_unique<WorkerPool>(
      WorkerPoolOptions{.direction = store::v1::DIRECTION_INBOUND,
                        .holder = options_.replica + "/inbound",
                        .max_running = options_.sync_concurrency,
                        .max_running_per_destination = options_.sync_concurrency_per_target},
      *store_, clock_, *sync_);
  outbound_ = std::make_unique<WorkerPool>(
      WorkerPoolOptions{.direction = store::v1::DIRECTION_OUTBOUND,
                        .holder = options_.replica + "/outbound",
                        .max_running = options_.dispatch_concurrency,
                        .max_running_per_destination = options_.dispatch_concurrency_per_endpoint},
      *store_, clock_, *dispatch_);
  inbound_->Start();
  outbound_->Start();
}

absl::Status Server::Serve() {
  const OpenApp open_app = [this](const store::v1::App& app) {
    return OpenAppIdentity(keyring_, app);
  };
  ingestor_ =
      std::make_unique<Ingestor>(*store_, connectors_, clock_, random_, [this] { WakeWorkers(); });
  link_service_ = std::make_unique<EdgeLinkService>(
      EdgeLinkDependencies{*store_, connectors_, open_app, *ingestor_, quarantine_calls_, clock_,
                           random_, [this] { subscription_loop_->Wake(); }},
      EdgeSessionOptions{.pull = {.max_store_bytes = options_.max_store_bytes}});
  FC_ASSIGN_OR_RETURN(link_server_, Listen(options_.link_address, ServerMutualTls(options_.tls),
                                           {link_service_.get()}, &link_port_));
  api_context_ = std::make_unique<ApiContext>(
      ApiContext{*store_, connectors_, *clients_, keyring_, clock_, random_, quarantine_calls_,
                 [this] { subscription_loop_->Wake(); }, [this] { WakeWorkers(); },
                 options_.allow_private_addresses, kVersion});
  api_services_ = std::make_unique<ApiServices>(*api_context_, *subscriptions_);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  std::shared_ptr<grpc::ServerCredentials> credentials = ServerTls(options_.tls);
  credentials->SetAuthMetadataProcessor(std::make_shared<Authenticator>(*store_));
  FC_ASSIGN_OR_RETURN(api_server_, Listen(options_.api_address, std::move(credentials),
                                          api_services_->all(), &api_port_));
  return absl::OkStatus();
}

Server::~Server() {
  // First nothing new begins, and nothing waits for a rate limit any more; then what is under way
  // ends: the pools' drain of 20 s, and after it the attempts that were given back, whose calls run
  // into the attempt's own end (kSyncAttemptTimeout, a minute from its beginning, at the latest).
  stopping_.Stop();
  if (subscriptions_ != nullptr) subscriptions_->Stop();
  if (inbound_ != nullptr) inbound_->StopClaiming();
  if (outbound_ != nullptr) outbound_->StopClaiming();
  if (link_service_ != nullptr) link_service_->Shutdown();
  Drain(link_server_.get(), clock_);
  Drain(api_server_.get(), clock_);
  if (inbound_ != nullptr) inbound_->Stop();
  if (outbound_ != nullptr) outbound_->Stop();
  subscription_loop_.reset();
  // What an executor still does at its end wakes the pools: they go after it.
  sync_.reset();
  endpoint_http_.reset();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlPlaneServer>> ControlPlaneServer::Start(
    const ControlPlaneOptions& options, const Clock& clock, Random& random) {
  FC_ASSIGN_OR_RETURN(Keyring keyring, Keyring::Parse(options.keyring_text, random));
  auto server = std::make_unique<Server>(options, clock, random, std::move(keyring));
  FC_RETURN_IF_ERROR(server->OpenStore());
  FC_RETURN_IF_ERROR(server->OpenNetwork());
  server->StartWorkers();
  FC_RETURN_IF_ERROR(server->Serve());
  return server;
}

}  // namespace fluxcascade
