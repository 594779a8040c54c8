// An HttpClient for tests that answers from a function and remembers what it was asked.
#ifndef FLUXCASCADE_COMMON_HTTP_FAKE_HTTP_CLIENT_H_
#define FLUXCASCADE_COMMON_HTTP_FAKE_HTTP_CLIENT_H_

#include <functional>
#include <vector>

#include "common/http/http_client.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

// Thread-safe. Unlike a real client it calls `done` before Send returns, so that tests stay on one
// thread.
class FakeHttpClient final : public HttpClient {
 public:
  using Handler = std::function<absl::StatusOr<HttpResponse>(const HttpRequest&)>;

  explicit FakeHttpClient(Handler handler) : handler_(std::move(handler)) {}

  void Send(HttpRequest request, absl::Duration timeout, Done done) override;

  std::vector<HttpRequest> requests() const;

 private:
  Handler handler_;
  mutable Mutex mutex_;
  std::vector<HttpRequest> requests_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_FAKE_HTTP_CLIENT_H_
