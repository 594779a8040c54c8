#include "tests/sandbox/hubspot/crm_object.h"

namespace fluxcascade::sandbox {

const std::vector<CrmType>& CrmTypes() {
  static const auto* const kTypes = new std::vector<CrmType>{
      {"contacts",
       "contact",
       "0-1",
       "lastmodifieddate",
       {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}},
      {"companies",
       "company",
       "0-2",
       "hs_lastmodifieddate",
       {"createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"}},
      {"deals",
       "deal",
       "0-3",
       "hs_lastmodifieddate",
       {"amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate",
        "hs_object_id", "pipeline"}},
  };
  return *kTypes;
}

const CrmType* FindCrmType(absl::string_view name) {
  for (const CrmType& type : CrmTypes()) {
    if (name == type.path || name == type.singular || name == type.object_type_id) return &type;
  }
  return nullptr;
}

}  // namespace fluxcascade::sandbox
