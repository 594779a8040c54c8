#include "edge/edge_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/net/event_loop.h"
#include "common/net/listener.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/version/version.h"
#include "edge/edge_log_options.h"
#include "edge/link/link_channel.h"
#include "edge/routing/start_config.h"

namespace fluxcascade::edge {
namespace {

std::vector<EdgeGauge> ConfigGauges(const ServedConfig& config, const Clock& clock) {
  return {
      {"config_age_seconds",
       "How long ago the configuration that is served came from the control plane.",
       [&config, &clock]() -> std::optional<double> {
         const v1::ConfigState state = config.State();
         if (!state.has_receive_time()) return std::nullopt;
         return absl::ToDoubleSeconds(clock.Now() - FromProto(state.receive_time()));
       }},
      {"config_from_copy",
       "1: what is served is the copy on disk; the control plane has sent none since the start.",
       [&config] { return config.State().source() == v1::ConfigState::SOURCE_COPY ? 1 : 0; }},
      {"config_copied", "1: what is served is on disk, too, for the next start.", [&config] {
         return config.version() > 0 && config.State().no_copy_reason().empty() ? 1 : 0;
       }}};
}

CommitWaiter::Limits CommitWaitLimits(const EdgeLimits& limits) {
  // The rest is for the request to become durable: a 503 would say that it has not.
  return {.max_waiting = limits.max_commit_waits, .max_wait = limits.connection.answer / 2};
}

EdgeGauge CommitWaitsGauge(const CommitWaiter& commits) {
  return {"commit_waits",
          "Durable webhooks whose senders wait until the control plane has committed them.",
          [&commits] { return static_cast<double>(commits.waiting()); }};
}

EdgeGauge CertificateGauge(const ServerCertificates& certificates) {
  return {"certificate_not_after_seconds",
          "When the first of the certificates served expires, since 1970.", [&certificates] {
            return static_cast<double>(absl::ToUnixSeconds(certificates.FirstExpiry().not_after));
          }};
}

std::function<QuarantineStats()> QuarantineReader(const Quarantine* quarantine) {
  if (quarantine == nullptr) return nullptr;
  return [quarantine] { return quarantine->stats(); };
}

// Without keys of the operator's, a key that nobody else has and that ends with the process.
absl::StatusOr<Keyring> QuarantineKeys(const std::optional<Keyring>& keys, Random& random) {
  if (keys.has_value()) return *keys;
  return Keyring::Parse(Keyring::NewKeyLine("process", random), random);
}

}  // namespace

EdgeServer::EdgeServer(const EdgeOptions& options, const Clock& clock, Random& random)
    : options_(options),
      clock_(clock),
      random_(random),
      started_(clock.Now()),
      notices_(clock),
      commits_(CommitWaitLimits(options.limits)) {}

absl::StatusOr<std::unique_ptr<EdgeServer>> EdgeServer::Start(
    const EdgeOptions& options, const Clock& clock, Random& random,
    const std::function<absl::Status()>& drop_root) {
  std::unique_ptr<EdgeServer> server(new EdgeServer(options, clock, random));
  FC_RETURN_IF_ERROR(server->BindAndReadKeys());
  FC_RETURN_IF_ERROR(drop_root());
  // The link dials again and again; a wrong file must show now, not in a warning every minute.
  FC_RETURN_IF_ERROR(OpenLinkChannel(options.control_plane, options.link).status());
  server->KeepCertificates();
  FC_RETURN_IF_ERROR(server->OpenLog());
  server->StartConfig();
  server->StartQuarantine();
  FC_RETURN_IF_ERROR(server->StartHttp());
  server->StartLinks();
  FC_RETURN_IF_ERROR(server->StartMetrics());
  return server;
}

EdgeServer::~EdgeServer() {
  // What waits for a commit is durable, and a stop is not to wait for the control plane.
  commits_.EndAll();
  // Before the link ends, so that its last words tell of all that was accepted.
  if (http_ != nullptr) http_->Drain(options_.drain_timeout);
}

absl::Status EdgeServer::BindAndReadKeys() {
  FC_ASSIGN_OR_RETURN(socket_, Listener::Bind(options_.listen));
  if (options_.metrics_listen.has_value()) {
    FC_ASSIGN_OR_RETURN(metrics_socket_, Listener::Bind(*options_.metrics_listen));
  }
  FC_ASSIGN_OR_RETURN(certificates_, ServerCertificates::Load(options_.tls, clock_, random_));
  FC_ASSIGN_OR_RETURN(config_keys_, ReadConfigKeys(options_.config_key_file, random_));
  FC_ASSIGN_OR_RETURN(quarantine_keys_, QuarantineKeys(config_keys_, random_));
  return absl::OkStatus();
}

void EdgeServer::KeepCertificates() {
  certificate_keeper_ = std::make_unique<CertificateKeeper>(*certificates_, clock_);
}

absl::Status EdgeServer::OpenLog() {
  FC_RETURN_IF_ERROR(MakeFolders(options_.log_dir, 0700));
  FC_ASSIGN_OR_RETURN(log_, RocksEventLog::Open(LogOptionsOf(options_), clock_, random_));
  keeper_ = std::make_unique<LogKeeper>(
      LogCare::Jobs{.retention_step = [this] { return log_->RetentionStep(); },
                    .reopen = [this] { return log_->Reopen(); },
                    .look_at_disk = [this] { return log_->LookAtDisk(); }},
      clock_);
  return absl::OkStatus();
}

// Behind the log's opening, which shuts out any other process that would write the copy.
void EdgeServer::StartConfig() {
  config_ = StartServedConfig({.keys = std::move(config_keys_),
                               .folder = options_.log_dir,
                               .max_body_bytes = options_.max_body_bytes,
                               .rate_limit = options_.limits.hook_rate},
                              clock_.Now());
  config_keeper_ = std::make_unique<ConfigKeeper>(*config_, clock_, ConfigKeeper::kInterval);
}

void EdgeServer::StartQuarantine() {
  if (options_.max_quarantine_bytes == 0) return;
  quarantine_ = std::make_unique<Quarantine>(
      QuarantineStore::Options{.folder = options_.quarantine_dir,
                               .max_bytes = options_.max_quarantine_bytes,
                               // It stops, and makes room, long before the log has to.
                               .min_free_bytes = 2 * options_.min_free_bytes},
      *std::move(quarantine_keys_),
      Quarantine::Edge{
          .hooks = config_->hooks(), .log = *log_, .notices = notices_, .clock = clock_});
  quarantine_keeper_ = std::make_unique<QuarantineKeeper>(*quarantine_, clock_);
}

absl::Status EdgeServer::StartHttp() {
  commit_wait_keeper_ = std::make_unique<CommitWaitKeeper>(commits_, clock_);
  receiver_ = std::make_unique<VerifyingReceiver>(config_->hooks(), *log_, commits_, rejections_,
                                                  counters_, clock_, notices_, quarantine_.get());
  HttpServer::Options http_options;
  http_options.address = options_.listen;
  http_options.tls = [this] { return certificates_->Get(); };
  http_options.receiver = receiver_.get();
  http_options.ready = [this] { return Ready(); };
  http_options.clock = &clock_;
  http_options.loops = options_.loops;
  http_options.max_connections = options_.max_connections;
  http_options.max_connections_per_address = options_.limits.max_connections_per_address;
  http_options.max_body_bytes_under_way = options_.limits.max_body_bytes_under_way;
  http_options.connection_limits = options_.limits.connection;
  http_options.framer_limits = options_.limits.framer;
  http_options.framer_limits.max_body = options_.max_body_bytes;
  http_options.drain_timeout = options_.drain_timeout;
  FC_ASSIGN_OR_RETURN(http_, HttpServer::Start(std::move(http_options), std::move(socket_)));
  return absl::OkStatus();
}

void EdgeServer::StartLinks() {
  EdgeLinkOptions link_options;
  link_options.target = options_.control_plane;
  link_options.files = options_.link;
  std::vector<EdgeLinks::Further> further;
  for (const FurtherControlPlane& one : options_.also_feed) {
    further.push_back({one.name, one.target});
  }
  links_ = std::make_unique<EdgeLinks>(
      link_options,
      LinkedEdge{.log = *log_,
                 .config = *config_,
                 .rejections = rejections_,
                 .counters = counters_,
                 .notices = notices_,
                 .quarantine = quarantine_.get(),
                 .committed = [this](uint64_t through) { commits_.CommittedThrough(through); },
                 .http = [this] { return http_->stats(); },
                 .certificates = [this] { return certificates_->Ready(); },
                 .version = kVersion},
      further, clock_, random_);
}

absl::Status EdgeServer::StartMetrics() {
  if (!metrics_socket_.valid()) return absl::OkStatus();
  std::vector<EdgeGauge> gauges = ConfigGauges(*config_, clock_);
  gauges.push_back(CertificateGauge(*certificates_));
  gauges.push_back(CommitWaitsGauge(commits_));
  metrics_ = std::make_unique<EdgeMetrics>(
      EdgeMetricsSources{.version = kVersion,
                         .started = started_,
                         .clock = clock_,
                         .counters = counters_,
                         .hooks = config_->hooks(),
                         .rejections = rejections_,
                         .http = [this] { return http_->stats(); },
                         .log = [this] { return log_->Stats(); },
                         .ready = [this] { return Ready(); },
                         .link_connected = [this] { return links_->connected(); },
                         .consumers = [this] { return links_->Consumers(); },
                         .quarantine = QuarantineReader(quarantine_.get()),
                         .gauges = std::move(gauges)});
  FC_ASSIGN_OR_RETURN(metrics_server_,
                      MetricsServer::Start(std::move(metrics_socket_), *metrics_, clock_));
  return absl::OkStatus();
}

std::optional<SocketAddress> EdgeServer::metrics_address() const {
  if (metrics_server_ == nullptr) return std::nullopt;
  return metrics_server_->address();
}

std::vector<LivenessProbe> EdgeServer::Probes() {
  std::vector<LivenessProbe> probes = {
      {"log", [this](std::function<void()> alive) { log_->Probe(std::move(alive)); }}};
  for (const Poster& poster : http_->posters()) {
    probes.push_back({absl::StrCat("loop ", probes.size()),
                      [poster](std::function<void()> alive) { poster.Post(std::move(alive)); }});
  }
  return probes;
}

absl::Status EdgeServer::Ready() const {
  if (config_->version() == 0) return absl::UnavailableError("no configuration yet");
  FC_RETURN_IF_ERROR(log_->Ready());
  return certificates_->Ready();
}

}  // namespace fluxcascade::edge
