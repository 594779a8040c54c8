#include "common/http/fake_http_client.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

void FakeHttpClient::Send(HttpRequest request, absl::Duration /*timeout*/, Done done) {
  {
    MutexLock lock(mutex_);
    requests_.push_back(request);
  }
  done(handler_(request));
}

std::vector<HttpRequest> FakeHttpClient::requests() const {
  MutexLock lock(mutex_);
  return requests_;
}

}  // namespace fluxcascade
