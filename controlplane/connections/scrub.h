// Takes secrets out of what systems say: an error that repeats the token it refuses must not carry
// it into a message, a preview or a log.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_SCRUB_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_SCRUB_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/http/http_client.h"

namespace fluxcascade {

// Every occurrence of a secret becomes `[secret]`. Secrets of fewer than 4 characters are left:
// they would tear other words apart.
std::string Scrub(std::string text, const std::vector<std::string>& secrets);

// The body of an answer that is not 2xx, or the message of an error, scrubbed. A 2xx answer is data
// and stays as it is.
absl::StatusOr<HttpResponse> ScrubAnswer(absl::StatusOr<HttpResponse> answer,
                                         const std::vector<std::string>& secrets);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_SCRUB_H_
