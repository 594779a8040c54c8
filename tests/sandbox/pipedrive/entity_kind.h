// The kinds of entity that Pipedrive holds, and their fields.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_KIND_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_KIND_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::sandbox {

// What a field's value looks like in the v2 API's JSON.
enum class ValueShape { kString, kInteger, kNumber, kBoolean, kList, kObject };

struct EntityField {
  std::string code;  // its name in v2 bodies
  std::string key;   // its name in v1's list of fields
  std::string name;
  std::string type;  // varchar, int, phone, enum …
  ValueShape shape = ValueShape::kString;
  bool writable = true;
  bool custom = false;
};

struct EntityKind {
  std::string path;   // persons, as in URLs
  std::string name;   // person
  std::string title;  // the field that a new one must have
  std::vector<EntityField> fields;
};

const std::vector<EntityKind>& EntityKinds();
// By path; nullptr when there is none.
const EntityKind* FindEntityKind(absl::string_view path);

// An entity without values, as v2 shows one.
nlohmann::json EmptyEntity(const EntityKind& kind);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_KIND_H_
