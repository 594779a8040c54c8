#include "tests/e2e/sandbox_process.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/check/check.h"
#include "common/file/file.h"
#include "common/http/pooled_http_client.h"
#include "common/json/json_text.h"
#include "common/testing/test_certificates.h"

namespace fluxcascade {
namespace {

constexpr char kProgram[] = "tests/sandbox/sandbox";
constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kCallTimeout = absl::Seconds(10);

std::string Write(const std::string& folder, absl::string_view name, absl::string_view text) {
  const std::string path = absl::StrCat(folder, "/", name);
  FC_CHECK(WriteFileAtomically(path, text, 0600).ok());
  return path;
}

std::string WaitForFile(const std::string& path) {
  const absl::Time give_up = absl::Now() + kPatience;
  while (absl::Now() < give_up) {
    const absl::StatusOr<std::string> text = ReadFileToString(path);
    if (text.ok()) return *text;
    absl::SleepFor(absl::Milliseconds(20));
  }
  FC_CHECK(false && "the sandbox did not start");
  return "";
}

}  // namespace

SandboxProcess::SandboxProcess(const std::string& folder) {
  const TestAuthority authority;
  const TestCertificate certificate =
      authority.Issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}});
  const std::string ca = Write(folder, "ca.pem", authority.certificate_pem());
  const std::string ready = absl::StrCat(folder, "/sandbox-ready.json");
  process_ = std::make_unique<ChildProcess>(
      kProgram,
      std::vector<std::string>{
          absl::StrCat("--tls_cert=", Write(folder, "sandbox.pem", certificate.certificate_pem)),
          absl::StrCat("--tls_key=", Write(folder, "sandbox.key", certificate.key_pem)),
          absl::StrCat("--ca=", ca), absl::StrCat("--ready_file=", ready)},
      absl::StrCat(folder, "/sandbox.log"));
  urls_ = *ParseJson(WaitForFile(ready));
  absl::StatusOr<std::unique_ptr<HttpClient>> http = MakePooledHttpClient(
      {.threads = 4, .threads_per_host = 4, .ca_file = ca, .allow_private_addresses = true});
  FC_CHECK(http.ok());
  http_ = *std::move(http);
}

std::string SandboxProcess::url(absl::string_view system) const {
  return urls_.at(std::string(system)).get<std::string>();
}

nlohmann::json SandboxProcess::Admin(absl::string_view method, absl::string_view path,
                                     const nlohmann::json& body) {
  HttpRequest request;
  request.method = std::string(method);
  request.url = absl::StrCat(url("admin"), "/_admin", path);
  if (method != "GET") {
    request.headers = {{"Content-Type", "application/json"}};
    request.body = JsonText(body);
  }
  const absl::StatusOr<HttpResponse> response =
      http_->SendAndWait(std::move(request), kCallTimeout);
  FC_CHECK(response.ok());
  FC_CHECK(response->status == 200);
  return *ParseJson(response->body);
}

}  // namespace fluxcascade
