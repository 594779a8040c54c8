#include "edge/edge_options.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/file/file.h"
#include "common/flags/flag_range.h"
#include "common/flags/flags.h"
#include "common/status/status_macros.h"
#include "edge/log/consumer.h"

ABSL_FLAG(std::string, listen, "0.0.0.0:8443", "host:port on which webhooks are taken");
ABSL_FLAG(
    std::string, tls_cert, "",
    "PEM file with the certificate chain of the hooks' name; or several, with commas between: "
    "each is for the names in it, and the first for all others");
ABSL_FLAG(std::string, tls_key, "", "PEM file with its key; or several, in the same order");
ABSL_FLAG(std::string, client_ca, "",
          "PEM file with authorities: connections must show a certificate of theirs; empty: none "
          "is asked for");
ABSL_FLAG(std::string, log_dir, "", "folder of the log; made if it is missing");
ABSL_FLAG(std::string, quarantine_dir, "",
          "folder of refused requests that hooks want kept; made if it is missing; empty: beside "
          "--log_dir, its name with .quarantine behind it");
ABSL_FLAG(uint64_t, max_quarantine_bytes, uint64_t{256} << 20,
          "what that may hold, of all hooks, the oldest dropped first; 0: nothing is kept");
ABSL_FLAG(std::string, config_key_file, "",
          "file with the keys that seal the copy of the configuration, and the quarantine, a line "
          "each: `<id> <base64 of 32 bytes>`; empty: the service manager's credential config.key, "
          "or else no copy, and no quarantine beyond the process");
ABSL_FLAG(std::string, control_plane, "", "host:port of the control plane's link");
ABSL_FLAG(
    std::string, also_feed, "",
    "further control planes that read the log, each from its own position: name=host:port, at "
    "most 8, with commas between; they are dialed as the first one is, with the same files");
ABSL_FLAG(std::string, link_ca, "", "PEM file with the authorities of all control planes");
ABSL_FLAG(std::string, link_cert, "",
          "PEM file with this node's certificate; its DNS name is the node's name");
ABSL_FLAG(std::string, link_key, "", "PEM file with its key");
ABSL_FLAG(uint32_t, max_body_bytes, 1 << 20, "largest body that is taken");
ABSL_FLAG(int, loops, 2, "threads that serve connections");
ABSL_FLAG(uint64_t, max_connections, 16 * 1024, "connections open at once");
ABSL_FLAG(uint64_t, max_log_bytes, uint64_t{16} << 30,
          "what the log may hold that the control plane does not have; then webhooks get 503");
ABSL_FLAG(uint64_t, min_free_bytes, uint64_t{1} << 30,
          "with less than this free on the disk, besides what the log has in memory, webhooks get "
          "503, and with less than twice this the log drops what the control plane has; 0: only a "
          "full disk stops it");
ABSL_FLAG(bool, log_zeros_ahead, true,
          "write the log over 64 MiB of zeros that are on the disk already, as syncs are then "
          "faster; every byte is written twice");
ABSL_FLAG(absl::Duration, retention, absl::Hours(72),
          "how long the log keeps what the control plane has, while there is space");
ABSL_FLAG(uint64_t, retention_bytes, uint64_t{4} << 30, "and how much of it at most");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10),
          "how long a stop waits for what is being answered");
ABSL_FLAG(std::string, metrics_listen, "127.0.0.1:9464",
          "host:port on which /metrics is served to Prometheus, in plain HTTP; empty: nowhere");
ABSL_FLAG(std::string, user, "",
          "whom to become after a start as root, with the ports bound and the keys read");
ABSL_FLAG(std::string, ready_file, "", "file that gets the host:port once webhooks are taken");

namespace fluxcascade::edge {
namespace {

// More than a disk has: a slip of the keyboard.
constexpr uint64_t kMostDiskBytes = uint64_t{1} << 50;
// It is all read at the start, and 64 bytes of memory go with each block of 4 KiB.
constexpr uint64_t kMostQuarantineBytes = uint64_t{4} << 30;

// A name or an address; the control plane is not known by its address alone.
absl::Status CheckTarget(absl::string_view flag, absl::string_view target) {
  const size_t colon = target.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(target.substr(colon + 1), &port) || port < 1 || port > 65535 ||
      target.find('/') != absl::string_view::npos) {
    return FlagError(flag, absl::StrCat("'", target, "' is not host:port"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FurtherControlPlane>> AlsoFeed(const std::string& flag) {
  std::vector<FurtherControlPlane> further;
  if (flag.empty()) return further;
  std::vector<std::string> names;
  for (absl::string_view one : absl::StrSplit(flag, ',')) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(one, absl::MaxSplits('=', 1));
    FC_RETURN_IF_ERROR(CheckTarget("also_feed", parts.second));
    names.push_back(parts.first);
    further.push_back({parts.first, parts.second});
  }
  const absl::Status checked = CheckFurtherConsumers(names);
  if (!checked.ok()) return FlagError("also_feed", checked.message());
  return further;
}

absl::StatusOr<std::vector<ServerTlsContext::Pair>> TlsPairs(const std::string& certificates,
                                                             const std::string& keys) {
  const std::vector<std::string> chains = absl::StrSplit(certificates, ',');
  const std::vector<std::string> private_keys = absl::StrSplit(keys, ',');
  FC_RETURN_IF_ERROR(CheckRange<size_t>("tls_cert", chains.size(), 1, ServerTlsContext::kMaxPairs));
  if (private_keys.size() != chains.size()) {
    return FlagError("tls_key", absl::StrCat(private_keys.size(), " files, where --tls_cert names ",
                                             chains.size(), ": each certificate needs its key"));
  }
  std::vector<ServerTlsContext::Pair> pairs;
  for (size_t i = 0; i < chains.size(); ++i) {
    if (chains[i].empty()) return FlagError("tls_cert", "a file between commas has no name");
    if (private_keys[i].empty()) return FlagError("tls_key", "a file between commas has no name");
    pairs.push_back({chains[i], private_keys[i]});
  }
  return pairs;
}

std::string ConfigKeyFile(const std::string& flag, const std::string& credentials_directory) {
  if (!flag.empty() || credentials_directory.empty()) return flag;
  const std::string credential = absl::StrCat(credentials_directory, "/", kConfigKeyCredential);
  // One that is there and can't be read must stop the start: only a missing one is none.
  return absl::IsNotFound(ReadFileToString(credential).status()) ? "" : credential;
}

absl::Status CheckNumbers(const EdgeOptions& options) {
  FC_RETURN_IF_ERROR(
      CheckRange<uint32_t>("max_body_bytes", options.max_body_bytes, 1, kLargestMaxBodyBytes));
  FC_RETURN_IF_ERROR(CheckRange("loops", options.loops, 1, 64));
  FC_RETURN_IF_ERROR(CheckRange<uint64_t>("max_connections", options.max_connections, 1, 1000000));
  FC_RETURN_IF_ERROR(
      CheckRange<uint64_t>("max_log_bytes", options.max_log_bytes, 16 << 20, kMostDiskBytes));
  FC_RETURN_IF_ERROR(
      CheckRange<uint64_t>("min_free_bytes", options.min_free_bytes, 0, kMostDiskBytes));
  FC_RETURN_IF_ERROR(
      CheckRange<uint64_t>("retention_bytes", options.retention_bytes, 0, kMostDiskBytes));
  FC_RETURN_IF_ERROR(CheckRange<uint64_t>("max_quarantine_bytes", options.max_quarantine_bytes, 0,
                                          kMostQuarantineBytes));
  FC_RETURN_IF_ERROR(
      CheckDuration("retention", options.retention, absl::ZeroDuration(), absl::Hours(24 * 365)));
  FC_RETURN_IF_ERROR(CheckDuration("drain_timeout", options.drain_timeout, absl::ZeroDuration(),
                                   absl::Minutes(10)));
  if (options.limits.max_body_bytes_under_way >= options.max_body_bytes) return absl::OkStatus();
  return FlagError("max_body_bytes_under_way",
                   absl::StrCat(options.limits.max_body_bytes_under_way,
                                " is below --max_body_bytes, ", options.max_body_bytes));
}

std::string QuarantineFolderFor(const std::string& flag, absl::string_view log_dir) {
  if (!flag.empty()) return flag;
  while (log_dir.size() > 1 && absl::ConsumeSuffix(&log_dir, "/")) {
  }
  return absl::StrCat(log_dir, ".quarantine");
}

absl::Status SetMetricsListen(const std::string& text, EdgeOptions& options) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<SocketAddress> address = SocketAddress::Parse(text);
  if (!address.ok()) return FlagError("metrics_listen", address.status().message());
  options.metrics_listen = *address;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EdgeOptions> EdgeOptionsFromFlags(const std::string& credentials_directory) {
  FC_RETURN_IF_ERROR(CheckRequiredFlags(
      {"tls_cert", "tls_key", "log_dir", "control_plane", "link_ca", "link_cert", "link_key"}));
  EdgeOptions options;
  const absl::StatusOr<SocketAddress> listen = SocketAddress::Parse(absl::GetFlag(FLAGS_listen));
  if (!listen.ok()) return FlagError("listen", listen.status().message());
  options.listen = *listen;
  FC_ASSIGN_OR_RETURN(options.tls.pairs,
                      TlsPairs(absl::GetFlag(FLAGS_tls_cert), absl::GetFlag(FLAGS_tls_key)));
  options.tls.client_authorities = absl::GetFlag(FLAGS_client_ca);
  options.log_dir = absl::GetFlag(FLAGS_log_dir);
  options.max_log_bytes = absl::GetFlag(FLAGS_max_log_bytes);
  options.min_free_bytes = absl::GetFlag(FLAGS_min_free_bytes);
  options.log_zeros_ahead = absl::GetFlag(FLAGS_log_zeros_ahead);
  options.retention = absl::GetFlag(FLAGS_retention);
  options.retention_bytes = absl::GetFlag(FLAGS_retention_bytes);
  options.quarantine_dir =
      QuarantineFolderFor(absl::GetFlag(FLAGS_quarantine_dir), options.log_dir);
  if (options.quarantine_dir == options.log_dir) {
    return FlagError("quarantine_dir",
                     "must not be --log_dir: the log's folder is the log's alone");
  }
  options.max_quarantine_bytes = absl::GetFlag(FLAGS_max_quarantine_bytes);
  options.config_key_file =
      ConfigKeyFile(absl::GetFlag(FLAGS_config_key_file), credentials_directory);
  options.control_plane = absl::GetFlag(FLAGS_control_plane);
  options.link = {.certificate = absl::GetFlag(FLAGS_link_cert),
                  .key = absl::GetFlag(FLAGS_link_key),
                  .authorities = absl::GetFlag(FLAGS_link_ca)};
  options.max_body_bytes = absl::GetFlag(FLAGS_max_body_bytes);
  FC_ASSIGN_OR_RETURN(options.limits, EdgeLimitsFromFlags());
  options.loops = absl::GetFlag(FLAGS_loops);
  options.max_connections = absl::GetFlag(FLAGS_max_connections);
  options.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  FC_RETURN_IF_ERROR(SetMetricsListen(absl::GetFlag(FLAGS_metrics_listen), options));
  options.user = absl::GetFlag(FLAGS_user);
  options.ready_file = absl::GetFlag(FLAGS_ready_file);
  FC_RETURN_IF_ERROR(CheckTarget("control_plane", options.control_plane));
  FC_ASSIGN_OR_RETURN(options.also_feed, AlsoFeed(absl::GetFlag(FLAGS_also_feed)));
  FC_RETURN_IF_ERROR(CheckNumbers(options));
  return options;
}

}  // namespace fluxcascade::edge
