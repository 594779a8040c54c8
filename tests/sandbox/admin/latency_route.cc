#include "tests/sandbox/admin/latency_route.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/status/status_macros.h"
#include "tests/sandbox/admin/admin_request.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

std::map<std::string, absl::Time> FirstWriteByEmail(const EntityStore& store) {
  std::map<std::string, absl::Time> first;
  for (const auto& [id, history] : store.Histories(*FindEntityKind("persons"))) {
    const auto& version = history.versions().front();
    for (const std::string& email : EmailsOf(version.value.value)) {
      const auto [known, is_new] = first.emplace(email, version.write_time);
      if (!is_new) known->second = std::min(known->second, version.write_time);
    }
  }
  return first;
}

// Nearest rank: the smallest value that at least `share` of all do not exceed.
double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(1.0, rank)) - 1];
}

absl::StatusOr<json> Latency(FakeHubSpot& hubspot, FakePipedrive& pipedrive,
                             const ApiRequest& request) {
  FC_ASSIGN_OR_RETURN(const int64_t company, ParseInteger("company", request.Query("company"), 0));
  const std::shared_ptr<EntityStore> store = pipedrive.companies().Store(company);
  if (store == nullptr) return absl::NotFoundError("company: no such company");
  const std::map<std::string, absl::Time> written = FirstWriteByEmail(*store);
  const std::map<int64_t, absl::Time> acknowledged = hubspot.sender().log().FirstAcknowledgements();
  std::vector<double> latencies;
  int64_t missing = 0;
  for (const GeneratedContact& contact : hubspot.generator().Contacts()) {
    const auto write = written.find(contact.email);
    const auto acknowledgement = acknowledged.find(contact.object_id);
    if (write == written.end() || acknowledgement == acknowledged.end()) {
      ++missing;
      continue;
    }
    latencies.push_back(MillisOf(write->second - acknowledgement->second));
  }
  std::sort(latencies.begin(), latencies.end());
  return json{{"count", latencies.size()},
              {"missing", missing},
              {"p50Ms", Percentile(latencies, 0.50)},
              {"p90Ms", Percentile(latencies, 0.90)},
              {"p99Ms", Percentile(latencies, 0.99)},
              {"maxMs", latencies.empty() ? 0 : latencies.back()}};
}

}  // namespace

void AddLatencyRoute(FakeHubSpot& hubspot, FakePipedrive& pipedrive, Router& router) {
  AddAdminRoute(router, "GET", "/latency", [&](const ApiRequest& request, const json&) {
    return Latency(hubspot, pipedrive, request);
  });
}

}  // namespace fluxcascade::sandbox
