#include "tests/sandbox/pipedrive/webhook_registry.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "common/json/json_text.h"
#include "common/status/status_macros.h"
#include "tests/sandbox/control/json_time.h"
#include "tests/sandbox/http/url_text.h"
#include "tests/sandbox/pipedrive/pipedrive_answers.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr int64_t kListCost = 10;
constexpr int64_t kCreateCost = 10;
constexpr int64_t kDeleteCost = 6;

std::string TextOf(const json& body, const char* name) {
  return body.contains(name) && body[name].is_string() ? body[name].get<std::string>() : "";
}

absl::Status Refused(const char* field, const char* why) {
  return absl::InvalidArgumentError(JsonText({{field, json::array({why})}}));
}

bool IsOneOf(const std::string& value, std::initializer_list<const char*> allowed) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

absl::Status Check(const json& body) {
  if (!body.is_object() || !ParseHttpsUrl(TextOf(body, "subscription_url")).ok()) {
    return Refused("subscription_url", "invalid or non-reachable URL");
  }
  if (!IsOneOf(TextOf(body, "event_action"), {"create", "change", "delete", "*"})) {
    return Refused("event_action", "invalid value");
  }
  if (!IsOneOf(TextOf(body, "event_object"),
               {"activity", "deal", "lead", "note", "organization", "person", "pipeline", "product",
                "stage", "user", "*"})) {
    return Refused("event_object", "invalid value");
  }
  if (TextOf(body, "name").empty()) return Refused("name", "required");
  return absl::OkStatus();
}

ApiResponse RefusalAnswer(const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) return PipedriveError(422, status.message());
  return JsonResponse(400, {{"status", "error"},
                            {"success", false},
                            {"errors", json::parse(std::string(status.message()))}});
}

}  // namespace

absl::StatusOr<json> WebhookRegistry::Add(const PipedriveCaller& caller, const json& body,
                                          absl::Time now) {
  FC_RETURN_IF_ERROR(Check(body));
  if (List(caller.user_id).size() >= kMaxWebhooks) {
    return absl::ResourceExhaustedError("The limit of 40 webhooks per user is reached");
  }
  MutexLock lock(mutex_);
  const int64_t id = next_id_++;
  const std::string version = TextOf(body, "version");
  webhooks_[id] = {{"id", id},
                   {"company_id", caller.company_id},
                   {"owner_id", caller.user_id},
                   {"user_id", caller.user_id},
                   {"admin_id", caller.user_id},
                   {"event_action", body["event_action"]},
                   {"event_object", body["event_object"]},
                   {"subscription_url", body["subscription_url"]},
                   {"name", body["name"]},
                   {"version", version.empty() ? "2.0" : version},
                   {"is_active", 1},
                   {"add_time", TimeText(now)},
                   {"remove_time", nullptr},
                   {"type", caller.oauth ? "application" : "general"},
                   {"http_auth_user", body.value("http_auth_user", json())},
                   {"http_auth_password", body.value("http_auth_password", json())},
                   {"remove_reason", nullptr},
                   {"last_delivery_time", nullptr},
                   {"last_http_status", nullptr}};
  return webhooks_[id];
}

std::vector<json> WebhookRegistry::List(int64_t user_id) const {
  MutexLock lock(mutex_);
  std::vector<json> list;
  for (const auto& [id, webhook] : webhooks_) {
    if (webhook["user_id"] == user_id) list.push_back(webhook);
  }
  return list;
}

bool WebhookRegistry::Remove(int64_t user_id, int64_t id) {
  MutexLock lock(mutex_);
  const auto found = webhooks_.find(id);
  if (found == webhooks_.end() || found->second["user_id"] != user_id) return false;
  webhooks_.erase(found);
  return true;
}

void WebhookRegistry::Clear() {
  MutexLock lock(mutex_);
  webhooks_.clear();
}

void AddWebhookRegistryRoutes(const Clock& clock, WebhookRegistry& webhooks,
                              const PipedriveGate& gate, Router& router) {
  const auto create = [&clock, &webhooks](const ApiRequest& request,
                                          const PipedriveCaller& caller) {
    const absl::StatusOr<json> body = ParseJson(request.body);
    if (!body.ok()) return PipedriveError(400, body.status().message());
    const absl::StatusOr<json> webhook = webhooks.Add(caller, *body, clock.Now());
    if (!webhook.ok()) return RefusalAnswer(webhook.status());
    return JsonResponse(201, {{"status", "ok"}, {"success", true}, {"data", *webhook}});
  };
  const auto list = [&webhooks](const ApiRequest&, const PipedriveCaller& caller) {
    return JsonResponse(
        200, {{"status", "ok"}, {"success", true}, {"data", webhooks.List(caller.user_id)}});
  };
  const auto remove = [&webhooks](const ApiRequest& request, const PipedriveCaller& caller) {
    int64_t id = 0;
    if (absl::SimpleAtoi(request.Parameter("id"), &id) && webhooks.Remove(caller.user_id, id)) {
      return JsonResponse(200, {{"status", "ok"}, {"success", true}});
    }
    return JsonResponse(404, {{"status", "error"},
                              {"success", false},
                              {"errors", {{"id", json::array({"not found"})}}}});
  };
  for (const std::string base : {"/v1/webhooks", "/api/v1/webhooks"}) {
    router.Add("POST", base, gate.Guard(kCreateCost, create));
    router.Add("GET", base, gate.Guard(kListCost, list));
    router.Add("DELETE", base + "/{id}", gate.Guard(kDeleteCost, remove));
  }
}

}  // namespace fluxcascade::sandbox
