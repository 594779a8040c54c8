#include "controlplane/connectors/pipedrive/pipedrive_person_codec.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

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

constexpr size_t kHashLength = 40;

std::string Text(const json& value) {
  return std::string(absl::StripAsciiWhitespace(ScalarText(value)));
}

bool LooksNumeric(const json& value) {
  double number = 0;
  return value.is_string() && absl::SimpleAtod(value.get<std::string>(), &number);
}

// The name of the list that `field` stands for; empty for every other field.
std::string ListOf(absl::string_view field) {
  if (field == "email") return "emails";
  if (field == "phone") return "phones";
  return "";
}

json* PrimaryOf(json& list) {
  for (json& entry : list) {
    if (BoolMember(entry, "primary")) return &entry;
  }
  return nullptr;
}

// Custom fields of REST v2 are plain values, but for amounts, addresses and times.
json Flatten(const json& value) { return value.is_object() ? MemberOf(value, "value") : value; }

absl::Status BadValue(absl::string_view field, const json& value, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat("Pipedrive person: field ", field, " takes ",
                                                 wanted, ", not '", Text(value), "'"));
}

absl::StatusOr<json> IntegerValue(absl::string_view field, const json& value) {
  if (IsEmptyValue(value)) return json();
  int64_t number = 0;
  if (!absl::SimpleAtoi(Text(value), &number)) return BadValue(field, value, "a whole number");
  return json(number);
}

absl::StatusOr<json> IntegerList(absl::string_view field, const json& value) {
  json list = json::array();
  if (IsEmptyValue(value)) return list;
  for (const json& item : value.is_array() ? value : json::array({value})) {
    FC_ASSIGN_OR_RETURN(json number, IntegerValue(field, item));
    list.push_back(std::move(number));
  }
  return list;
}

absl::StatusOr<json> NumberValue(absl::string_view field, const json& value) {
  double number = 0;
  if (value.is_number()) return value;
  if (!absl::SimpleAtod(Text(value), &number)) return BadValue(field, value, "a number");
  return json(number);
}

absl::StatusOr<json> CustomValue(absl::string_view field, const json& value,
                                 const PipedriveFieldTypes& types) {
  // Also of a multiple choice: `[]` is refused there.
  if (IsEmptyValue(value)) return json();
  const auto type = types.find(field);
  if (type == types.end()) return value;
  if (type->second == "double") return NumberValue(field, value);
  if (type->second == "set") return IntegerList(field, value);
  for (const char* by_id : {"enum", "user", "org", "people"}) {
    if (type->second == by_id) return IntegerValue(field, value);
  }
  return json(Text(value));
}

// A field that is neither custom nor a list.
absl::StatusOr<json> StandardValue(absl::string_view field, const json& value) {
  if (field == "name") {
    if (Text(value).empty()) {
      return absl::InvalidArgumentError(
          "Pipedrive person: a person must have a name; map a field that is never empty to name, "
          "or give it a default");
    }
    return json(Text(value));
  }
  if (field == "label_ids") return IntegerList(field, value);
  for (const char* integer : {"owner_id", "org_id", "visible_to"}) {
    if (field == integer) return IntegerValue(field, value);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "Pipedrive person: field ", field,
      " cannot be written; those that can: name, email, phone, owner_id, org_id, visible_to, "
      "label_ids, and custom fields by their hash"));
}

std::vector<std::string> SortedItems(const json& array) {
  std::vector<std::string> items;
  for (const json& item : array) items.push_back(Text(item));
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace

bool IsCustomField(absl::string_view name) {
  return name.size() == kHashLength &&
         std::all_of(name.begin(), name.end(), [](char c) { return absl::ascii_isxdigit(c); });
}

absl::StatusOr<Record> ParsePerson(const json& person, const std::set<std::string>& fields) {
  Record record;
  record.id = IdMember(person, "id");
  if (record.id.empty()) return absl::UnavailableError("Pipedrive answered with no person id");
  for (const std::string& field : fields) record.fields[field] = nullptr;
  for (const auto& [name, value] : person.items()) {
    if (name == "id" || name == "is_deleted" || name == "custom_fields" || name == "im" ||
        name == "emails" || name == "phones") {
      continue;
    }
    record.fields[name] = Flatten(value);
  }
  for (const char* field : {"email", "phone"}) {
    json list = MemberOf(person, ListOf(field));
    const json* primary = list.is_array() ? PrimaryOf(list) : nullptr;
    record.fields[field] = primary == nullptr ? json() : MemberOf(*primary, "value");
  }
  const json& custom_fields = MemberOf(person, "custom_fields");
  if (custom_fields.is_object()) {
    for (const auto& [hash, value] : custom_fields.items()) record.fields[hash] = Flatten(value);
  }
  record.version = StringMember(person, "update_time");
  record.update_time = TimeMember(person, "update_time");
  record.archived = BoolMember(person, "is_deleted");
  record.display_name = Text(record.fields["email"]);
  if (record.display_name.empty()) record.display_name = StringMember(person, "name");
  if (record.display_name.empty()) record.display_name = absl::StrCat("person ", record.id);
  return record;
}

bool NeedsFieldTypes(const FieldMap& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    return IsCustomField(field.first) && (LooksNumeric(field.second) || field.second.is_array());
  });
}

absl::StatusOr<json> PersonBody(const FieldMap& fields, const json& current,
                                const PipedriveFieldTypes& types) {
  json body = json::object();
  json custom_fields = json::object();
  for (const auto& [field, value] : fields) {
    if (IsCustomField(field)) {
      FC_ASSIGN_OR_RETURN(custom_fields[field], CustomValue(field, value, types));
    } else if (const std::string list = ListOf(field); !list.empty()) {
      body[list] = WithPrimary(MemberOf(current, list), value);
    } else {
      FC_ASSIGN_OR_RETURN(body[field], StandardValue(field, value));
    }
  }
  if (!custom_fields.empty()) body["custom_fields"] = std::move(custom_fields);
  if (current.is_null() && !body.contains("name")) {
    return StandardValue("name", json()).status();
  }
  return body;
}

json WithPrimary(json list, const json& wanted) {
  if (!list.is_array()) list = json::array();
  const std::string value = Text(wanted);
  if (value.empty()) return json::array();
  json* const primary = PrimaryOf(list);
  const auto holder = std::find_if(list.begin(), list.end(), [&](const json& entry) {
    return absl::EqualsIgnoreCase(Text(MemberOf(entry, "value")), value);
  });
  if (holder != list.end()) {
    for (json& entry : list) entry["primary"] = false;
    (*holder)["value"] = value;
    (*holder)["primary"] = true;
  } else if (primary != nullptr) {
    (*primary)["value"] = value;
  } else {
    const json entry = {{"value", value}, {"primary", true}, {"label", "work"}};
    list.insert(list.begin(), entry);
  }
  return list;
}

bool PersonHolds(const json& person, absl::string_view field, const json& value) {
  const std::string list = ListOf(field);
  if (!list.empty()) {
    const json& entries = MemberOf(person, list);
    return std::any_of(entries.begin(), entries.end(), [&](const json& entry) {
      return SamePersonValue(field, value, MemberOf(entry, "value"));
    });
  }
  const json& holder = IsCustomField(field) ? MemberOf(person, "custom_fields") : person;
  return SamePersonValue(field, value, Flatten(MemberOf(holder, field)));
}

bool SamePersonValue(absl::string_view field, const json& wanted, const json& current) {
  if (wanted.is_array() && current.is_array()) return SortedItems(wanted) == SortedItems(current);
  const std::string a = Text(wanted);
  const std::string b = Text(current);
  if (field == "email") return absl::EqualsIgnoreCase(a, b);
  double x = 0;
  double y = 0;
  if ((wanted.is_number() || current.is_number()) && absl::SimpleAtod(a, &x) &&
      absl::SimpleAtod(b, &y)) {
    return x == y;
  }
  return a == b;
}

}  // namespace fluxcascade
