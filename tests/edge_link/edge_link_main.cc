// A control plane that does one thing: it gives whichever edge dials a configuration from a file.
// So the shipped edge can be run with hooks that no connector writes.
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/file/file.h"
#include "common/flags/flags.h"
#include "common/status/status_macros.h"
#include "common/testing/test_certificates.h"
#include "edge/testing/fake_control_plane.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "google/protobuf/text_format.h"

ABSL_FLAG(std::string, config, "", "text file with a fluxcascade.edge.v1.Config");
ABSL_FLAG(
    std::string, folder, "",
    "gets ca.pem, hooks.pem and hooks.key (for localhost), node.pem and node.key (for edge-1), "
    "and at last the file address, with the host:port for an edge's --control_plane");

namespace fluxcascade {
namespace {

using edge::v1::ConnectRequest;

absl::StatusOr<edge::v1::Config> ReadConfig(const std::string& path) {
  FC_ASSIGN_OR_RETURN(const std::string text, ReadFileToString(path));
  edge::v1::Config config;
  if (google::protobuf::TextFormat::ParseFromString(text, &config)) return config;
  return absl::InvalidArgumentError(absl::StrCat(path, " is no Config in text"));
}

absl::Status WriteIssued(const std::string& folder, absl::string_view name,
                         const TestCertificate& issued) {
  const std::string path = absl::StrCat(folder, "/", name);
  FC_RETURN_IF_ERROR(WriteFileAtomically(path + ".key", issued.key_pem, 0600));
  return WriteFileAtomically(path + ".pem", issued.certificate_pem, 0644);
}

absl::Status WriteCertificates(const TestAuthority& authority, const std::string& folder) {
  FC_RETURN_IF_ERROR(WriteFileAtomically(folder + "/ca.pem", authority.certificate_pem(), 0644));
  FC_RETURN_IF_ERROR(
      WriteIssued(folder, "hooks",
                  authority.Issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}})));
  return WriteIssued(folder, "node", authority.Issue({.dns_names = {"edge-1"}}));
}

// An edge that takes no configuration says why; whoever waits for it to serve finds that here.
void Configure(edge::FakeControlPlane& control_plane, const edge::v1::Config& config) {
  if (!control_plane.NextHello().has_value()) return;
  if (!control_plane.SendConfig(config)) return;
  const auto result = control_plane.Next(ConnectRequest::kConfigResult);
  if (!result.has_value()) return;
  const std::string& error = result->config_result().error();
  std::cerr << (error.empty() ? "configured an edge" : "refused: " + error) << std::endl;
}

// Until it is killed: it holds nothing that needs an end.
absl::Status Serve() {
  const std::string folder = absl::GetFlag(FLAGS_folder);
  FC_ASSIGN_OR_RETURN(const edge::v1::Config config, ReadConfig(absl::GetFlag(FLAGS_config)));
  const TestAuthority authority;
  FC_RETURN_IF_ERROR(WriteCertificates(authority, folder));
  edge::FakeControlPlane control_plane(authority, authority);
  FC_RETURN_IF_ERROR(WriteFileAtomically(folder + "/address", control_plane.address(), 0644));
  while (true) Configure(control_plane, config);
}

}  // namespace
}  // namespace fluxcascade

int main(int argc, char** argv) {
  fluxcascade::ParseFlagsOrExit(argc, argv, "edge_link --config=… --folder=…");
  fluxcascade::ExitIfUsageError(fluxcascade::CheckRequiredFlags({"config", "folder"}));
  const absl::Status status = fluxcascade::Serve();
  std::cerr << "edge_link: " << status.message() << std::endl;
  return 1;
}
