#include "tests/sandbox/hubspot/webhook_events.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

const char* EventName(CrmChangeKind kind) {
  switch (kind) {
    case CrmChangeKind::kCreated:
      return "creation";
    case CrmChangeKind::kPropertyChanged:
      return "propertyChange";
    case CrmChangeKind::kDeleted:
      return "deletion";
    case CrmChangeKind::kRestored:
      return "restore";
    case CrmChangeKind::kMerged:
      return "merge";
    case CrmChangeKind::kPrivacyDeleted:
      return "privacyDeletion";
  }
  return "";
}

bool Wants(const WebhookSubscription& subscription, const CrmChange& change) {
  const std::string event = EventName(change.kind);
  const bool classic = subscription.event_type == absl::StrCat(change.type->singular, ".", event);
  const bool generic = subscription.event_type == absl::StrCat("object.", event) &&
                       subscription.object_type_id == change.type->object_type_id;
  if (!subscription.active || (!classic && !generic)) return false;
  return change.kind != CrmChangeKind::kPropertyChanged ||
         subscription.property_name == change.property;
}

// The members that depend on what happened.
void AddDetails(const CrmChange& change, json& event) {
  switch (change.kind) {
    case CrmChangeKind::kMerged:
      event["primaryObjectId"] = change.object_id;
      event["mergedObjectIds"] = {change.merged_object_id};
      event["newObjectId"] = change.object_id;
      event["numberOfPropertiesMoved"] = change.properties_moved;
      return;
    case CrmChangeKind::kPropertyChanged:
      event["propertyName"] = change.property;
      event["propertyValue"] = change.value;
      break;
    case CrmChangeKind::kCreated:
      event["changeFlag"] = "CREATED";
      break;
    case CrmChangeKind::kDeleted:
      event["changeFlag"] = "DELETED";
      break;
    case CrmChangeKind::kRestored:
    case CrmChangeKind::kPrivacyDeleted:
      break;
  }
  event["objectId"] = change.object_id;
}

}  // namespace

std::optional<json> WebhookEvent(const CrmChange& change, const ChangeSource& source,
                                 const WebhookSubscription& subscription, int64_t event_id,
                                 int64_t portal_id, int64_t app_id) {
  if (!Wants(subscription, change)) return std::nullopt;
  json event = {{"eventId", event_id},
                {"subscriptionId", subscription.id},
                {"portalId", portal_id},
                {"appId", app_id},
                {"occurredAt", absl::ToUnixMillis(change.occur_time)},
                {"subscriptionType", subscription.event_type},
                {"changeSource", source.change_source},
                {"sourceId", source.source_id}};
  if (!subscription.object_type_id.empty()) {
    event["objectTypeId"] = subscription.object_type_id;
    event["isSensitive"] = false;
  }
  AddDetails(change, event);
  return event;
}

}  // namespace fluxcascade::sandbox
