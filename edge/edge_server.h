// An edge, put together: takes webhooks over HTTPS, verifies them, keeps them in its log, and hands
// them to those who read it when asked.
#ifndef FLUXCASCADE_EDGE_EDGE_SERVER_H_
#define FLUXCASCADE_EDGE_EDGE_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/keyring.h"
#include "common/logging/limited_log.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"
#include "common/random/random.h"
#include "common/server/liveness.h"
#include "common/time/clock.h"
#include "edge/config_keeper.h"
#include "edge/edge_options.h"
#include "edge/http/http_server.h"
#include "edge/link/edge_links.h"
#include "edge/log/rocks_event_log.h"
#include "edge/log_keeper.h"
#include "edge/metrics/edge_metrics.h"
#include "edge/metrics/metrics_server.h"
#include "edge/quarantine/quarantine.h"
#include "edge/quarantine/quarantine_keeper.h"
#include "edge/receive/commit_wait_keeper.h"
#include "edge/receive/commit_waiter.h"
#include "edge/receive/edge_counters.h"
#include "edge/receive/rejection_ring.h"
#include "edge/receive/verifying_receiver.h"
#include "edge/routing/served_config.h"
#include "edge/tls/certificate_keeper.h"
#include "edge/tls/server_certificates.h"

namespace fluxcascade::edge {

class EdgeServer {
 public:
  // Serves when it returns; without a copy of its configuration that it can use it answers 503
  // until the control plane has sent one. Errors name what is wrong: a file, the log, the address.
  // `clock` and `random` outlive the server. `drop_root` is called when the ports are bound and the
  // keys are read, before a thread starts or anything else is opened.
  static absl::StatusOr<std::unique_ptr<EdgeServer>> Start(
      const EdgeOptions& options, const Clock& clock, Random& random,
      const std::function<absl::Status()>& drop_root = [] { return absl::OkStatus(); });

  // Takes no more, answers what is in flight, for `drain_timeout` at most and without waiting for
  // the control plane's commits, ends the link, closes the log with all that waits in it on disk.
  ~EdgeServer();

  EdgeServer(const EdgeServer&) = delete;
  EdgeServer& operator=(const EdgeServer&) = delete;

  // The real port, also where 0 was asked for.
  const SocketAddress& address() const { return http_->address(); }
  int port() const { return http_->port(); }
  std::optional<SocketAddress> metrics_address() const;

  // The threads without which no webhook is taken. For as long as the server lives.
  std::vector<LivenessProbe> Probes();

  // Thread-safe. Soon, every new connection has what the certificates' files hold then; if that is
  // no good, the log says so, and what there was stays. Changed files are noticed without it.
  void ReloadCertificates() { certificate_keeper_->AskForReload(); }

 private:
  EdgeServer(const EdgeOptions& options, const Clock& clock, Random& random);

  // All that may need root's rights.
  absl::Status BindAndReadKeys();
  void KeepCertificates();
  absl::Status OpenLog();
  void StartConfig();
  void StartQuarantine();
  absl::Status StartHttp();
  void StartLinks();
  absl::Status StartMetrics();
  // Why no webhook can be taken now.
  absl::Status Ready() const;

  const EdgeOptions options_;
  const Clock& clock_;
  Random& random_;
  const absl::Time started_;
  UniqueFd socket_;
  UniqueFd metrics_socket_;
  std::optional<Keyring> config_keys_;
  std::optional<Keyring> quarantine_keys_;

  // Destroyed from the last to the first: no one is used by one that is gone.
  LimitedLog notices_;
  EdgeCounters counters_;
  CommitWaiter commits_;
  RejectionRing rejections_{{}};
  std::unique_ptr<ServerCertificates> certificates_;
  std::unique_ptr<CertificateKeeper> certificate_keeper_;
  // Started behind the log; what the log still owes when it closes ends in here.
  std::unique_ptr<ServedConfig> config_;
  std::unique_ptr<RocksEventLog> log_;
  std::unique_ptr<LogKeeper> keeper_;
  std::unique_ptr<ConfigKeeper> config_keeper_;
  // Null: none is kept.
  std::unique_ptr<Quarantine> quarantine_;
  std::unique_ptr<QuarantineKeeper> quarantine_keeper_;
  std::unique_ptr<CommitWaitKeeper> commit_wait_keeper_;
  std::unique_ptr<VerifyingReceiver> receiver_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<EdgeLinks> links_;
  std::unique_ptr<EdgeMetrics> metrics_;
  std::unique_ptr<MetricsServer> metrics_server_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_EDGE_SERVER_H_
