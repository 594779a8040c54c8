#include "tests/sandbox/http/router.h"

#include <map>
#include <utility>

#include "tests/sandbox/http/url_text.h"

namespace fluxcascade::sandbox {
namespace {

bool IsParameter(const std::string& segment) { return !segment.empty() && segment.front() == '{'; }

bool Matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
             std::map<std::string, std::string>& parameters) {
  if (pattern.size() != path.size()) return false;
  std::map<std::string, std::string> found;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (IsParameter(pattern[i])) {
      if (path[i].empty()) return false;
      found[pattern[i].substr(1, pattern[i].size() - 2)] = path[i];
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  parameters = std::move(found);
  return true;
}

}  // namespace

void Router::Add(absl::string_view method, absl::string_view pattern, ApiHandler handler) {
  routes_.push_back({std::string(method), PathSegments(pattern), std::move(handler)});
}

ApiResponse Router::Route(ApiRequest request) const {
  request.path = PathSegments(request.target);
  request.query = ParseForm(QueryOf(request.target));
  for (const RouteEntry& route : routes_) {
    if (route.method == request.method &&
        Matches(route.segments, request.path, request.parameters)) {
      return route.handler(request);
    }
  }
  return not_found_(request);
}

}  // namespace fluxcascade::sandbox
