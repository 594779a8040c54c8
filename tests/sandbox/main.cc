// The sandbox: fakes of the outside systems and a sink for our webhooks, each on a port of its own,
// and the admin API.
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/time/clock.h"
#include "common/file/file.h"
#include "common/flags/flags.h"
#include "common/random/random.h"
#include "common/server/signal_waiter.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/admin/admin_request.h"
#include "tests/sandbox/admin/hubspot_admin.h"
#include "tests/sandbox/admin/latency_route.h"
#include "tests/sandbox/admin/pipedrive_admin.h"
#include "tests/sandbox/admin/sink_admin.h"
#include "tests/sandbox/http/https_poster.h"
#include "tests/sandbox/http/https_server.h"
#include "tests/sandbox/hubspot/fake_hubspot.h"
#include "tests/sandbox/pipedrive/fake_pipedrive.h"
#include "tests/sandbox/sink/fake_sink.h"

ABSL_FLAG(std::string, tls_cert, "", "PEM file with the certificate of localhost");
ABSL_FLAG(std::string, tls_key, "", "PEM file with its key");
ABSL_FLAG(std::string, ca, "", "PEM file with the authorities of whoever gets webhooks");
ABSL_FLAG(std::string, ready_file, "", "file that gets the ports' URLs as JSON once all are open");

namespace fluxcascade::sandbox {
namespace {

class Sandbox {
 public:
  Sandbox()
      : poster_(MakeHttpsPoster(absl::GetFlag(FLAGS_ca))),
        hubspot_(SystemClock(), SecureRandom(), *poster_, absl::SleepFor),
        pipedrive_(SystemClock(), SecureRandom(), absl::SleepFor),
        sink_(absl::SleepFor),
        admin_([](const ApiRequest&) {
          return AdminError(absl::NotFoundError("no such route: see tests/sandbox/README.md"));
        }) {
    AddHubSpotAdmin(hubspot_, SystemClock(), admin_);
    AddPipedriveAdmin(pipedrive_, SystemClock(), admin_);
    AddSinkAdmin(sink_, admin_);
    AddLatencyRoute(hubspot_, pipedrive_, admin_);
    AddAdminRoute(
        admin_, "POST", "/reset",
        [this](const ApiRequest&, const nlohmann::json&) -> absl::StatusOr<nlohmann::json> {
          hubspot_.Reset();
          pipedrive_.Reset();
          sink_.Clear();
          return nlohmann::json::object();
        });
  }

  // Opens the ports and gives their URLs.
  absl::StatusOr<nlohmann::json> Open() {
    nlohmann::json urls;
    FC_ASSIGN_OR_RETURN(urls["hubspot"], Listen([this](const ApiRequest& request) {
                          return hubspot_.Handle(request);
                        }));
    FC_ASSIGN_OR_RETURN(urls["pipedrive"], Listen([this](const ApiRequest& request) {
                          return pipedrive_.Handle(request);
                        }));
    FC_ASSIGN_OR_RETURN(
        urls["sink"], Listen([this](const ApiRequest& request) { return sink_.Handle(request); }));
    FC_ASSIGN_OR_RETURN(
        urls["admin"], Listen([this](const ApiRequest& request) { return admin_.Route(request); }));
    return urls;
  }

 private:
  absl::StatusOr<std::string> Listen(ApiHandler handler) {
    FC_ASSIGN_OR_RETURN(std::unique_ptr<HttpsServer> server,
                        HttpsServer::Start({.cert_file = absl::GetFlag(FLAGS_tls_cert),
                                            .key_file = absl::GetFlag(FLAGS_tls_key),
                                            .port = 0,
                                            .threads = 128},
                                           SystemClock(), std::move(handler)));
    servers_.push_back(std::move(server));
    return servers_.back()->url();
  }

  std::unique_ptr<WebhookPoster> poster_;
  FakeHubSpot hubspot_;
  FakePipedrive pipedrive_;
  FakeSink sink_;
  Router admin_;
  std::vector<std::unique_ptr<HttpsServer>> servers_;
};

int Run() {
  SignalWaiter signals;
  Sandbox sandbox;
  const absl::StatusOr<nlohmann::json> urls = sandbox.Open();
  if (!urls.ok()) {
    std::cerr << "sandbox: " << urls.status().message() << std::endl;
    return 1;
  }
  std::cout << urls->dump() << std::endl;
  const std::string ready_file = absl::GetFlag(FLAGS_ready_file);
  if (!ready_file.empty()) {
    const absl::Status written = WriteFileAtomically(ready_file, urls->dump() + "\n", 0644);
    if (!written.ok()) {
      std::cerr << "sandbox: " << written.message() << std::endl;
      return 1;
    }
  }
  signals.Wait();
  return 0;
}

}  // namespace
}  // namespace fluxcascade::sandbox

int main(int argc, char** argv) {
  fluxcascade::ParseFlagsOrExit(argc, argv, "sandbox --tls_cert=… --tls_key=… --ca=…");
  fluxcascade::ExitIfUsageError(fluxcascade::CheckRequiredFlags({"tls_cert", "tls_key", "ca"}));
  return fluxcascade::sandbox::Run();
}
