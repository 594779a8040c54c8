// CRM objects in HubSpot's JSON.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_JSON_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_JSON_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/hubspot/crm_object.h"
#include "tests/sandbox/hubspot/property_catalog.h"

namespace fluxcascade::sandbox {

// Which properties an answer shows: those that the request names and that exist, or the type's
// default ones; HubSpot's three own ones always.
std::set<std::string> ShownProperties(const CrmType& type, const PropertyCatalog& catalog,
                                      const std::vector<std::string>& asked);

// A shown property without a value is null.
nlohmann::json CrmObjectJson(const CrmObject& object, const std::set<std::string>& shown);

// The `properties` of a request's body; numbers and booleans become text, null clears.
absl::StatusOr<CrmProperties> ParseProperties(const nlohmann::json& body);

// The strings of a JSON array member; nothing when it is missing.
std::vector<std::string> StringsOf(const nlohmann::json& body, const char* name);
// A member as text, also when it is a number; empty when it is missing.
std::string TextOf(const nlohmann::json& body, const char* name);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_JSON_H_
