// Finds the handler of a request by its method and path.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HTTP_ROUTER_H_
#define FLUXCASCADE_TESTS_SANDBOX_HTTP_ROUTER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/sandbox/http/api_message.h"

namespace fluxcascade::sandbox {

using ApiHandler = std::function<ApiResponse(const ApiRequest&)>;

// Thread-safe once all routes are added.
class Router {
 public:
  // Answers what no route is for.
  explicit Router(ApiHandler not_found) : not_found_(std::move(not_found)) {}

  // `pattern` is a path whose segments are literal or {name}, which stands for one segment that is
  // not empty. Of several that match, the one added first is taken.
  void Add(absl::string_view method, absl::string_view pattern, ApiHandler handler);

  // Fills the parts of the request that the target gives, and lets the route's handler answer.
  ApiResponse Route(ApiRequest request) const;

 private:
  struct RouteEntry {
    std::string method;
    std::vector<std::string> segments;
    ApiHandler handler;
  };

  std::vector<RouteEntry> routes_;
  ApiHandler not_found_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HTTP_ROUTER_H_
