// How a fake sends its webhooks.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HTTP_WEBHOOK_POSTER_H_
#define FLUXCASCADE_TESTS_SANDBOX_HTTP_WEBHOOK_POSTER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace fluxcascade::sandbox {

struct WebhookPost {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  absl::Duration timeout = absl::Seconds(5);
};

struct PostResult {
  int status = 0;     // 0: there was no answer
  std::string error;  // why not
};

// Thread-safe.
class WebhookPoster {
 public:
  virtual ~WebhookPoster() = default;

  // Blocks until there is an answer or none can come any more.
  virtual PostResult Post(const WebhookPost& post) = 0;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HTTP_WEBHOOK_POSTER_H_
