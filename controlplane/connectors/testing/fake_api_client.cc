#include "controlplane/connectors/testing/fake_api_client.h"

#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "common/status/status_macros.h"

namespace fluxcascade {

HttpResponse FakeAnswer(int status, const nlohmann::json& body, HttpHeaders headers) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = JsonText(body);
  return response;
}

absl::StatusOr<HttpResponse> FakeApiClient::Call(HttpRequest request, absl::string_view phase) {
  FC_RETURN_IF_ERROR(connector_.Authorize(credential_, request));
  requests_.push_back(request);
  phases_.emplace_back(phase);
  return handler_(request);
}

std::vector<std::string> FakeApiClient::lines() const {
  std::vector<std::string> lines;
  for (const HttpRequest& request : requests_) {
    lines.push_back(absl::StrCat(request.method, " ", request.url));
  }
  return lines;
}

}  // namespace fluxcascade
