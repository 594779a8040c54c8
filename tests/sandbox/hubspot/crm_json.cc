#include "tests/sandbox/hubspot/crm_json.h"

#include "absl/strings/str_cat.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {

using nlohmann::json;

std::set<std::string> ShownProperties(const CrmType& type, const PropertyCatalog& catalog,
                                      const std::vector<std::string>& asked) {
  std::set<std::string> shown = {"createdate", "hs_object_id", type.modified_property};
  for (const std::string& name : asked) {
    if (catalog.Get(type, name).ok()) shown.insert(name);
  }
  if (asked.empty()) shown.insert(type.default_properties.begin(), type.default_properties.end());
  return shown;
}

json CrmObjectJson(const CrmObject& object, const std::set<std::string>& shown) {
  json properties = json::object();
  for (const std::string& name : shown) {
    const auto found = object.properties.find(name);
    properties[name] = found == object.properties.end() ? json() : json(found->second);
  }
  json shown_object = {{"id", absl::StrCat(object.id)},
                       {"properties", properties},
                       {"createdAt", TimeText(object.create_time)},
                       {"updatedAt", TimeText(object.update_time)},
                       {"archived", object.archive_time.has_value()}};
  if (object.archive_time.has_value()) {
    shown_object["archivedAt"] = TimeText(*object.archive_time);
  }
  return shown_object;
}

absl::StatusOr<CrmProperties> ParseProperties(const json& body) {
  if (!body.is_object() || !body.contains("properties") || !body["properties"].is_object()) {
    return absl::InvalidArgumentError("properties is missing or is no object");
  }
  CrmProperties properties;
  for (const auto& [name, value] : body["properties"].items()) {
    if (value.is_structured()) {
      return absl::InvalidArgumentError(absl::StrCat("properties.", name, " is no single value"));
    }
    properties[name] = value.is_string() ? value.get<std::string>()
                       : value.is_null() ? ""
                                         : value.dump();
  }
  return properties;
}

std::vector<std::string> StringsOf(const json& body, const char* name) {
  std::vector<std::string> strings;
  if (!body.is_object() || !body.contains(name) || !body[name].is_array()) return strings;
  for (const json& one : body[name]) {
    if (one.is_string()) strings.push_back(one.get<std::string>());
  }
  return strings;
}

std::string TextOf(const json& body, const char* name) {
  if (!body.is_object() || !body.contains(name) || body[name].is_null()) return "";
  return body[name].is_string() ? body[name].get<std::string>() : body[name].dump();
}

}  // namespace fluxcascade::sandbox
