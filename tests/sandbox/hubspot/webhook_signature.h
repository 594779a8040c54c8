// The signatures that HubSpot puts on a webhook, written from its documentation and not shared with
// the code under test.
// https://developers.hubspot.com/docs/api/webhooks/validating-requests
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_SIGNATURE_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_SIGNATURE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fluxcascade::sandbox {

// hex(SHA-256(secret + body))
std::string SignatureV1(absl::string_view secret, absl::string_view body);

// base64(HMAC-SHA-256(secret, method + decoded uri + body + timestamp)); `timestamp` in
// milliseconds since 1970, as in its header.
std::string SignatureV3(absl::string_view secret, absl::string_view method, absl::string_view uri,
                        absl::string_view body, absl::string_view timestamp);

// `uri` with the escapes undone that HubSpot undoes before it signs, and no others.
std::string DecodeSignedUri(absl::string_view uri);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_SIGNATURE_H_
