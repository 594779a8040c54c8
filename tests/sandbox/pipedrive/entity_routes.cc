#include "tests/sandbox/pipedrive/entity_routes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/json/json_text.h"
#include "tests/sandbox/pipedrive/pipedrive_answers.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr int64_t kDefaultLimit = 100;
constexpr int64_t kMaxLimit = 500;

// What calls cost of the daily budget.
constexpr int64_t kGetCost = 1;
constexpr int64_t kListCost = 10;
constexpr int64_t kWriteCost = 5;
constexpr int64_t kDeleteCost = 3;
constexpr int64_t kSearchCost = 20;

int64_t Number(const std::string& text, int64_t otherwise) {
  int64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : otherwise;
}

int64_t IdOf(const ApiRequest& request) { return Number(request.Parameter("id"), 0); }

int64_t LimitOf(const ApiRequest& request) {
  return std::clamp<int64_t>(Number(request.Query("limit"), kDefaultLimit), 1, kMaxLimit);
}

// A cursor is opaque to callers: the last id, in base64.
std::string CursorOf(int64_t id) { return absl::Base64Escape(absl::StrCat("{\"id\":", id, "}")); }

int64_t AfterOf(const std::string& cursor) {
  std::string text;
  if (!absl::Base64Unescape(cursor, &text)) return 0;
  const absl::StatusOr<json> parsed = ParseJson(text);
  return parsed.ok() && parsed->is_object() ? parsed->value("id", int64_t{0}) : 0;
}

ApiResponse EntityAnswer(const absl::StatusOr<json>& entity) {
  return entity.ok() ? PipedriveData(200, *entity) : PipedriveStoreError(entity.status());
}

class EntityApi {
 public:
  EntityApi(const EntityRouteContext& context, const EntityKind& kind)
      : context_(context), kind_(kind) {}

  ApiResponse Create(const ApiRequest& request, const PipedriveCaller& caller) const {
    const absl::StatusOr<json> body = ParseJson(request.body);
    if (!body.ok()) return PipedriveError(400, body.status().message());
    return EntityAnswer(caller.store->Create(kind_, *body, caller.user_id, context_.clock.Now()));
  }

  ApiResponse Get(const ApiRequest& request, const PipedriveCaller& caller) const {
    return EntityAnswer(caller.store->Get(kind_, IdOf(request)));
  }

  ApiResponse Update(const ApiRequest& request, const PipedriveCaller& caller) const {
    const absl::StatusOr<json> body = ParseJson(request.body);
    if (!body.ok()) return PipedriveError(400, body.status().message());
    return EntityAnswer(caller.store->Update(kind_, IdOf(request), *body, context_.clock.Now()));
  }

  ApiResponse Delete(const ApiRequest& request, const PipedriveCaller& caller) const {
    const absl::Status status = caller.store->Delete(kind_, IdOf(request), context_.clock.Now());
    return status.ok() ? PipedriveData(200, {{"id", IdOf(request)}}) : PipedriveStoreError(status);
  }

  ApiResponse List(const ApiRequest& request, const PipedriveCaller& caller) const {
    if (request.HasQuery("ids")) return ListIds(request, caller);
    const int64_t limit = LimitOf(request);
    std::vector<json> entities =
        caller.store->List(kind_, AfterOf(request.Query("cursor")), limit + 1);
    const bool more = static_cast<int64_t>(entities.size()) > limit;
    if (more) entities.resize(limit);
    return PipedriveData(
        200, entities,
        {{"next_cursor", more ? json(CursorOf(entities.back()["id"].get<int64_t>())) : json()}});
  }

  ApiResponse Search(const ApiRequest& request, const PipedriveCaller& caller) const {
    EntitySearch search;
    search.term = request.Query("term");
    search.exact = request.Query("exact_match") == "true" || request.Query("exact_match") == "1";
    search.fields = absl::StrSplit(request.Query("fields"), ',', absl::SkipEmpty());
    if (search.term.size() < (search.exact ? 1 : 2)) {
      return PipedriveError(400, "The term must be at least 2 characters long, 1 if exact_match");
    }
    const absl::Time seen =
        context_.clock.Now() - absl::Milliseconds(context_.search_lag_ms.load());
    const std::vector<json> found = caller.store->Search(kind_, search, seen);
    const size_t begin = AfterOf(request.Query("cursor"));
    const size_t end = std::min(found.size(), begin + static_cast<size_t>(LimitOf(request)));
    json items = json::array();
    for (size_t i = begin; i < end; ++i) items.push_back(SearchItemJson(kind_, found[i]));
    return PipedriveData(
        200, {{"items", std::move(items)}},
        {{"next_cursor", end < found.size() ? json(CursorOf(static_cast<int64_t>(end))) : json()}});
  }

  ApiResponse Fields(const ApiRequest&, const PipedriveCaller& caller) const {
    json fields = json::array();
    for (const EntityField& field : caller.store->fields().List(kind_)) {
      fields.push_back(FieldJsonV2(field));
    }
    return PipedriveData(200, fields, {{"next_cursor", nullptr}});
  }

 private:
  // Up to 100; deleted and unknown ones are left out.
  ApiResponse ListIds(const ApiRequest& request, const PipedriveCaller& caller) const {
    json entities = json::array();
    for (const std::string& id :
         std::vector<std::string>(absl::StrSplit(request.Query("ids"), ',', absl::SkipEmpty()))) {
      const absl::StatusOr<json> entity = caller.store->Get(kind_, Number(id, 0));
      if (entity.ok() && (*entity)["is_deleted"] == false) entities.push_back(*entity);
    }
    return PipedriveData(200, entities, {{"next_cursor", nullptr}});
  }

  EntityRouteContext context_;
  const EntityKind& kind_;
};

}  // namespace

void AddEntityRoutes(const EntityRouteContext& context, Router& router) {
  const PipedriveGate& gate = context.gate;
  for (const EntityKind& kind : EntityKinds()) {
    const EntityApi api(context, kind);
    const auto call = [api](auto method) {
      return [api, method](const ApiRequest& request, const PipedriveCaller& caller) {
        return (api.*method)(request, caller);
      };
    };
    const std::string path = absl::StrCat("/api/v2/", kind.path);
    router.Add("GET", path + "/search", gate.GuardSearch(kSearchCost, call(&EntityApi::Search)));
    router.Add("GET", path, gate.Guard(kListCost, call(&EntityApi::List)));
    router.Add("POST", path, gate.Guard(kWriteCost, call(&EntityApi::Create)));
    router.Add("GET", path + "/{id}", gate.Guard(kGetCost, call(&EntityApi::Get)));
    router.Add("PATCH", path + "/{id}", gate.Guard(kWriteCost, call(&EntityApi::Update)));
    router.Add("DELETE", path + "/{id}", gate.Guard(kDeleteCost, call(&EntityApi::Delete)));
    router.Add("GET", absl::StrCat("/api/v2/", kind.name, "Fields"),
               gate.Guard(kListCost, call(&EntityApi::Fields)));
  }
}

}  // namespace fluxcascade::sandbox
