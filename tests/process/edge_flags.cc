#include "tests/process/edge_flags.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/strip.h"
#include "common/check/check.h"
#include "common/file/file.h"
#include "common/status/status_macros.h"
#include "common/testing/eventually.h"

namespace fluxcascade {
namespace {

std::string Write(const std::string& path, absl::string_view text) {
  FC_CHECK(WriteFileAtomically(path, text, 0600).ok());
  return path;
}

}  // namespace

std::vector<std::string> EdgeFlags(const std::string& prefix, const TestAuthority& authority,
                                   const std::string& control_plane) {
  const TestCertificate node = authority.Issue({.dns_names = {"edge-1"}});
  return {"--listen=127.0.0.1:0",
          "--metrics_listen=",
          "--max_connections=1000",
          "--min_free_bytes=0",
          "--tls_cert=" + Write(prefix + "node.pem", node.certificate_pem),
          "--tls_key=" + Write(prefix + "node.key", node.key_pem),
          "--link_cert=" + prefix + "node.pem",
          "--link_key=" + prefix + "node.key",
          "--link_ca=" + Write(prefix + "ca.pem", authority.certificate_pem()),
          "--control_plane=" + control_plane,
          "--log_dir=" + prefix + "log",
          "--ready_file=" + prefix + "ready"};
}

absl::StatusOr<SocketAddress> ListeningAddress(const std::string& prefix) {
  absl::StatusOr<std::string> ready;
  static_cast<void>(Eventually([&] { return (ready = ReadFileToString(prefix + "ready")).ok(); }));
  FC_RETURN_IF_ERROR(ready.status());
  return SocketAddress::Parse(absl::StripSuffix(*ready, "\n"));
}

void ForgetListeningAddress(const std::string& prefix) { unlink((prefix + "ready").c_str()); }

}  // namespace fluxcascade
