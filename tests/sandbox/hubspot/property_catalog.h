// The properties that objects of each type have, and which values they take.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_PROPERTY_CATALOG_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_PROPERTY_CATALOG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/mutex/mutex.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/hubspot/crm_object.h"

namespace fluxcascade::sandbox {

struct CrmProperty {
  std::string name;
  std::string label;
  std::string type;                  // string, number, date, datetime, bool, enumeration
  std::string field_type;            // text, number, date, booleancheckbox, select …
  std::vector<std::string> options;  // of an enumeration
  bool read_only = false;            // HubSpot's own: its value cannot be set
  bool has_unique_value = false;
  bool hubspot_defined = true;
};

// Thread-safe. Each account has its own.
class PropertyCatalog {
 public:
  PropertyCatalog();

  // kAlreadyExists when the type has a property of that name.
  absl::Status Add(const CrmType& type, CrmProperty property);
  std::vector<CrmProperty> List(const CrmType& type) const;
  absl::StatusOr<CrmProperty> Get(const CrmType& type, const std::string& name) const;

  // The properties as they would be stored: e-mail addresses in lower case, white space trimmed; a
  // value of "" clears. kInvalidArgument when some are refused: the message is the JSON array that
  // HubSpot puts into its own.
  absl::StatusOr<CrmProperties> Check(const CrmType& type, const CrmProperties& wanted) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::map<std::string, CrmProperty>> by_type_ FC_GUARDED_BY(mutex_);
};

nlohmann::json PropertyJson(const CrmProperty& property, absl::Time create_time);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_PROPERTY_CATALOG_H_
