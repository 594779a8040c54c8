// HubSpot's search: which objects a request's filters, query and sorts give.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_SEARCH_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_SEARCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/hubspot/crm_object.h"

namespace fluxcascade::sandbox {

// `request` is the body of POST …/search. All that match, sorted; the caller pages.
// kInvalidArgument for an operator that does not exist or a filter of the wrong shape.
absl::StatusOr<std::vector<CrmObject>> SearchObjects(const nlohmann::json& request,
                                                     std::vector<CrmObject> objects);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_SEARCH_H_
