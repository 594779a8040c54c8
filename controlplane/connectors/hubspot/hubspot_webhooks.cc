#include "controlplane/connectors/hubspot/hubspot_webhooks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/json/json_text.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/hubspot/hubspot_object_types.h"
#include "controlplane/connectors/json_fields.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

// `contact.propertyChange` in two.
struct EventType {
  std::string object;
  std::string kind;
};

EventType SplitType(absl::string_view type) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(type, absl::MaxSplits('.', 1));
  return {parts.first, parts.second};
}

// The mapping's name of the event's object type; empty when we have no such type. Generic
// `object.*` events say by `objectTypeId` what they are about.
std::string ObjectTypeOf(const EventType& type, const json& item) {
  for (const HubSpotObjectType& known : HubSpotObjectTypes()) {
    if (type.object == known.name) return known.name;
    if (type.object == "object" && StringMember(item, "objectTypeId") == known.type_id) {
      return known.name;
    }
  }
  return "";
}

// A merge leaves one record, whose id may be a new one; all others are merged into it.
void ReadMerge(const json& item, SourceEvent& event) {
  event.action = EventAction::kMerge;
  const std::string primary = IdMember(item, "primaryObjectId");
  const std::string created = IdMember(item, "newObjectId");
  event.record_id = created.empty() ? primary : created;
  std::vector<std::string> merged = {primary};
  const json& others = MemberOf(item, "mergedObjectIds");
  if (others.is_array()) {
    for (const json& id : others) merged.push_back(IdText(id));
  }
  for (std::string& id : merged) {
    if (id.empty() || id == event.record_id) continue;
    event.merged_record_ids.push_back(std::move(id));
  }
}

// Action and record. False for a kind that nothing is done with.
bool ReadChange(absl::string_view kind, const json& item, SourceEvent& event) {
  event.record_id = IdMember(item, "objectId");
  if (kind == "creation" || kind == "restore") {
    event.action = EventAction::kCreate;
  } else if (kind == "propertyChange") {
    event.action = EventAction::kUpdate;
    const std::string property = StringMember(item, "propertyName");
    if (!property.empty()) event.changed_fields = {property};
  } else if (kind == "deletion" || kind == "privacyDeletion") {
    event.action = EventAction::kDelete;
  } else if (kind == "merge") {
    ReadMerge(item, event);
  } else {
    if (kind == "associationChange") event.record_id = IdMember(item, "fromObjectId");
    return false;
  }
  return true;
}

// What the event is about, for the dedupe key: of an association both ends.
std::string SubjectOf(const SourceEvent& event, const json& item) {
  std::string subject = event.record_id;
  for (const std::string& id : event.merged_record_ids) absl::StrAppend(&subject, "<", id);
  const std::string to = IdMember(item, "toObjectId");
  if (!to.empty()) absl::StrAppend(&subject, ">", to);
  return subject;
}

// eventId alone will not do: "not guaranteed to be unique". attemptNumber is left out: it is what
// differs between two arrivals of one event.
std::string DedupeKey(const SourceEvent& event, absl::string_view type, const json& item) {
  return JsonText(
      json::array({"hubspot", IdMember(item, "appId"), event.account_id, std::string(type),
                   SubjectOf(event, item), StringMember(item, "propertyName"),
                   MemberOf(item, "occurredAt"), event.external_id}));
}

SourceEvent ParseEvent(const json& item) {
  SourceEvent event;
  event.payload = JsonText(item);
  std::string type = StringMember(item, "subscriptionType");
  if (type.empty()) {
    event.unsupported_reason = "the event has no subscriptionType";
    return event;
  }
  const EventType parts = SplitType(type);
  event.account_id = IdMember(item, "portalId");
  event.external_id = IdMember(item, "eventId");
  event.occur_time = absl::FromUnixMillis(IntMember(item, "occurredAt").value_or(0));
  event.object_type = ObjectTypeOf(parts, item);
  const bool known_kind = ReadChange(parts.kind, item, event);
  event.dedupe_key = DedupeKey(event, type, item);

  if (!known_kind) {
    event.unsupported_reason = absl::StrCat("events of type ", type, " are not synced");
  } else if (event.object_type.empty()) {
    event.unsupported_reason = absl::StrCat("no mapping can use the object type of ", type, " ",
                                            StringMember(item, "objectTypeId"));
  } else if (event.account_id.empty()) {
    event.unsupported_reason = "the event has no portalId";
  } else if (event.record_id.empty()) {
    event.unsupported_reason = "the event does not say which record it is about";
  }
  return event;
}

}  // namespace

absl::StatusOr<std::vector<SourceEvent>> ParseHubSpotEvents(absl::string_view body) {
  FC_ASSIGN_OR_RETURN(const json items, ParseJson(body));
  if (!items.is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the body is a JSON ", items.type_name(), ", not an array of events"));
  }
  std::vector<SourceEvent> events;
  for (const json& item : items) events.push_back(ParseEvent(item));
  return events;
}

}  // namespace fluxcascade
