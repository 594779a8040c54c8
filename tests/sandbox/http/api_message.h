// A request and an answer as the fakes see them, apart from any HTTP library.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HTTP_API_MESSAGE_H_
#define FLUXCASCADE_TESTS_SANDBOX_HTTP_API_MESSAGE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::sandbox {

struct ApiRequest {
  std::string method;
  std::string target;                               // as on the request line: path?query
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;
  absl::Time receive_time;

  // Filled by the router: the target's parts, percent-decoded, and the pattern's {names}.
  std::vector<std::string> path;
  std::multimap<std::string, std::string> query;
  std::map<std::string, std::string> parameters;

  // The first header or query value of that name; empty when there is none.
  std::string Header(const std::string& lower_case_name) const;
  std::string Query(const std::string& name) const;
  bool HasQuery(const std::string& name) const { return query.contains(name); }
  // What the pattern's {name} stood for.
  std::string Parameter(const std::string& name) const;
  // The token of `Authorization: Bearer …`; empty when there is none.
  std::string BearerToken() const;
};

struct ApiResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // Close the connection and send nothing at all.
  bool drop_connection = false;
};

ApiResponse JsonResponse(int status, const nlohmann::json& body);
ApiResponse EmptyResponse(int status);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HTTP_API_MESSAGE_H_
