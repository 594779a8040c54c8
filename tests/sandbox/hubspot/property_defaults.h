// The properties that a new account has: a small part of HubSpot's own.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_PROPERTY_DEFAULTS_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_PROPERTY_DEFAULTS_H_

#include <vector>

#include "tests/sandbox/hubspot/crm_object.h"
#include "tests/sandbox/hubspot/property_catalog.h"

namespace fluxcascade::sandbox {

std::vector<CrmProperty> DefaultProperties(const CrmType& type);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_PROPERTY_DEFAULTS_H_
