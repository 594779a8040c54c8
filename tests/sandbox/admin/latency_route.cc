#include "tests/sandbox/admin/latency_route.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/status/status_macros.h"
#include "tests/sandbox/admin/admin_request.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

// When the first webhook of each contact was acknowledged; accounts have ids of their own.
class Acknowledgements {
 public:
  explicit Acknowledgements(FakeHubSpot& hubspot) {
    for (const int64_t portal_id : hubspot.accounts().Accounts()) {
      by_portal_[portal_id] = hubspot.sender().log().FirstAcknowledgements(portal_id);
    }
  }

  std::optional<absl::Time> Of(const GeneratedContact& contact) const {
    const auto portal = by_portal_.find(contact.portal_id);
    if (portal == by_portal_.end()) return std::nullopt;
    const auto found = portal->second.find(contact.object_id);
    if (found == portal->second.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<int64_t, std::map<int64_t, absl::Time>> by_portal_;
};

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
  const std::map<std::string, absl::Time> written = store->FirstCreates(*FindEntityKind("persons"));
  const Acknowledgements acknowledged(hubspot);
  std::vector<double> latencies;
  int64_t missing = 0;
  for (const GeneratedContact& contact : hubspot.generator().Contacts()) {
    const auto write = written.find(contact.email);
    const std::optional<absl::Time> acknowledgement = acknowledged.Of(contact);
    if (write == written.end() || !acknowledgement.has_value()) {
      ++missing;
      continue;
    }
    latencies.push_back(MillisOf(write->second - *acknowledgement));
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
