// The sandbox, as a process of its own, for tests that go through real TLS.
#ifndef FLUXCASCADE_TESTS_E2E_SANDBOX_PROCESS_H_
#define FLUXCASCADE_TESTS_E2E_SANDBOX_PROCESS_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "common/http/http_client.h"
#include "nlohmann/json.hpp"
#include "tests/process/child_process.h"

namespace fluxcascade {

// Stops the test's process when the sandbox does not start. Killed with the object.
class SandboxProcess {
 public:
  // Its certificates, log and ready file go into `folder`.
  explicit SandboxProcess(const std::string& folder);

  // `https://localhost:<port>` of `hubspot`, `pipedrive` or `sink`.
  std::string url(absl::string_view system) const;

  // Trusts the sandbox's certificate, and may call loopback.
  HttpClient& http() { return *http_; }

  // A call of the admin API, `path` without `/_admin`; it must succeed.
  nlohmann::json Admin(absl::string_view method, absl::string_view path,
                       const nlohmann::json& body = nlohmann::json::object());

 private:
  std::unique_ptr<ChildProcess> process_;
  nlohmann::json urls_;
  std::unique_ptr<HttpClient> http_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_E2E_SANDBOX_PROCESS_H_
