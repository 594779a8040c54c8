// Sends messages to users' endpoints: sign, POST, and write down what came back.
#ifndef FLUXCASCADE_CONTROLPLANE_DISPATCH_DISPATCH_EXECUTOR_H_
#define FLUXCASCADE_CONTROLPLANE_DISPATCH_DISPATCH_EXECUTOR_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/http/http_client.h"
#include "common/time/clock.h"
#include "controlplane/queue/executor.h"
#include "controlplane/store/store.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// The endpoint's time to answer: from the first byte of name resolution to the last of the answer.
inline constexpr absl::Duration kEndpointTimeout = absl::Seconds(30);
// What is read of an endpoint's answer.
inline constexpr size_t kEndpointResponseBytes = 64 << 10;

struct DispatchDependencies {
  Store& store;
  // Allowed to reach public addresses only, unless the operator says otherwise.
  HttpClient& http;
  const Clock& clock;
  // Opens an endpoint's sealed signing secret.
  std::function<absl::StatusOr<std::string>(const store::v1::Endpoint&)> open_secret;
};

class DispatchExecutor final : public Executor {
 public:
  explicit DispatchExecutor(DispatchDependencies dependencies)
      : dependencies_(std::move(dependencies)) {}

  void Execute(ClaimedDelivery claimed, std::function<void()> done) override;

 private:
  DispatchDependencies dependencies_;
};

// The request that an attempt sends. Headers: the signature, the delivery's and the message's id,
// the event type, and the time of the attempt in seconds since 1970. Retries carry the same message
// id: the receiver's key against duplicates.
HttpRequest MakeDispatchRequest(const store::v1::Delivery& delivery,
                                const store::v1::Message& message, absl::string_view url,
                                absl::string_view secret, absl::Time now);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_DISPATCH_DISPATCH_EXECUTOR_H_
