#include "controlplane/connectors/json_fields.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json/json_text.h"

namespace fluxcascade {

using nlohmann::json;

const json& MemberOf(const json& object, absl::string_view name) {
  static const json* const kNull = new json();
  if (!object.is_object()) return *kNull;
  const auto member = object.find(std::string(name));
  return member == object.end() ? *kNull : *member;
}

std::string StringMember(const json& object, absl::string_view name) {
  const json& member = MemberOf(object, name);
  return member.is_string() ? member.get<std::string>() : std::string();
}

bool BoolMember(const json& object, absl::string_view name) {
  const json& member = MemberOf(object, name);
  return member.is_boolean() && member.get<bool>();
}

std::optional<int64_t> IntMember(const json& object, absl::string_view name) {
  const json& member = MemberOf(object, name);
  if (!member.is_number_integer()) return std::nullopt;
  return member.get<int64_t>();
}

std::string IdText(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned() && value.get<uint64_t>() != 0) {
    return absl::StrCat(value.get<uint64_t>());
  }
  return "";
}

std::string IdMember(const json& object, absl::string_view name) {
  return IdText(MemberOf(object, name));
}

std::string ScalarText(const json& value, absl::string_view separator) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return ScalarText(MemberOf(value, "value"), separator);
  if (value.is_array()) {
    return absl::StrJoin(value, separator, [&](std::string* out, const json& item) {
      absl::StrAppend(out, ScalarText(item, separator));
    });
  }
  return JsonText(value);
}

absl::Time TimeMember(const json& object, absl::string_view name) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, StringMember(object, name), &time, &error)) {
    return absl::InfinitePast();
  }
  return time;
}

bool IsEmptyValue(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || (value.is_structured() && value.empty());
}

}  // namespace fluxcascade
