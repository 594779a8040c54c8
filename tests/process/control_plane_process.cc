#include "tests/process/control_plane_process.h"

#include <chrono>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/random/random.h"
#include "common/server/grpc_credentials.h"
#include "grpcpp/create_channel.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {
namespace {

constexpr char kProgram[] = "controlplane/control_plane";
constexpr absl::Duration kPatience = absl::Seconds(20);

void Write(const std::string& path, absl::string_view text) {
  FC_CHECK(WriteFileAtomically(path, text, 0600).ok());
}

// What it says in its log once it serves.
nlohmann::json ReadyLine(const std::string& log) {
  const absl::Time end = absl::Now() + kPatience;
  while (absl::Now() < end) {
    const std::string written = ReadFileToString(log).value_or("");
    for (absl::string_view line : absl::StrSplit(written, '\n')) {
      if (!absl::StrContains(line, "\"control plane ready\"")) continue;
      return nlohmann::json::parse(line.begin(), line.end());
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  FC_CHECK(false);
  return {};
}

std::string AddressOf(const nlohmann::json& ready, const char* port) {
  return absl::StrCat("127.0.0.1:", ready.at(port).get<int>());
}

}  // namespace

ControlPlaneProcess::ControlPlaneProcess(const std::string& prefix,
                                         const TestAuthority& authority) {
  const TestCertificate own = authority.Issue({.ip_addresses = {"127.0.0.1"}});
  Write(prefix + ".pem", own.certificate_pem);
  Write(prefix + ".key", own.key_pem);
  Write(prefix + ".edges.pem", authority.certificate_pem());
  Write(prefix + ".keyring", Keyring::NewKeyLine("k1", SecureRandom()));
  const std::string log = prefix + ".stderr";
  // Nothing listens at the system's address: what is not about a system works without it.
  process_ = std::make_unique<ChildProcess>(
      kProgram,
      std::vector<std::string>{"--state_dir=" + prefix + ".state", "--api_listen=127.0.0.1:0",
                               "--link_listen=127.0.0.1:0", "--tls_cert=" + prefix + ".pem",
                               "--tls_key=" + prefix + ".key", "--edge_ca=" + prefix + ".edges.pem",
                               "--keyring=" + prefix + ".keyring",
                               "--hubspot_api=https://127.0.0.1:1"},
      log);
  const nlohmann::json ready = ReadyLine(log);
  link_address_ = AddressOf(ready, "link_port");
  token_ = ReadFileToString(ready.at("admin_token_file").get<std::string>()).value();
  while (absl::EndsWith(token_, "\n")) token_.pop_back();
  channel_ = grpc::CreateChannel(AddressOf(ready, "api_port"),
                                 ChannelTls({.authorities = authority.certificate_pem()}));
}

void ControlPlaneProcess::Prepare(grpc::ClientContext& context) const {
  context.AddMetadata("authorization", "Bearer " + token_);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(90));
}

}  // namespace fluxcascade
