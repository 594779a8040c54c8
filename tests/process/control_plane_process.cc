#include "tests/process/control_plane_process.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/random/random.h"
#include "common/server/grpc_credentials.h"
#include "common/testing/eventually.h"
#include "grpcpp/create_channel.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {
namespace {

constexpr char kProgram[] = "controlplane/control_plane";

void Write(const std::string& path, absl::string_view text) {
  FC_CHECK(WriteFileAtomically(path, text, 0600).ok());
}

// What it says in its log once it serves.
nlohmann::json ReadyLine(const std::string& log) {
  nlohmann::json ready;
  FC_CHECK(Eventually([&] {
    const std::string written = ReadFileToString(log).value_or("");
    for (absl::string_view line : absl::StrSplit(written, '\n')) {
      if (!absl::StrContains(line, "\"control plane ready\"")) continue;
      ready = nlohmann::json::parse(line.begin(), line.end());
    }
    return !ready.is_null();
  }));
  return ready;
}

std::string AddressOf(const nlohmann::json& ready, const char* port) {
  return absl::StrCat("127.0.0.1:", ready.at(port).get<int>());
}

}  // namespace

ControlPlaneProcess::ControlPlaneProcess(std::string prefix, const TestAuthority& authority)
    : prefix_(std::move(prefix)) {
  const TestCertificate own = authority.Issue({.ip_addresses = {"127.0.0.1"}});
  Write(prefix_ + ".pem", own.certificate_pem);
  Write(prefix_ + ".key", own.key_pem);
  Write(prefix_ + ".edges.pem", authority.certificate_pem());
  Write(prefix_ + ".keyring", Keyring::NewKeyLine("k1", SecureRandom()));
  Start();
  channel_ =
      grpc::CreateChannel(api_address_, ChannelTls({.authorities = authority.certificate_pem()}));
}

void ControlPlaneProcess::Start() {
  const std::string log = prefix_ + ".stderr";
  unlink(log.c_str());
  // Nothing listens at the system's address: what is not about a system works without it.
  process_ = std::make_unique<ChildProcess>(
      kProgram,
      std::vector<std::string>{
          "--state_dir=" + prefix_ + ".state", "--api_listen=" + api_address_,
          "--link_listen=" + link_address_, "--tls_cert=" + prefix_ + ".pem",
          "--tls_key=" + prefix_ + ".key", "--edge_ca=" + prefix_ + ".edges.pem",
          "--keyring=" + prefix_ + ".keyring", "--hubspot_api=https://127.0.0.1:1"},
      log);
  const nlohmann::json ready = ReadyLine(log);
  api_address_ = AddressOf(ready, "api_port");
  link_address_ = AddressOf(ready, "link_port");
  token_ = ReadFileToString(ready.at("admin_token_file").get<std::string>()).value();
  while (absl::EndsWith(token_, "\n")) token_.pop_back();
}

void ControlPlaneProcess::Kill() {
  process_->Signal(SIGKILL);
  FC_CHECK(process_->WaitFor(kTestPatience).has_value());
  // So that no call takes the connection for one that still is.
  FC_CHECK(channel_->WaitForStateChange(
      GRPC_CHANNEL_READY, std::chrono::system_clock::now() + absl::ToChronoSeconds(kTestPatience)));
}

void ControlPlaneProcess::Suspend() {
  process_->Signal(SIGSTOP);
  const std::string stat = absl::StrCat("/proc/", process_->pid(), "/stat");
  FC_CHECK(
      Eventually([&] { return absl::StrContains(ReadFileToString(stat).value_or(""), ") T "); }));
}

void ControlPlaneProcess::Resume() { process_->Signal(SIGCONT); }

void ControlPlaneProcess::Prepare(grpc::ClientContext& context) const {
  context.AddMetadata("authorization", "Bearer " + token_);
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(90));
}

}  // namespace fluxcascade
