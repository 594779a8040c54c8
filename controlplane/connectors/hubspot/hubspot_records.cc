#include "controlplane/connectors/hubspot/hubspot_records.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/json_fields.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

// An e-mail address says most; else first and last name; else what everybody has, an id.
std::string DisplayName(const HubSpotObjectType& type, const Record& record) {
  const auto text = [&](absl::string_view name) {
    const auto field = record.fields.find(name);
    return field == record.fields.end()
               ? std::string()
               : std::string(absl::StripAsciiWhitespace(ScalarText(field->second)));
  };
  std::string name;
  for (const std::string& property : type.name_properties) {
    const std::string value = text(property);
    if (value.empty()) continue;
    if (property == "email") return value;
    absl::StrAppend(&name, name.empty() ? "" : " ", value);
  }
  return name.empty() ? absl::StrCat(type.name, " ", record.id) : name;
}

std::string FieldType(absl::string_view hubspot_type) {
  for (const char* same : {"number", "bool", "date", "datetime", "enumeration"}) {
    if (hubspot_type == same) return same;
  }
  return "string";
}

FieldInfo ParseProperty(const json& property) {
  FieldInfo field;
  field.name = StringMember(property, "name");
  field.type = FieldType(StringMember(property, "type"));
  field.writable = !BoolMember(MemberOf(property, "modificationMetadata"), "readOnlyValue") &&
                   !BoolMember(property, "calculated");
  return field;
}

}  // namespace

absl::StatusOr<Record> ParseHubSpotRecord(const HubSpotObjectType& type, const json& object,
                                          const std::set<std::string>& fields) {
  Record record;
  record.id = IdMember(object, "id");
  if (record.id.empty()) return absl::UnavailableError("HubSpot answered with no record id");
  for (const std::string& field : fields) record.fields[field] = nullptr;
  const json& properties = MemberOf(object, "properties");
  if (properties.is_object()) {
    for (const auto& [name, value] : properties.items()) record.fields[name] = value;
  }
  record.version = StringMember(object, "updatedAt");
  record.update_time = TimeMember(object, "updatedAt");
  record.archived = BoolMember(object, "archived");
  record.display_name = DisplayName(type, record);
  return record;
}

absl::StatusOr<std::vector<Record>> ParseHubSpotRecords(const HubSpotObjectType& type,
                                                        const json& answer,
                                                        const std::set<std::string>& fields) {
  const json& results = MemberOf(answer, "results");
  if (!results.is_array()) return absl::UnavailableError("HubSpot answered without results");
  std::vector<Record> records;
  for (const json& object : results) {
    FC_ASSIGN_OR_RETURN(Record record, ParseHubSpotRecord(type, object, fields));
    records.push_back(std::move(record));
  }
  return records;
}

json HubSpotProperties(const FieldMap& fields) {
  json properties = json::object();
  for (const auto& [name, value] : fields) properties[name] = ScalarText(value);
  return {{"properties", std::move(properties)}};
}

std::vector<std::string> HubSpotPropertiesToRead(const HubSpotObjectType& type,
                                                 const std::set<std::string>& fields) {
  std::set<std::string> properties = fields;
  properties.insert(type.name_properties.begin(), type.name_properties.end());
  return {properties.begin(), properties.end()};
}

ObjectTypeInfo ParseHubSpotProperties(const HubSpotObjectType& type, const json& answer) {
  ObjectTypeInfo info;
  info.name = type.name;
  // DELETE archives; GDPR deletion would also bar the address from ever being added again.
  info.delete_modes = {DeleteMode::kArchive};
  const json& results = MemberOf(answer, "results");
  if (!results.is_array()) return info;
  for (const json& property : results) {
    if (BoolMember(property, "archived") || BoolMember(property, "hidden")) continue;
    FieldInfo field = ParseProperty(property);
    if (!field.name.empty()) info.fields.push_back(std::move(field));
  }
  return info;
}

bool SameHubSpotValue(absl::string_view field, const json& wanted, const json& current) {
  std::string a = ScalarText(wanted);
  std::string b = ScalarText(current);
  absl::StripAsciiWhitespace(&a);
  absl::StripAsciiWhitespace(&b);
  if (field == "email") return absl::EqualsIgnoreCase(a, b);
  double x = 0;
  double y = 0;
  if (wanted.is_number() && absl::SimpleAtod(a, &x) && absl::SimpleAtod(b, &y)) return x == y;
  return a == b;
}

}  // namespace fluxcascade
