#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "tests/sandbox/pipedrive/entity_routes.h"
#include "tests/sandbox/pipedrive/pipedrive_answers.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr int64_t kGetCost = 2;
constexpr int64_t kListCost = 20;
constexpr int64_t kMergeCost = 40;
constexpr int64_t kDefaultLimit = 100;
constexpr int64_t kMaxLimit = 500;

int64_t Number(const std::string& text, int64_t otherwise) {
  int64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : otherwise;
}

ApiResponse Fields(const ApiRequest& request, const PipedriveCaller& caller,
                   const EntityKind& kind) {
  const std::vector<EntityField> fields = caller.store->fields().List(kind);
  const int64_t size = static_cast<int64_t>(fields.size());
  const int64_t start = std::clamp<int64_t>(Number(request.Query("start"), 0), 0, size);
  const int64_t limit =
      std::clamp<int64_t>(Number(request.Query("limit"), kDefaultLimit), 1, kMaxLimit);
  const int64_t end = std::min(size, start + limit);
  json data = json::array();
  for (int64_t i = start; i < end; ++i) data.push_back(FieldJsonV1(fields[i], 9000 + i));
  json pagination = {{"start", start}, {"limit", limit}, {"more_items_in_collection", end < size}};
  if (end < size) pagination["next_start"] = end;
  return PipedriveData(200, data, {{"pagination", pagination}});
}

ApiResponse Merge(const Clock& clock, const ApiRequest& request, const PipedriveCaller& caller,
                  const EntityKind& kind) {
  const absl::StatusOr<json> body = ParseJson(request.body);
  if (!body.ok() || !body->is_object() || !body->contains("merge_with_id") ||
      !(*body)["merge_with_id"].is_number_integer()) {
    return PipedriveError(400, "Parameter 'merge_with_id' is required");
  }
  const int64_t loser = Number(request.Parameter("id"), 0);
  absl::StatusOr<json> merged =
      caller.store->Merge(kind, loser, (*body)["merge_with_id"].get<int64_t>(), clock.Now());
  if (!merged.ok()) return PipedriveStoreError(merged.status());
  (*merged)["merge_what_id"] = loser;
  return PipedriveData(200, *merged);
}

ApiResponse CurrentUser(const ApiRequest&, const PipedriveCaller& caller) {
  return PipedriveData(200, {{"id", caller.user_id},
                             {"name", "Sandbox User"},
                             {"email", "operator@example.com"},
                             {"default_currency", "EUR"},
                             {"locale", "en_US"},
                             {"lang", 1},
                             {"phone", nullptr},
                             {"activated", true},
                             {"is_admin", 1},
                             {"active_flag", true},
                             {"timezone_name", "Europe/Berlin"},
                             {"timezone_offset", "+01:00"},
                             {"is_you", true},
                             {"company_id", caller.company_id},
                             {"company_name", absl::StrCat("Company ", caller.company_id)},
                             {"company_domain", absl::StrCat("company-", caller.company_id)},
                             {"company_country", "DE"},
                             {"company_industry", nullptr},
                             {"language", {{"language_code", "en"}, {"country_code", "US"}}}});
}

void AddKindRoutes(const EntityRouteContext& context, const std::string& base,
                   const EntityKind& kind, Router& router) {
  router.Add("GET", absl::StrCat(base, "/", kind.name, "Fields"),
             context.gate.Guard(kListCost,
                                [&kind](const ApiRequest& request, const PipedriveCaller& caller) {
                                  return Fields(request, caller, kind);
                                }));
  router.Add(
      "PUT", absl::StrCat(base, "/", kind.path, "/{id}/merge"),
      context.gate.Guard(kMergeCost, [&clock = context.clock, &kind](
                                         const ApiRequest& request, const PipedriveCaller& caller) {
        return Merge(clock, request, caller, kind);
      }));
}

}  // namespace

void AddLegacyRoutes(const EntityRouteContext& context, Router& router) {
  for (const std::string base : {"/v1", "/api/v1"}) {
    for (const EntityKind& kind : EntityKinds()) AddKindRoutes(context, base, kind, router);
    router.Add("GET", base + "/users/me", context.gate.Guard(kGetCost, CurrentUser));
  }
}

}  // namespace fluxcascade::sandbox
