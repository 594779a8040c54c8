#include "tests/sandbox/pipedrive/entity_kind.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using enum ValueShape;

// What every kind has.
std::vector<EntityField> CommonFields() {
  return {{"id", "id", "ID", "int", kInteger, false},
          {"owner_id", "owner_id", "Owner", "user", kInteger},
          {"add_time", "add_time", "Created", "date", kString},
          {"update_time", "update_time", "Updated", "date", kString},
          {"is_deleted", "active_flag", "Active", "enum", kBoolean, false},
          {"visible_to", "visible_to", "Visible to", "visible_to", kInteger},
          {"label_ids", "label_ids", "Labels", "set", kList}};
}

std::vector<EntityField> With(std::vector<EntityField> fields) {
  std::vector<EntityField> all = CommonFields();
  all.insert(all.end(), fields.begin(), fields.end());
  return all;
}

std::vector<EntityField> PersonFields() {
  return With({{"name", "name", "Name", "varchar", kString},
               {"first_name", "first_name", "First name", "varchar", kString, false},
               {"last_name", "last_name", "Last name", "varchar", kString, false},
               {"emails", "email", "Email", "varchar", kList},
               {"phones", "phone", "Phone", "phone", kList},
               {"org_id", "org_id", "Organization", "org", kInteger},
               {"picture_id", "picture_id", "Profile picture", "int", kInteger, false},
               {"notes", "notes", "Notes", "text", kString},
               {"im", "im", "Instant messenger", "varchar", kList},
               {"birthday", "birthday", "Birthday", "date", kString},
               {"job_title", "job_title", "Job title", "varchar", kString},
               {"postal_address", "postal_address", "Postal address", "address", kObject},
               {"marketing_status", "marketing_status", "Marketing status", "varchar", kString}});
}

std::vector<EntityField> OrganizationFields() {
  return With({{"name", "name", "Name", "varchar", kString},
               {"address", "address", "Address", "address", kObject},
               {"website", "website", "Website", "varchar", kString},
               {"linkedin", "linkedin", "LinkedIn profile", "varchar", kString},
               {"industry", "industry", "Industry", "enum", kInteger},
               {"annual_revenue", "annual_revenue", "Annual revenue", "double", kNumber},
               {"employee_count", "employee_count", "Number of employees", "int", kInteger}});
}

std::vector<EntityField> DealFields() {
  return With(
      {{"title", "title", "Title", "varchar", kString},
       {"creator_user_id", "creator_user_id", "Creator", "user", kInteger, false},
       {"value", "value", "Value", "monetary", kNumber},
       {"currency", "currency", "Currency", "varchar", kString},
       {"person_id", "person_id", "Contact person", "people", kInteger},
       {"org_id", "org_id", "Organization", "org", kInteger},
       {"pipeline_id", "pipeline", "Pipeline", "int", kInteger},
       {"stage_id", "stage_id", "Stage", "stage", kInteger},
       {"status", "status", "Status", "status", kString},
       {"probability", "probability", "Probability", "int", kNumber},
       {"lost_reason", "lost_reason", "Lost reason", "varchar", kString},
       {"expected_close_date", "expected_close_date", "Expected close date", "date", kString}});
}

json EmptyValue(ValueShape shape) {
  switch (shape) {
    case kList:
      return json::array();
    case kBoolean:
      return false;
    default:
      return nullptr;
  }
}

}  // namespace

const std::vector<EntityKind>& EntityKinds() {
  static const auto* const kKinds =
      new std::vector<EntityKind>{{"persons", "person", "name", PersonFields()},
                                  {"organizations", "organization", "name", OrganizationFields()},
                                  {"deals", "deal", "title", DealFields()}};
  return *kKinds;
}

const EntityKind* FindEntityKind(absl::string_view path) {
  for (const EntityKind& kind : EntityKinds()) {
    if (path == kind.path) return &kind;
  }
  return nullptr;
}

json EmptyEntity(const EntityKind& kind) {
  json entity = json::object();
  for (const EntityField& field : kind.fields) entity[field.code] = EmptyValue(field.shape);
  entity["custom_fields"] = json::object();
  return entity;
}

}  // namespace fluxcascade::sandbox
