#include "tests/sandbox/hubspot/subscription_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/sandbox/http/url_text.h"

namespace fluxcascade::sandbox {
namespace {

constexpr int kMinConcurrentRequests = 6;  // "must be greater than 5"

// The enum of SubscriptionCreateRequest.eventType in HubSpot's specification.
bool IsEventType(const std::string& event_type) {
  static constexpr const char* kObjects[] = {"contact", "company",   "deal",  "ticket",
                                             "product", "line_item", "object"};
  static constexpr const char* kEvents[] = {"creation", "deletion",       "merge",
                                            "restore",  "propertyChange", "associationChange"};
  static constexpr const char* kOthers[] = {
      "contact.privacyDeletion", "conversation.creation",        "conversation.deletion",
      "conversation.newMessage", "conversation.privacyDeletion", "conversation.propertyChange",
      "event.completed"};
  if (std::find(std::begin(kOthers), std::end(kOthers), event_type) != std::end(kOthers)) {
    return true;
  }
  for (const char* object : kObjects) {
    for (const char* event : kEvents) {
      if (event_type == absl::StrCat(object, ".", event)) {
        return event_type != "product.associationChange";
      }
    }
  }
  return false;
}

absl::Status Check(const WebhookSubscription& subscription) {
  if (!IsEventType(subscription.event_type)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid event type: ", subscription.event_type));
  }
  if (!absl::EndsWith(subscription.event_type, ".propertyChange")) return absl::OkStatus();
  if (subscription.property_name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("propertyName is required for ", subscription.event_type));
  }
  if (subscription.property_name == "hs_lastmodifieddate" ||
      subscription.property_name == "num_unique_conversion_events") {
    return absl::InvalidArgumentError(
        absl::StrCat(subscription.property_name, " cannot be subscribed to"));
  }
  return absl::OkStatus();
}

absl::Status NoSubscription(int64_t id) {
  return absl::NotFoundError(absl::StrCat("Subscription ", id, " does not exist"));
}

}  // namespace

absl::StatusOr<WebhookSettings> SubscriptionStore::Settings(int64_t app_id) const {
  MutexLock lock(mutex_);
  const auto found = settings_.find(app_id);
  if (found == settings_.end()) return absl::NotFoundError("the app has no webhook settings");
  return found->second;
}

absl::StatusOr<WebhookSettings> SubscriptionStore::SetSettings(int64_t app_id,
                                                               const std::string& target_url,
                                                               int max_concurrent_requests,
                                                               absl::Time now) {
  if (!ParseHttpsUrl(target_url).ok()) {
    return absl::InvalidArgumentError(absl::StrCat("targetUrl must be https: ", target_url));
  }
  if (max_concurrent_requests < kMinConcurrentRequests) {
    return absl::InvalidArgumentError("maxConcurrentRequests must be greater than 5");
  }
  MutexLock lock(mutex_);
  WebhookSettings& settings =
      settings_.try_emplace(app_id, WebhookSettings{"", 0, now, now}).first->second;
  settings.target_url = target_url;
  settings.max_concurrent_requests = max_concurrent_requests;
  settings.update_time = now;
  return settings;
}

void SubscriptionStore::ClearSettings(int64_t app_id) {
  MutexLock lock(mutex_);
  settings_.erase(app_id);
}

absl::StatusOr<WebhookSubscription> SubscriptionStore::Create(int64_t app_id,
                                                              WebhookSubscription subscription,
                                                              absl::Time now) {
  if (absl::Status status = Check(subscription); !status.ok()) return status;
  MutexLock lock(mutex_);
  Subscriptions& subscriptions = subscriptions_[app_id];
  for (const auto& [id, other] : subscriptions) {
    if (other.event_type == subscription.event_type &&
        other.property_name == subscription.property_name &&
        other.object_type_id == subscription.object_type_id) {
      return absl::AlreadyExistsError(absl::StrCat("Subscription already exists: ", id));
    }
  }
  if (subscriptions.size() >= kMaxSubscriptions) {
    return absl::ResourceExhaustedError(
        "Couldn't create another subscription. You've reached the maximum number allowed per "
        "application (1000).");
  }
  subscription.id = next_id_++;
  subscription.create_time = now;
  subscription.update_time = now;
  subscriptions[subscription.id] = subscription;
  return subscription;
}

std::vector<WebhookSubscription> SubscriptionStore::List(int64_t app_id) const {
  MutexLock lock(mutex_);
  std::vector<WebhookSubscription> list;
  const auto found = subscriptions_.find(app_id);
  if (found == subscriptions_.end()) return list;
  for (const auto& [id, subscription] : found->second) list.push_back(subscription);
  return list;
}

absl::StatusOr<WebhookSubscription> SubscriptionStore::Get(int64_t app_id, int64_t id) const {
  for (const WebhookSubscription& subscription : List(app_id)) {
    if (subscription.id == id) return subscription;
  }
  return NoSubscription(id);
}

absl::StatusOr<WebhookSubscription> SubscriptionStore::SetActive(int64_t app_id, int64_t id,
                                                                 bool active, absl::Time now) {
  MutexLock lock(mutex_);
  Subscriptions& subscriptions = subscriptions_[app_id];
  const auto found = subscriptions.find(id);
  if (found == subscriptions.end()) return NoSubscription(id);
  found->second.active = active;
  found->second.update_time = now;
  return found->second;
}

absl::Status SubscriptionStore::Delete(int64_t app_id, int64_t id) {
  MutexLock lock(mutex_);
  return subscriptions_[app_id].erase(id) > 0 ? absl::OkStatus() : NoSubscription(id);
}

void SubscriptionStore::Clear() {
  MutexLock lock(mutex_);
  settings_.clear();
  subscriptions_.clear();
}

}  // namespace fluxcascade::sandbox
