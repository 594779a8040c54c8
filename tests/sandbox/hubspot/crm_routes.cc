#include "tests/sandbox/hubspot/crm_routes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/json/json_text.h"
#include "tests/sandbox/hubspot/crm_json.h"
#include "tests/sandbox/hubspot/crm_search.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr int64_t kDefaultListLimit = 10;
constexpr int64_t kMaxListLimit = 100;
constexpr int64_t kMaxSearchLimit = 200;
constexpr int64_t kMaxSearchResults = 10000;

// `properties=a,b` and `properties=a&properties=b` say the same.
std::vector<std::string> AskedProperties(const ApiRequest& request) {
  std::vector<std::string> asked;
  const auto [begin, end] = request.query.equal_range("properties");
  for (auto value = begin; value != end; ++value) {
    for (absl::string_view name : absl::StrSplit(value->second, ',', absl::SkipEmpty())) {
      asked.emplace_back(name);
    }
  }
  return asked;
}

int64_t Number(const std::string& text, int64_t otherwise) {
  int64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : otherwise;
}

bool IsTrue(const std::string& text) { return text == "true"; }

ApiResponse ObjectAnswer(int status, const absl::StatusOr<CrmObject>& object, const CrmType& type,
                         const CrmSession& session, const std::vector<std::string>& asked) {
  if (!object.ok()) return HubSpotCrmError(object.status());
  return JsonResponse(
      status, CrmObjectJson(*object, ShownProperties(type, session.store->properties(), asked)));
}

// What a write answers with: the default properties and those that were written.
std::vector<std::string> WrittenProperties(const CrmType& type, const CrmProperties& written) {
  std::vector<std::string> names = type.default_properties;
  for (const auto& [name, value] : written) names.push_back(name);
  return names;
}

absl::StatusOr<CrmObject> FindForWrite(const ApiRequest& request, const CrmSession& session,
                                       const CrmType& type) {
  return session.store->Get(type, request.Parameter("id"), request.Query("idProperty"), false);
}

ApiResponse List(const ApiRequest& request, const CrmSession& session, const CrmType& type) {
  const int64_t limit = Number(request.Query("limit"), kDefaultListLimit);
  if (limit < 1 || limit > kMaxListLimit) {
    return HubSpotError(400, "VALIDATION_ERROR", "limit must be between 1 and 100");
  }
  std::vector<CrmObject> objects = session.store->List(type, Number(request.Query("after"), 0),
                                                       limit, IsTrue(request.Query("archived")));
  const bool more = static_cast<int64_t>(objects.size()) > limit;
  if (more) objects.resize(limit);
  const auto shown = ShownProperties(type, session.store->properties(), AskedProperties(request));
  json results = json::array();
  for (const CrmObject& object : objects) results.push_back(CrmObjectJson(object, shown));
  json answer = {{"results", std::move(results)}};
  if (more) {
    const std::string after = absl::StrCat(objects.back().id);
    answer["paging"]["next"] = {{"after", after},
                                {"link", absl::StrCat("https://api.hubapi.com/crm/v3/objects/",
                                                      type.path, "?after=", after)}};
  }
  return JsonResponse(200, answer);
}

ApiResponse Get(const ApiRequest& request, const CrmSession& session, const CrmType& type) {
  return ObjectAnswer(200,
                      session.store->Get(type, request.Parameter("id"), request.Query("idProperty"),
                                         IsTrue(request.Query("archived"))),
                      type, session, AskedProperties(request));
}

ApiResponse Search(const CrmRouteContext& context, const CrmSession& session, const CrmType& type,
                   const json& body) {
  const int64_t limit = Number(TextOf(body, "limit"), kDefaultListLimit);
  const int64_t offset = Number(TextOf(body, "after"), 0);
  if (limit < 1 || limit > kMaxSearchLimit || offset < 0 || offset + limit > kMaxSearchResults) {
    return HubSpotError(400, "VALIDATION_ERROR", "limit must be between 1 and 200");
  }
  const absl::Time seen = context.clock.Now() - absl::Milliseconds(context.search_lag_ms.load());
  const auto found = SearchObjects(body, session.store->LiveAsOf(type, seen));
  if (!found.ok()) return HubSpotError(400, "VALIDATION_ERROR", found.status().message());
  const auto shown =
      ShownProperties(type, session.store->properties(), StringsOf(body, "properties"));
  const int64_t total = static_cast<int64_t>(found->size());
  json results = json::array();
  for (int64_t i = offset; i < std::min(total, offset + limit); ++i) {
    results.push_back(CrmObjectJson((*found)[i], shown));
  }
  json answer = {{"total", total}, {"results", std::move(results)}};
  if (offset + limit < total) {
    answer["paging"]["next"] = {{"after", absl::StrCat(offset + limit)}};
  }
  return JsonResponse(200, answer);
}

ApiResponse Create(const CrmRouteContext& context, const CrmSession& session, const CrmType& type,
                   const json& body) {
  const absl::StatusOr<CrmProperties> properties = ParseProperties(body);
  if (!properties.ok()) return HubSpotBodyError(properties.status().message());
  return ObjectAnswer(201, context.service.Create(session, type, *properties), type, session,
                      WrittenProperties(type, *properties));
}

ApiResponse Update(const CrmRouteContext& context, const ApiRequest& request,
                   const CrmSession& session, const CrmType& type, const json& body) {
  const absl::StatusOr<CrmProperties> properties = ParseProperties(body);
  if (!properties.ok()) return HubSpotBodyError(properties.status().message());
  const absl::StatusOr<CrmObject> object = FindForWrite(request, session, type);
  if (!object.ok()) return HubSpotCrmError(object.status());
  return ObjectAnswer(200, context.service.Update(session, type, object->id, *properties), type,
                      session, WrittenProperties(type, *properties));
}

ApiResponse Archive(const CrmRouteContext& context, const ApiRequest& request,
                    const CrmSession& session, const CrmType& type) {
  const absl::Status status =
      context.service.Archive(session, type, Number(request.Parameter("id"), 0)).status();
  return status.ok() ? EmptyResponse(204) : HubSpotCrmError(status);
}

ApiResponse Merge(const CrmRouteContext& context, const CrmSession& session, const CrmType& type,
                  const json& body) {
  const absl::StatusOr<CrmObject> merged =
      context.service.Merge(session, type, Number(TextOf(body, "primaryObjectId"), 0),
                            Number(TextOf(body, "objectIdToMerge"), 0));
  return ObjectAnswer(200, merged, type, session, {});
}

ApiResponse Erase(const CrmRouteContext& context, const CrmSession& session, const CrmType& type,
                  const json& body) {
  const absl::StatusOr<CrmObject> object = session.store->Get(
      type, TextOf(body, "objectId"), TextOf(body, "idProperty"), /*archived=*/false);
  if (!object.ok()) return HubSpotCrmError(object.status());
  const absl::Status status = context.service.Erase(session, type, object->id).status();
  return status.ok() ? EmptyResponse(204) : HubSpotCrmError(status);
}

}  // namespace

SessionHandler WithCrmType(CrmHandler handler) {
  return [handler = std::move(handler)](const ApiRequest& request, const CrmSession& session) {
    const CrmType* type = FindCrmType(request.Parameter("type"));
    if (type == nullptr) {
      return HubSpotError(
          400, "VALIDATION_ERROR",
          absl::StrCat("Unable to infer object type from: ", request.Parameter("type")));
    }
    return handler(request, session, *type);
  };
}

SessionHandler WithCrmBody(CrmBodyHandler handler) {
  return WithCrmType([handler = std::move(handler)](const ApiRequest& request,
                                                    const CrmSession& session,
                                                    const CrmType& type) {
    const absl::StatusOr<json> body = ParseJson(request.body);
    if (!body.ok()) return HubSpotBodyError(body.status().message());
    return handler(request, session, type, *body);
  });
}

void AddCrmObjectRoutes(const CrmRouteContext& context, Router& router) {
  const HubSpotGate& gate = context.gate;
  const auto with_body = [&gate](CrmBodyHandler handler) {
    return gate.WithSession(WithCrmBody(std::move(handler)));
  };
  const std::string objects = "/crm/v3/objects/{type}";
  router.Add("POST", objects + "/search",
             gate.WithSearchSession(WithCrmBody(
                 [context](const ApiRequest&, const CrmSession& session, const CrmType& type,
                           const json& body) { return Search(context, session, type, body); })));
  router.Add(
      "POST", objects + "/merge",
      with_body([context](const ApiRequest&, const CrmSession& session, const CrmType& type,
                          const json& body) { return Merge(context, session, type, body); }));
  router.Add(
      "POST", objects + "/gdpr-delete",
      with_body([context](const ApiRequest&, const CrmSession& session, const CrmType& type,
                          const json& body) { return Erase(context, session, type, body); }));
  router.Add("GET", objects, gate.WithSession(WithCrmType(List)));
  router.Add(
      "POST", objects,
      with_body([context](const ApiRequest&, const CrmSession& session, const CrmType& type,
                          const json& body) { return Create(context, session, type, body); }));
  router.Add("GET", objects + "/{id}", gate.WithSession(WithCrmType(Get)));
  router.Add("PATCH", objects + "/{id}",
             with_body([context](const ApiRequest& request, const CrmSession& session,
                                 const CrmType& type, const json& body) {
               return Update(context, request, session, type, body);
             }));
  router.Add(
      "DELETE", objects + "/{id}",
      gate.WithSession(WithCrmType(
          [context](const ApiRequest& request, const CrmSession& session, const CrmType& type) {
            return Archive(context, request, session, type);
          })));
}

}  // namespace fluxcascade::sandbox
