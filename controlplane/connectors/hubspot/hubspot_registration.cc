#include "controlplane/connectors/hubspot/hubspot_registration.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/http_error.h"
#include "controlplane/connectors/json_fields.h"
#include "controlplane/connectors/url.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

// Requests that HubSpot may have in flight to us for one account; its own default.
constexpr int kMaxConcurrentRequests = 10;

// "You can't subscribe to changes of these."
bool IsSubscribable(absl::string_view property) {
  return property != "hs_lastmodifieddate" && property != "lastmodifieddate" &&
         property != "num_unique_conversion_events";
}

}  // namespace

std::vector<SubscriptionSpec> HubSpotRequiredSubscriptions(absl::string_view object_type,
                                                           const std::set<std::string>& fields) {
  std::vector<SubscriptionSpec> specs;
  for (const char* kind : {"creation", "deletion", "merge"}) {
    specs.push_back({absl::StrCat(object_type, ".", kind), ""});
  }
  for (const std::string& field : fields) {
    if (!IsSubscribable(field)) continue;
    specs.push_back({absl::StrCat(object_type, ".propertyChange"), field});
  }
  std::sort(specs.begin(), specs.end());
  return specs;
}

HubSpotRegistration::HubSpotRegistration(const Connector& connector, ApiClient& api,
                                         absl::string_view base_url, const AppIdentity& app)
    : connector_(connector),
      api_(api),
      url_(absl::StrCat(base_url, "/webhooks/v3/", PercentEncode(app.external_id))) {}

std::string HubSpotRegistration::SubscriptionUrl(absl::string_view external_id) const {
  return absl::StrCat(url_, "/subscriptions/", PercentEncode(external_id));
}

absl::StatusOr<json> HubSpotRegistration::GetSettings() {
  absl::StatusOr<json> settings =
      CallForJson(connector_, api_, GetRequest(absl::StrCat(url_, "/settings")), "settings");
  if (absl::IsNotFound(settings.status())) return json();
  return settings;
}

absl::StatusOr<Registration> HubSpotRegistration::Get() {
  FC_ASSIGN_OR_RETURN(const json settings, GetSettings());
  // An app without subscriptions has an empty list of them.
  FC_ASSIGN_OR_RETURN(
      const json answer,
      CallForJson(connector_, api_, GetRequest(absl::StrCat(url_, "/subscriptions")),
                  "subscriptions"));
  Registration registration;
  registration.target_url = StringMember(settings, "targetUrl");
  const json& results = MemberOf(answer, "results");
  if (!results.is_array()) return absl::UnavailableError("HubSpot answered without results");
  for (const json& item : results) {
    registration.subscriptions.push_back(
        {.spec = {StringMember(item, "eventType"), StringMember(item, "propertyName")},
         .external_id = IdMember(item, "id"),
         .active = BoolMember(item, "active")});
  }
  return registration;
}

absl::Status HubSpotRegistration::SetTargetUrl(absl::string_view url) {
  FC_ASSIGN_OR_RETURN(const json settings, GetSettings());
  json throttling = MemberOf(settings, "throttling");
  if (!throttling.is_object()) throttling = {{"maxConcurrentRequests", kMaxConcurrentRequests}};
  return CallForJson(
             connector_, api_,
             JsonRequest("PUT", absl::StrCat(url_, "/settings"),
                         {{"targetUrl", std::string(url)}, {"throttling", std::move(throttling)}}),
             "settings")
      .status();
}

absl::StatusOr<std::string> HubSpotRegistration::Create(const SubscriptionSpec& spec) {
  // `active` is said, because new subscriptions start paused.
  json body = {{"eventType", spec.event_type}, {"active", true}};
  if (!spec.property.empty()) body["propertyName"] = spec.property;
  FC_ASSIGN_OR_RETURN(
      const json answer,
      CallForJson(connector_, api_, JsonRequest("POST", absl::StrCat(url_, "/subscriptions"), body),
                  "subscribe"));
  std::string id = IdMember(answer, "id");
  if (id.empty()) return absl::UnavailableError("HubSpot answered with no subscription id");
  return id;
}

absl::Status HubSpotRegistration::Activate(absl::string_view external_id) {
  return CallForJson(connector_, api_,
                     JsonRequest("PATCH", SubscriptionUrl(external_id), {{"active", true}}),
                     "subscribe")
      .status();
}

absl::Status HubSpotRegistration::Delete(absl::string_view external_id) {
  HttpRequest request = GetRequest(SubscriptionUrl(external_id));
  request.method = "DELETE";
  FC_ASSIGN_OR_RETURN(const HttpResponse response, api_.Call(std::move(request), "unsubscribe"));
  const absl::Status status = connector_.ResponseStatus(response);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace fluxcascade
