#include "controlplane/control_plane_options.h"

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/flags/flags.h"
#include "common/http/url.h"
#include "common/id/id.h"
#include "common/net/socket_address.h"
#include "common/status/status_macros.h"

ABSL_FLAG(std::string, state_dir, "", "folder of the store; made if it is missing");
ABSL_FLAG(std::string, api_listen, "127.0.0.1:7070", "host:port of the gRPC API");
ABSL_FLAG(std::string, link_listen, "127.0.0.1:7071", "host:port that edges dial");
ABSL_FLAG(std::string, tls_cert, "", "PEM file with the certificate chain of both ports");
ABSL_FLAG(std::string, tls_key, "", "PEM file with its key");
ABSL_FLAG(std::string, edge_ca, "", "PEM file with the authorities of the edges' certificates");
ABSL_FLAG(std::string, keyring, "",
          "file with the keys that seal secrets, a line each: `<id> <base64 of 32 bytes>`; empty: "
          "the environment variable FLUXCASCADE_KEYRING");
ABSL_FLAG(std::string, replica, "controlplane-0",
          "name of this replica, different from all others");
ABSL_FLAG(std::string, hubspot_api, "https://api.hubapi.com", "base URL of HubSpot's API");
ABSL_FLAG(std::string, pipedrive_api, "https://api.pipedrive.com", "base URL of Pipedrive's API");
ABSL_FLAG(std::string, pipedrive_oauth, "https://oauth.pipedrive.com",
          "base URL of Pipedrive's token endpoint");
ABSL_FLAG(std::string, outgoing_ca, "",
          "PEM file with the authorities of systems and endpoints; empty: the machine's");
ABSL_FLAG(bool, allow_private_addresses, false,
          "let endpoints and systems be at loopback and private addresses");
ABSL_FLAG(int, max_store_gib, 64,
          "size of the store, in GiB, above which edges are not pulled from");
ABSL_FLAG(int, sync_concurrency, 256, "inbound deliveries at once");
ABSL_FLAG(int, sync_concurrency_per_target, 16,
          "inbound deliveries at once to one connection, and as many of creations");
ABSL_FLAG(int, dispatch_concurrency, 256, "outbound deliveries at once");
ABSL_FLAG(int, dispatch_concurrency_per_endpoint, 8, "outbound deliveries at once to one endpoint");

namespace fluxcascade {
namespace {

constexpr int kMaxStoreGib = 1 << 20;

absl::Status CheckAddress(absl::string_view flag, const std::string& value) {
  absl::Status parsed = SocketAddress::Parse(value).status();
  if (parsed.ok()) return parsed;
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", parsed.message()));
}

absl::Status CheckBaseUrl(absl::string_view flag, const std::string& value) {
  const absl::StatusOr<HttpUrl> parsed = ParseHttpsUrl(value);
  std::string problem(parsed.status().message());
  if (parsed.ok() && absl::StrContains(parsed->target, "?")) problem = "take the query off its end";
  if (parsed.ok() && absl::EndsWith(value, "/")) problem = "take the slash off its end";
  if (problem.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", problem));
}

// Names what a replica leased; kept with each lease.
absl::Status CheckReplica(const std::string& value) {
  if (IsResourceId(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--replica: '", value, "' is not 1 to 63 characters of a-z, 0-9 and '-'"));
}

// Read now, before anything is made, and again by whoever connects.
absl::Status CheckOutgoingCa(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  const absl::Status read = ReadFileToString(path).status();
  if (read.ok()) return read;
  return absl::InvalidArgumentError(absl::StrCat("--outgoing_ca: ", read.message()));
}

absl::Status CheckRange(absl::string_view flag, int value, int most) {
  if (value >= 1 && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, ": ", value, " is not within 1 to ", most));
}

absl::StatusOr<std::string> ReadKeyring(const std::string& path,
                                        const std::string& from_environment) {
  if (!path.empty()) return ReadFileToString(path);
  if (!from_environment.empty()) return from_environment;
  return absl::InvalidArgumentError(
      absl::StrCat("--keyring: is missing; name a file of keys, or set ", kKeyringVariable,
                   " (a key: echo \"k1 $(head -c 32 /dev/urandom | base64)\")"));
}

absl::Status CheckNumbers(const ControlPlaneOptions& options) {
  FC_RETURN_IF_ERROR(CheckRange("sync_concurrency", options.sync_concurrency, 1024));
  FC_RETURN_IF_ERROR(CheckRange("sync_concurrency_per_target", options.sync_concurrency_per_target,
                                options.sync_concurrency));
  FC_RETURN_IF_ERROR(CheckRange("dispatch_concurrency", options.dispatch_concurrency, 1024));
  return CheckRange("dispatch_concurrency_per_endpoint", options.dispatch_concurrency_per_endpoint,
                    options.dispatch_concurrency);
}

}  // namespace

absl::StatusOr<ControlPlaneOptions> ControlPlaneOptionsFromFlags(
    const std::string& keyring_from_environment) {
  FC_RETURN_IF_ERROR(CheckRequiredFlags({"state_dir", "tls_cert", "tls_key", "edge_ca"}));
  ControlPlaneOptions options;
  options.state_dir = absl::GetFlag(FLAGS_state_dir);
  options.api_address = absl::GetFlag(FLAGS_api_listen);
  options.link_address = absl::GetFlag(FLAGS_link_listen);
  FC_RETURN_IF_ERROR(CheckAddress("api_listen", options.api_address));
  FC_RETURN_IF_ERROR(CheckAddress("link_listen", options.link_address));
  FC_ASSIGN_OR_RETURN(options.tls, LoadTlsFiles({.certificate = absl::GetFlag(FLAGS_tls_cert),
                                                 .key = absl::GetFlag(FLAGS_tls_key),
                                                 .authorities = absl::GetFlag(FLAGS_edge_ca)}));
  FC_ASSIGN_OR_RETURN(options.keyring_text,
                      ReadKeyring(absl::GetFlag(FLAGS_keyring), keyring_from_environment));
  options.replica = absl::GetFlag(FLAGS_replica);
  FC_RETURN_IF_ERROR(CheckReplica(options.replica));
  options.systems.hubspot.api_base_url = absl::GetFlag(FLAGS_hubspot_api);
  options.systems.pipedrive.api_base_url = absl::GetFlag(FLAGS_pipedrive_api);
  options.systems.pipedrive.oauth_base_url = absl::GetFlag(FLAGS_pipedrive_oauth);
  FC_RETURN_IF_ERROR(CheckBaseUrl("hubspot_api", options.systems.hubspot.api_base_url));
  FC_RETURN_IF_ERROR(CheckBaseUrl("pipedrive_api", options.systems.pipedrive.api_base_url));
  FC_RETURN_IF_ERROR(CheckBaseUrl("pipedrive_oauth", options.systems.pipedrive.oauth_base_url));
  options.outgoing_ca_file = absl::GetFlag(FLAGS_outgoing_ca);
  FC_RETURN_IF_ERROR(CheckOutgoingCa(options.outgoing_ca_file));
  options.allow_private_addresses = absl::GetFlag(FLAGS_allow_private_addresses);
  const int max_store_gib = absl::GetFlag(FLAGS_max_store_gib);
  FC_RETURN_IF_ERROR(CheckRange("max_store_gib", max_store_gib, kMaxStoreGib));
  options.max_store_bytes = int64_t{max_store_gib} << 30;
  options.sync_concurrency = absl::GetFlag(FLAGS_sync_concurrency);
  options.sync_concurrency_per_target = absl::GetFlag(FLAGS_sync_concurrency_per_target);
  options.dispatch_concurrency = absl::GetFlag(FLAGS_dispatch_concurrency);
  options.dispatch_concurrency_per_endpoint =
      absl::GetFlag(FLAGS_dispatch_concurrency_per_endpoint);
  FC_RETURN_IF_ERROR(CheckNumbers(options));
  return options;
}

}  // namespace fluxcascade
