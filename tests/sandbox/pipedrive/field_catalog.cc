#include "tests/sandbox/pipedrive/field_catalog.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/status_macros.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

ValueShape ShapeOfCustom(const std::string& type) {
  if (type == "int") return ValueShape::kInteger;
  if (type == "double") return ValueShape::kNumber;
  if (type == "set") return ValueShape::kList;
  if (type == "enum" || type == "user" || type == "org" || type == "people") {
    return ValueShape::kInteger;
  }
  if (type == "address" || type == "monetary" || type == "daterange" || type == "timerange" ||
      type == "time") {
    return ValueShape::kObject;
  }
  return ValueShape::kString;
}

bool HasShape(const json& value, ValueShape shape) {
  switch (shape) {
    case ValueShape::kString:
      return value.is_string();
    case ValueShape::kInteger:
      return value.is_number_integer();
    case ValueShape::kNumber:
      return value.is_number();
    case ValueShape::kBoolean:
      return value.is_boolean();
    case ValueShape::kList:
      return value.is_array();
    case ValueShape::kObject:
      return value.is_object();
  }
  return false;
}

absl::Status CheckValue(const std::vector<EntityField>& fields, const std::string& name,
                        const json& value) {
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const EntityField& candidate) {
    return candidate.code == name;
  });
  if (field == fields.end() || !field->writable) {
    return absl::InvalidArgumentError(absl::StrCat("Parameter '", name, "' is not allowed"));
  }
  if (!value.is_null() && !HasShape(value, field->shape)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Parameter '", name, "' has a value of the wrong type"));
  }
  return absl::OkStatus();
}

// emails and phones: objects with a value.
absl::Status CheckContactValues(const json& body, const char* name) {
  if (!body.contains(name) || !body[name].is_array()) return absl::OkStatus();
  for (const json& entry : body[name]) {
    if (!entry.is_object() || !entry.contains("value") || !entry["value"].is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Parameter '", name, "' must hold objects with a value"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string FieldCatalog::AddCustom(const EntityKind& kind, const std::string& name,
                                    const std::string& type, Random& random) {
  EntityField field;
  field.code = absl::BytesToHexString(random.Bytes(20));
  field.key = field.code;
  field.name = name;
  field.type = type;
  field.shape = ShapeOfCustom(type);
  field.custom = true;
  MutexLock lock(mutex_);
  custom_[kind.path].push_back(field);
  return field.code;
}

std::vector<EntityField> FieldCatalog::List(const EntityKind& kind) const {
  std::vector<EntityField> fields = kind.fields;
  MutexLock lock(mutex_);
  const auto custom = custom_.find(kind.path);
  if (custom != custom_.end()) {
    fields.insert(fields.end(), custom->second.begin(), custom->second.end());
  }
  return fields;
}

absl::Status FieldCatalog::Check(const EntityKind& kind, const json& body, bool creating) const {
  if (!body.is_object()) return absl::InvalidArgumentError("The body must be an object");
  std::vector<EntityField> custom;
  for (EntityField& field : List(kind)) {
    if (field.custom) custom.push_back(std::move(field));
  }
  for (const auto& [name, value] : body.items()) {
    if (name == "custom_fields" && value.is_object()) {
      for (const auto& [key, one] : value.items()) {
        FC_RETURN_IF_ERROR(CheckValue(custom, key, one));
      }
    } else {
      FC_RETURN_IF_ERROR(CheckValue(kind.fields, name, value));
    }
  }
  const auto title = body.find(kind.title);
  const bool has_title =
      title != body.end() && title->is_string() && !title->get<std::string>().empty();
  if (title == body.end() ? creating : !has_title) {
    return absl::InvalidArgumentError(absl::StrCat("Parameter '", kind.title, "' is required"));
  }
  FC_RETURN_IF_ERROR(CheckContactValues(body, "emails"));
  return CheckContactValues(body, "phones");
}

json FieldJsonV1(const EntityField& field, int64_t number) {
  return {{"id", number},
          {"key", field.key},
          {"name", field.name},
          {"order_nr", number},
          {"field_type", field.type},
          {"json_column_flag", field.custom},
          {"add_time", "2026-01-01 00:00:00"},
          {"update_time", "2026-01-01 00:00:00"},
          {"active_flag", true},
          {"edit_flag", field.custom},
          {"index_visible_flag", true},
          {"details_visible_flag", true},
          {"add_visible_flag", field.writable},
          {"important_flag", false},
          {"bulk_edit_allowed", field.writable},
          {"searchable_flag", field.code == "name" || field.code == "emails"},
          {"filtering_allowed", true},
          {"sortable_flag", true},
          {"mandatory_flag", field.code == "name" || field.code == "title"}};
}

json FieldJsonV2(const EntityField& field) {
  return {{"field_name", field.name},
          {"field_code", field.code},
          {"field_type", field.type},
          {"options", nullptr},
          {"subfields", nullptr},
          {"is_custom_field", field.custom},
          {"is_optional_response_field", false}};
}

}  // namespace fluxcascade::sandbox
