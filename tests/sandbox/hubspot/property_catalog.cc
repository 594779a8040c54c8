#include "tests/sandbox/hubspot/property_catalog.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json/json_text.h"
#include "tests/sandbox/control/json_time.h"
#include "tests/sandbox/hubspot/property_defaults.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

struct Refusal {
  std::string code;
  std::string message;
};

bool IsEmailAddress(absl::string_view text) {
  const size_t at = text.find('@');
  return at != absl::string_view::npos && at > 0 && text.find('@', at + 1) == text.npos &&
         text.find('.', at) != text.npos && text.back() != '.' && text.find(' ') == text.npos;
}

bool IsDate(const std::string& value) {
  int64_t millis = 0;
  absl::Time time;
  std::string error;
  return absl::SimpleAtoi(value, &millis) ||
         absl::ParseTime(absl::RFC3339_full, value, &time, &error) ||
         absl::ParseTime("%Y-%m-%d", value, &time, &error);
}

std::optional<Refusal> CheckValue(const CrmProperty& property, const std::string& value) {
  double number = 0;
  if (property.read_only) {
    return Refusal{"READ_ONLY_VALUE", absl::StrCat("\"", property.name,
                                                   "\" is a read only property; its value "
                                                   "cannot be set.")};
  }
  if (value.empty()) return std::nullopt;
  if (property.name == "email" && !IsEmailAddress(value)) {
    return Refusal{"INVALID_EMAIL", absl::StrCat("Email address ", value, " is invalid")};
  }
  if (property.type == "number" && !absl::SimpleAtod(value, &number)) {
    return Refusal{"INVALID_INTEGER", absl::StrCat(value, " was not a valid number.")};
  }
  if (property.type == "bool" && value != "true" && value != "false") {
    return Refusal{"INVALID_OPTION",
                   absl::StrCat(value, " was not one of the allowed options: [true, false]")};
  }
  if ((property.type == "date" || property.type == "datetime") && !IsDate(value)) {
    return Refusal{"INVALID_DATE", absl::StrCat(value, " was not a valid date.")};
  }
  if (property.type == "enumeration" && std::find(property.options.begin(), property.options.end(),
                                                  value) == property.options.end()) {
    return Refusal{"INVALID_OPTION", absl::StrCat(value, " was not one of the allowed options: [",
                                                  absl::StrJoin(property.options, ", "), "]")};
  }
  return std::nullopt;
}

json RefusalJson(const std::string& name, const Refusal& refusal) {
  return {{"isValid", false},
          {"message", refusal.message},
          {"error", refusal.code},
          {"name", name},
          {"localizedErrorMessage", refusal.message}};
}

std::string Stored(const CrmProperty& property, const std::string& value) {
  const std::string trimmed(absl::StripAsciiWhitespace(value));
  return property.name == "email" ? absl::AsciiStrToLower(trimmed) : trimmed;
}

}  // namespace

PropertyCatalog::PropertyCatalog() {
  for (const CrmType& type : CrmTypes()) {
    for (CrmProperty& property : DefaultProperties(type)) {
      by_type_[type.path].emplace(property.name, std::move(property));
    }
  }
}

absl::Status PropertyCatalog::Add(const CrmType& type, CrmProperty property) {
  MutexLock lock(mutex_);
  const std::string name = property.name;
  if (!by_type_[type.path].emplace(name, std::move(property)).second) {
    return absl::AlreadyExistsError(absl::StrCat("A property named '", name, "' already exists."));
  }
  return absl::OkStatus();
}

std::vector<CrmProperty> PropertyCatalog::List(const CrmType& type) const {
  MutexLock lock(mutex_);
  std::vector<CrmProperty> properties;
  for (const auto& [name, property] : by_type_.at(type.path)) properties.push_back(property);
  return properties;
}

absl::StatusOr<CrmProperty> PropertyCatalog::Get(const CrmType& type,
                                                 const std::string& name) const {
  MutexLock lock(mutex_);
  const auto& properties = by_type_.at(type.path);
  const auto found = properties.find(name);
  if (found == properties.end()) return absl::NotFoundError(name);
  return found->second;
}

absl::StatusOr<CrmProperties> PropertyCatalog::Check(const CrmType& type,
                                                     const CrmProperties& wanted) const {
  CrmProperties stored;
  json refusals = json::array();
  for (const auto& [name, value] : wanted) {
    const absl::StatusOr<CrmProperty> property = Get(type, name);
    if (!property.ok()) {
      refusals.push_back(RefusalJson(
          name, {"PROPERTY_DOESNT_EXIST", absl::StrCat("Property \"", name, "\" does not exist")}));
      continue;
    }
    stored[name] = Stored(*property, value);
    if (const auto refusal = CheckValue(*property, stored[name]); refusal.has_value()) {
      refusals.push_back(RefusalJson(name, *refusal));
    }
  }
  if (!refusals.empty()) return absl::InvalidArgumentError(JsonText(refusals));
  return stored;
}

json PropertyJson(const CrmProperty& property, absl::Time create_time) {
  json options = json::array();
  for (const std::string& option : property.options) {
    options.push_back({{"label", option},
                       {"value", option},
                       {"displayOrder", options.size()},
                       {"hidden", false}});
  }
  return {{"name", property.name},
          {"label", property.label},
          {"type", property.type},
          {"fieldType", property.field_type},
          {"description", ""},
          {"groupName", "contactinformation"},
          {"options", options},
          {"displayOrder", -1},
          {"calculated", false},
          {"externalOptions", false},
          {"hasUniqueValue", property.has_unique_value},
          {"hidden", false},
          {"hubspotDefined", property.hubspot_defined},
          {"formField", !property.read_only},
          {"dataSensitivity", "non_sensitive"},
          {"createdAt", TimeText(create_time)},
          {"updatedAt", TimeText(create_time)},
          {"archived", false},
          {"modificationMetadata",
           {{"archivable", !property.hubspot_defined},
            {"readOnlyDefinition", property.hubspot_defined},
            {"readOnlyValue", property.read_only}}}};
}

}  // namespace fluxcascade::sandbox
