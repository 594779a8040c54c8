// WebhookPoster over cpp-httplib's client: kept-alive connections, certificates verified.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HTTP_HTTPS_POSTER_H_
#define FLUXCASCADE_TESTS_SANDBOX_HTTP_HTTPS_POSTER_H_

#include <memory>
#include <string>

#include "tests/sandbox/http/webhook_poster.h"

namespace fluxcascade::sandbox {

// `ca_file` is the PEM file of the authorities that are trusted; no others are.
std::unique_ptr<WebhookPoster> MakeHttpsPoster(std::string ca_file);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HTTP_HTTPS_POSTER_H_
