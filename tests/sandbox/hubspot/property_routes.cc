#include <string>
#include <utility>

#include "tests/sandbox/hubspot/crm_json.h"
#include "tests/sandbox/hubspot/crm_routes.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

ApiResponse List(const ApiRequest&, const CrmSession& session, const CrmType& type) {
  json results = json::array();
  for (const CrmProperty& property : session.store->properties().List(type)) {
    results.push_back(PropertyJson(property, absl::UnixEpoch()));
  }
  return JsonResponse(200, {{"results", std::move(results)}});
}

ApiResponse Get(const ApiRequest& request, const CrmSession& session, const CrmType& type) {
  const auto property = session.store->properties().Get(type, request.Parameter("name"));
  if (!property.ok()) return HubSpotCrmError(property.status());
  return JsonResponse(200, PropertyJson(*property, absl::UnixEpoch()));
}

ApiResponse Create(const ApiRequest&, const CrmSession& session, const CrmType& type,
                   const json& body) {
  CrmProperty property;
  property.name = TextOf(body, "name");
  property.label = TextOf(body, "label");
  property.type = TextOf(body, "type");
  property.field_type = TextOf(body, "fieldType");
  property.hubspot_defined = false;
  if (property.name.empty() || property.type.empty()) {
    return HubSpotBodyError("name and type are required");
  }
  if (body.contains("options") && body["options"].is_array()) {
    for (const json& option : body["options"]) property.options.push_back(TextOf(option, "value"));
  }
  const absl::Status status = session.store->properties().Add(type, property);
  if (!status.ok()) return HubSpotError(409, "CONFLICT", status.message());
  return JsonResponse(201, PropertyJson(property, absl::UnixEpoch()));
}

}  // namespace

void AddPropertyRoutes(const CrmRouteContext& context, Router& router) {
  const std::string properties = "/crm/v3/properties/{type}";
  router.Add("GET", properties, context.gate.WithSession(WithCrmType(List)));
  router.Add("POST", properties, context.gate.WithSession(WithCrmBody(Create)));
  router.Add("GET", properties + "/{name}", context.gate.WithSession(WithCrmType(Get)));
}

}  // namespace fluxcascade::sandbox
