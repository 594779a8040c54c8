#include "common/http/http_client.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

absl::string_view HttpResponse::Header(absl::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (absl::EqualsIgnoreCase(header, name)) return value;
  }
  return {};
}

absl::StatusOr<HttpResponse> HttpClient::SendAndWait(HttpRequest request, absl::Duration timeout) {
  Mutex mutex;
  CondVar answered;
  std::optional<absl::StatusOr<HttpResponse>> result;
  Send(std::move(request), timeout, [&](absl::StatusOr<HttpResponse> response) {
    // Under the lock: once it is free, the variables may be gone.
    MutexLock lock(mutex);
    result = std::move(response);
    answered.NotifyAll();
  });
  MutexLock lock(mutex);
  while (!result.has_value()) answered.Wait(mutex);
  return *std::move(result);
}

}  // namespace fluxcascade
