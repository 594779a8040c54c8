#include "controlplane/connectors/pipedrive/pipedrive_person_fields.h"

#include <set>
#include <string>
#include <utility>

#include "controlplane/connectors/json_fields.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

std::string FieldType(absl::string_view pipedrive_type) {
  static const auto* const kTypes = new std::map<std::string, std::string, std::less<>>{
      {"double", "number"},   {"int", "number"},
      {"monetary", "number"}, {"user", "number"},
      {"org", "number"},      {"people", "number"},
      {"date", "date"},       {"enum", "enumeration"},
      {"set", "enumeration"}, {"visible_to", "enumeration"},
  };
  const auto type = kTypes->find(pipedrive_type);
  return type == kTypes->end() ? "string" : type->second;
}

bool IsWritable(const std::string& name, const std::string& pipedrive_type) {
  static const auto* const kStandard = new std::set<std::string>{
      "name", "email", "phone", "owner_id", "org_id", "visible_to", "label_ids"};
  // Amounts, addresses, times and ranges are written as objects, which fields of ours are not.
  static const auto* const kPlain =
      new std::set<std::string>{"varchar", "varchar_auto", "text", "double", "phone", "date",
                                "enum",    "set",          "user", "org",    "people"};
  return kStandard->contains(name) || (IsCustomField(name) && kPlain->contains(pipedrive_type));
}

// Of custom fields the search knows those of these types (and amounts and addresses, which we
// cannot write): https://developers.pipedrive.com/docs/api/v1/Persons#searchPersons
bool IsFindable(const std::string& name, const std::string& pipedrive_type) {
  static const auto* const kStandard = new std::set<std::string>{"name", "email", "phone"};
  static const auto* const kSearched =
      new std::set<std::string>{"varchar", "varchar_auto", "text", "double", "phone"};
  return kStandard->contains(name) || (IsCustomField(name) && kSearched->contains(pipedrive_type));
}

}  // namespace

ObjectTypeInfo ParsePersonFields(const json& fields) {
  ObjectTypeInfo info;
  info.name = "person";
  // Persons have no archive: what is deleted is gone after 30 days.
  info.delete_modes = {DeleteMode::kDelete};
  for (const json& item : fields) {
    FieldInfo field;
    field.name = StringMember(item, "key");
    const std::string type = StringMember(item, "field_type");
    field.type = FieldType(type);
    field.writable = IsWritable(field.name, type);
    field.required = field.name == "name";
    field.findable = IsFindable(field.name, type);
    if (!field.name.empty()) info.fields.push_back(std::move(field));
  }
  return info;
}

PipedriveFieldTypes ParsePersonFieldTypes(const json& fields) {
  PipedriveFieldTypes types;
  for (const json& item : fields) {
    const std::string name = StringMember(item, "key");
    if (IsCustomField(name)) types[name] = StringMember(item, "field_type");
  }
  return types;
}

}  // namespace fluxcascade
