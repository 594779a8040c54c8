#include "tests/sandbox/hubspot/webhook_routes.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "tests/sandbox/control/json_time.h"
#include "tests/sandbox/hubspot/crm_json.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr int kDefaultConcurrentRequests = 10;

ApiResponse StatusError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return HubSpotError(404, "OBJECT_NOT_FOUND", status.message());
    case absl::StatusCode::kAlreadyExists:
      return HubSpotError(409, "CONFLICT", status.message());
    case absl::StatusCode::kResourceExhausted:
      return HubSpotError(400, "", status.message());
    default:
      return HubSpotError(400, "VALIDATION_ERROR", status.message());
  }
}

json SettingsJson(const WebhookSettings& settings) {
  return {{"targetUrl", settings.target_url},
          {"throttling", {{"maxConcurrentRequests", settings.max_concurrent_requests}}},
          {"createdAt", TimeText(settings.create_time)},
          {"updatedAt", TimeText(settings.update_time)}};
}

json SubscriptionJson(const WebhookSubscription& subscription) {
  json shown = {{"id", absl::StrCat(subscription.id)},
                {"eventType", subscription.event_type},
                {"active", subscription.active},
                {"createdAt", TimeText(subscription.create_time)},
                {"updatedAt", TimeText(subscription.update_time)}};
  if (!subscription.property_name.empty()) shown["propertyName"] = subscription.property_name;
  if (!subscription.object_type_id.empty()) shown["objectTypeId"] = subscription.object_type_id;
  return shown;
}

ApiResponse SettingsAnswer(const absl::StatusOr<WebhookSettings>& settings) {
  return settings.ok() ? JsonResponse(200, SettingsJson(*settings))
                       : StatusError(settings.status());
}

ApiResponse SubscriptionAnswer(int status,
                               const absl::StatusOr<WebhookSubscription>& subscription) {
  return subscription.ok() ? JsonResponse(status, SubscriptionJson(*subscription))
                           : StatusError(subscription.status());
}

int64_t IdOf(const std::string& text) {
  int64_t id = 0;
  return absl::SimpleAtoi(text, &id) ? id : 0;
}

bool IsTrue(const json& body, const char* name) {
  return body.is_object() && body.contains(name) && body[name] == true;
}

class WebhookApi {
 public:
  WebhookApi(const Clock& clock, SubscriptionStore& subscriptions)
      : clock_(clock), subscriptions_(subscriptions) {}

  ApiResponse PutSettings(int64_t app_id, const json& body) const {
    int limit = kDefaultConcurrentRequests;
    if (body.contains("throttling") && body["throttling"].is_object()) {
      limit = body["throttling"].value("maxConcurrentRequests", limit);
    }
    return SettingsAnswer(
        subscriptions_.SetSettings(app_id, TextOf(body, "targetUrl"), limit, clock_.Now()));
  }

  ApiResponse List(int64_t app_id) const {
    json results = json::array();
    for (const WebhookSubscription& subscription : subscriptions_.List(app_id)) {
      results.push_back(SubscriptionJson(subscription));
    }
    return JsonResponse(200, {{"results", std::move(results)}});
  }

  ApiResponse Create(int64_t app_id, const json& body) const {
    WebhookSubscription subscription;
    subscription.event_type = TextOf(body, "eventType");
    subscription.property_name = TextOf(body, "propertyName");
    subscription.object_type_id = TextOf(body, "objectTypeId");
    subscription.active = IsTrue(body, "active");
    return SubscriptionAnswer(201, subscriptions_.Create(app_id, subscription, clock_.Now()));
  }

  ApiResponse Patch(int64_t app_id, int64_t id, const json& body) const {
    return SubscriptionAnswer(
        200, subscriptions_.SetActive(app_id, id, IsTrue(body, "active"), clock_.Now()));
  }

  ApiResponse BatchUpdate(int64_t app_id, const json& body) const {
    if (!body.contains("inputs") || !body["inputs"].is_array()) {
      return HubSpotBodyError("inputs is missing");
    }
    const std::string start = TimeText(clock_.Now());
    json results = json::array();
    json errors = json::array();
    for (const json& input : body["inputs"]) {
      const auto changed = subscriptions_.SetActive(app_id, IdOf(TextOf(input, "id")),
                                                    IsTrue(input, "active"), clock_.Now());
      if (changed.ok()) {
        results.push_back(SubscriptionJson(*changed));
      } else {
        errors.push_back({{"status", "error"},
                          {"category", "OBJECT_NOT_FOUND"},
                          {"message", std::string(changed.status().message())},
                          {"context", {{"ids", json::array({TextOf(input, "id")})}}}});
      }
    }
    json answer = {{"status", "COMPLETE"},
                   {"results", std::move(results)},
                   {"startedAt", start},
                   {"completedAt", TimeText(clock_.Now())}};
    if (errors.empty()) return JsonResponse(200, answer);
    answer["numErrors"] = errors.size();
    answer["errors"] = std::move(errors);
    return JsonResponse(207, answer);
  }

 private:
  const Clock& clock_;
  SubscriptionStore& subscriptions_;
};

// A handler that gets the call's JSON body, an object.
AppHandler WithBody(
    std::function<ApiResponse(const ApiRequest&, int64_t app_id, const json& body)> handler) {
  return [handler = std::move(handler)](const ApiRequest& request, int64_t app_id) {
    const absl::StatusOr<json> body = ParseJson(request.body);
    if (!body.ok() || !body->is_object()) return HubSpotBodyError("an object is expected");
    return handler(request, app_id, *body);
  };
}

void AddSettingsRoutes(const WebhookApi& api, SubscriptionStore& subscriptions,
                       const HubSpotGate& gate, Router& router) {
  const std::string settings = "/webhooks/v3/{app_id}/settings";
  router.Add("GET", settings, gate.WithApp([&subscriptions](const ApiRequest&, int64_t app_id) {
    return SettingsAnswer(subscriptions.Settings(app_id));
  }));
  router.Add("PUT", settings,
             gate.WithApp(WithBody([api](const ApiRequest&, int64_t app_id, const json& body) {
               return api.PutSettings(app_id, body);
             })));
  router.Add("DELETE", settings, gate.WithApp([&subscriptions](const ApiRequest&, int64_t app_id) {
    subscriptions.ClearSettings(app_id);
    return EmptyResponse(204);
  }));
}

}  // namespace

void AddWebhookRoutes(const Clock& clock, SubscriptionStore& subscriptions, const HubSpotGate& gate,
                      Router& router) {
  const WebhookApi api(clock, subscriptions);
  AddSettingsRoutes(api, subscriptions, gate, router);
  const std::string list = "/webhooks/v3/{app_id}/subscriptions";
  router.Add("GET", list,
             gate.WithApp([api](const ApiRequest&, int64_t app_id) { return api.List(app_id); }));
  router.Add("POST", list,
             gate.WithApp(WithBody([api](const ApiRequest&, int64_t app_id, const json& body) {
               return api.Create(app_id, body);
             })));
  router.Add("POST", list + "/batch/update",
             gate.WithApp(WithBody([api](const ApiRequest&, int64_t app_id, const json& body) {
               return api.BatchUpdate(app_id, body);
             })));
  router.Add("GET", list + "/{id}",
             gate.WithApp([&subscriptions](const ApiRequest& request, int64_t app_id) {
               return SubscriptionAnswer(200,
                                         subscriptions.Get(app_id, IdOf(request.Parameter("id"))));
             }));
  router.Add(
      "PATCH", list + "/{id}",
      gate.WithApp(WithBody([api](const ApiRequest& request, int64_t app_id, const json& body) {
        return api.Patch(app_id, IdOf(request.Parameter("id")), body);
      })));
  router.Add("DELETE", list + "/{id}",
             gate.WithApp([&subscriptions](const ApiRequest& request, int64_t app_id) {
               const absl::Status status =
                   subscriptions.Delete(app_id, IdOf(request.Parameter("id")));
               return status.ok() ? EmptyResponse(204) : StatusError(status);
             }));
}

}  // namespace fluxcascade::sandbox
