// Pipedrive's token endpoint.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_OAUTH_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_OAUTH_H_

#include <string>

#include "common/time/clock.h"
#include "tests/sandbox/http/api_message.h"
#include "tests/sandbox/pipedrive/company_registry.h"

namespace fluxcascade::sandbox {

// POST /oauth/token, refreshing. `api_domain` is told to the caller as the base of its API.
ApiResponse PipedriveToken(const ApiRequest& request, CompanyRegistry& companies,
                           const Clock& clock, const std::string& api_domain);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_OAUTH_H_
