// An ApiClient for tests: authorises as the real one does, answers from a function, remembers.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_TESTING_FAKE_API_CLIENT_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_TESTING_FAKE_API_CLIENT_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

HttpResponse FakeAnswer(int status, const nlohmann::json& body, HttpHeaders headers = {});

class FakeApiClient final : public ApiClient {
 public:
  using Handler = std::function<absl::StatusOr<HttpResponse>(const HttpRequest&)>;

  FakeApiClient(const Connector& connector, CallCredential credential, Handler handler)
      : connector_(connector), credential_(std::move(credential)), handler_(std::move(handler)) {}

  absl::StatusOr<HttpResponse> Call(HttpRequest request, absl::string_view phase) override;

  const std::vector<HttpRequest>& requests() const { return requests_; }
  const std::vector<std::string>& phases() const { return phases_; }
  // `GET https://…` of each request, in order.
  std::vector<std::string> lines() const;

 private:
  const Connector& connector_;
  const CallCredential credential_;
  const Handler handler_;
  std::vector<HttpRequest> requests_;
  std::vector<std::string> phases_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_TESTING_FAKE_API_CLIENT_H_
