#include "controlplane/mapping/apply.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.h"
#include "common/json/json_text.h"
#include "controlplane/mapping/text_transforms.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using store::v1::FieldMapping;
using store::v1::Transform;

bool IsEmpty(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || (value.is_array() && value.empty());
}

std::string Text(const json& value) {
  return value.is_string() ? value.get<std::string>() : JsonText(value);
}

// The parts of a value that are not empty, in order.
void CollectParts(const json& value, std::vector<std::string>& parts) {
  if (IsEmpty(value)) return;
  if (value.is_array()) {
    for (const json& item : value) CollectParts(item, parts);
  } else {
    parts.push_back(Text(value));
  }
}

json Join(const json& values, const std::string& separator) {
  std::vector<std::string> parts;
  CollectParts(values, parts);
  return parts.empty() ? json() : json(absl::StrJoin(parts, separator));
}

// Changes text, or each text in an array; numbers, booleans and null have none.
template <typename Change>
json MapText(json value, const Change& change) {
  if (value.is_string()) return change(value.get_ref<const std::string&>());
  if (value.is_array()) {
    for (json& item : value) item = MapText(std::move(item), change);
  }
  return value;
}

json ApplyTransform(const Transform& transform, json value) {
  switch (transform.kind()) {
    case Transform::KIND_TRIM:
      return MapText(std::move(value), [](const std::string& s) { return TrimWhiteSpace(s); });
    case Transform::KIND_LOWER_CASE:
      return MapText(std::move(value), [](const std::string& s) { return ToLowerCase(s); });
    case Transform::KIND_UPPER_CASE:
      return MapText(std::move(value), [](const std::string& s) { return ToUpperCase(s); });
    case Transform::KIND_JOIN:
      return Join(value, transform.text());
    case Transform::KIND_DEFAULT_VALUE:
      return IsEmpty(value) ? json(transform.text()) : value;
    case Transform::KIND_TRUNCATE:
      return MapText(std::move(value),
                     [&](const std::string& s) { return Truncate(s, transform.count()); });
    default:
      return value;
  }
}

json ValueOf(const FieldMap& fields, absl::string_view name) {
  const auto field = fields.find(name);
  return field == fields.end() ? json() : field->second;
}

json ApplyField(const FieldMapping& field, const FieldMap& source) {
  json value;
  if (field.source_fields_size() == 1) {
    value = ValueOf(source, field.source_fields(0));
  } else {
    value = json::array();
    for (const std::string& name : field.source_fields()) value.push_back(ValueOf(source, name));
  }
  for (const Transform& transform : field.transforms()) {
    value = ApplyTransform(transform, std::move(value));
  }
  return IsEmpty(value) ? json() : value;
}

}  // namespace

FieldMap ApplyMapping(const store::v1::Mapping& mapping, const FieldMap& source) {
  FieldMap wanted;
  for (const FieldMapping& field : mapping.fields()) {
    wanted[field.target_field()] = ApplyField(field, source);
  }
  return wanted;
}

FieldMap Difference(const FieldMap& wanted, const FieldMap& current, const SameValue& same_value) {
  FieldMap difference;
  for (const auto& [name, value] : wanted) {
    if (!same_value(name, value, ValueOf(current, name))) difference[name] = value;
  }
  return difference;
}

std::string MatchValue(const FieldMap& wanted, absl::string_view match_field) {
  const json value = ValueOf(wanted, match_field);
  if (IsEmpty(value)) return "";
  return absl::AsciiStrToLower(TrimWhiteSpace(Text(value)));
}

std::string WrittenHash(const FieldMap& wanted) {
  // As JSON no two different sets of fields look alike.
  json fields = json::object();
  for (const auto& [name, value] : wanted) fields[name] = value;
  return std::string(AsBytes(Sha256(JsonText(fields))));
}

}  // namespace fluxcascade
