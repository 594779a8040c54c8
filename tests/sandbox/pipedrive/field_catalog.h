// The fields that the entities of one company have: Pipedrive's own and the company's custom ones.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_FIELD_CATALOG_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_FIELD_CATALOG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/pipedrive/entity_kind.h"

namespace fluxcascade::sandbox {

// Thread-safe.
class FieldCatalog {
 public:
  // Adds a custom field and gives its key: 40 hex digits.
  std::string AddCustom(const EntityKind& kind, const std::string& name, const std::string& type,
                        Random& random);
  // Pipedrive's own fields first.
  std::vector<EntityField> List(const EntityKind& kind) const;

  // Whether `body` may be written: known fields, each of the right shape; null clears. With
  // `creating` the title must be there. kInvalidArgument names the field.
  absl::Status Check(const EntityKind& kind, const nlohmann::json& body, bool creating) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::vector<EntityField>> custom_ FC_GUARDED_BY(mutex_);  // by path
};

// As GET /v1/personFields shows a field.
nlohmann::json FieldJsonV1(const EntityField& field, int64_t number);
// As GET /api/v2/personFields does.
nlohmann::json FieldJsonV2(const EntityField& field);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_FIELD_CATALOG_H_
