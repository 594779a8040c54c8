#include "tests/sandbox/admin/front_routes.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/sandbox/admin/admin_request.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

void AddFaultRoutes(const std::string& base, FaultTable& faults, Router& router) {
  AddAdminRoute(router, "POST", base + "/faults",
                [&faults](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  std::string error;
                  std::optional<Fault> fault = ParseFault(body, error);
                  if (!fault.has_value()) return absl::InvalidArgumentError(error);
                  return json{{"id", faults.Add(*std::move(fault))}};
                });
  AddAdminRoute(router, "GET", base + "/faults",
                [&faults](const ApiRequest&, const json&) -> absl::StatusOr<json> {
                  json list = json::array();
                  for (const Fault& fault : faults.List()) list.push_back(FaultJson(fault));
                  return json{{"faults", list}};
                });
  AddAdminRoute(router, "DELETE", base + "/faults/{id}",
                [&faults](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  if (faults.Remove(request.Parameter("id"))) return json::object();
                  return absl::NotFoundError("there is no such fault");
                });
  AddAdminRoute(router, "DELETE", base + "/faults",
                [&faults](const ApiRequest&, const json&) -> absl::StatusOr<json> {
                  faults.Clear();
                  return json::object();
                });
}

void AddCallRoutes(const std::string& base, CallLog& calls, Router& router) {
  AddAdminRoute(router, "GET", base + "/calls",
                [&calls](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  CallLog::Filter filter;
                  filter.method = request.Query("method");
                  filter.target_contains = request.Query("target");
                  FC_ASSIGN_OR_RETURN(filter.after,
                                      ParseInteger("after", request.Query("after"), 0));
                  FC_ASSIGN_OR_RETURN(const int64_t limit,
                                      ParseInteger("limit", request.Query("limit"), 1000));
                  filter.limit = static_cast<size_t>(limit);
                  json list = json::array();
                  for (const CallRecord& call : calls.List(filter)) list.push_back(CallJson(call));
                  return json{{"calls", list}};
                });
  AddAdminRoute(
      router, "GET", base + "/call-counts",
      [&calls](const ApiRequest&, const json&) -> absl::StatusOr<json> { return calls.Counts(); });
  AddAdminRoute(router, "DELETE", base + "/calls",
                [&calls](const ApiRequest&, const json&) -> absl::StatusOr<json> {
                  calls.Clear();
                  return json::object();
                });
}

}  // namespace

void AddFrontRoutes(const std::string& system, ApiFront& front, Router& router) {
  const std::string base = absl::StrCat("/", system);
  AddAdminRoute(router, "PUT", base + "/latency",
                [&front](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t ms, IntegerMember(body, "ms", 0));
                  front.set_latency(absl::Milliseconds(ms));
                  return json{{"ms", ms}};
                });
  AddFaultRoutes(base, front.faults(), router);
  AddCallRoutes(base, front.calls(), router);
}

}  // namespace fluxcascade::sandbox
