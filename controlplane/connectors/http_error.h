// The one place where HTTP status codes become ours. Connectors refine what it gives by what their
// system says in the body.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HTTP_ERROR_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HTTP_ERROR_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/http_client.h"
#include "controlplane/connectors/connector.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// A system's words in a message of ours are cut here.
inline constexpr size_t kMaxErrorWords = 500;

bool IsSuccess(const HttpResponse& response);

// 400, 415, 422 → kInvalidArgument; 401 → kUnauthenticated; 403 → kPermissionDenied; 404, 410 →
// kNotFound; 405, 501 → kUnimplemented; 409, 423 → kAborted; 429 → kResourceExhausted; 408, 425 and
// 5xx → kUnavailable; the rest, redirects among them → kFailedPrecondition.
absl::StatusCode CodeOfHttpStatus(int http_status);

// `<title> answered <http status>: <words>`. The words are cut between characters; control
// characters become spaces, and what is not UTF-8 U+FFFD.
absl::Status HttpError(absl::StatusCode code, absl::string_view title, int http_status,
                       absl::string_view words);

// `Retry-After` in seconds, at most a day. Its date form is not read.
std::optional<absl::Duration> RetryAfterHeader(const HttpResponse& response);

// The body of a 2xx answer. A body that is cut or no JSON is kUnavailable: something between us and
// the system answered.
absl::StatusOr<nlohmann::json> JsonBody(const HttpResponse& response, absl::string_view title);

// Calls, and gives the body of a 2xx answer, or what `connector` makes of any other.
absl::StatusOr<nlohmann::json> CallForJson(const Connector& connector, ApiClient& api,
                                           HttpRequest request, absl::string_view phase);

// A request with a JSON body.
HttpRequest JsonRequest(absl::string_view method, absl::string_view url,
                        const nlohmann::json& body);
HttpRequest GetRequest(absl::string_view url);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HTTP_ERROR_H_
