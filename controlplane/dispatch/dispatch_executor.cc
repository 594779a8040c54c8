#include "controlplane/dispatch/dispatch_executor.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/connections/call_recorder.h"
#include "controlplane/dispatch/signature.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

using store::v1::Attempt;

// How often a disabled endpoint is looked at again.
constexpr absl::Duration kDisabledRecheck = absl::Minutes(1);

struct Loaded {
  store::v1::Endpoint endpoint;
  store::v1::Message message;
};

// One attempt, kept alive by its own callback.
class DispatchOperation : public std::enable_shared_from_this<DispatchOperation> {
 public:
  DispatchOperation(const DispatchDependencies& dependencies, ClaimedDelivery claimed,
                    std::function<void()> done)
      : dependencies_(dependencies),
        claimed_(std::move(claimed)),
        done_(std::move(done)),
        start_(dependencies.clock.Now()),
        monotonic_start_(dependencies.clock.Monotonic()) {}

  void Start() {
    const absl::StatusOr<Loaded> loaded = Load();
    if (!loaded.ok()) {
      // Endpoint or message are gone: no retry brings them back.
      return End([&](Transaction& tx, absl::Time now) {
        return Fail(tx, claimed_, Failure(loaded.status().message(), Attempt::BLAME_CONFIGURATION),
                    !absl::IsNotFound(loaded.status()), now)
            .status();
      });
    }
    if (loaded->endpoint.disabled()) {
      return End([&](Transaction& tx, absl::Time now) {
        return Wait(tx, claimed_, absl::StrCat(loaded->endpoint.name(), " is disabled"),
                    now + kDisabledRecheck, now);
      });
    }
    Send(*loaded);
  }

 private:
  absl::StatusOr<Loaded> Load() {
    Loaded loaded;
    const store::v1::OutboundWork& work = claimed_.delivery.outbound();
    FC_RETURN_IF_ERROR(dependencies_.store.Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(loaded.endpoint, tx.endpoints().Get(work.endpoint()));
      FC_ASSIGN_OR_RETURN(loaded.message, tx.messages().Get(work.message()));
      return absl::OkStatus();
    }));
    return loaded;
  }

  void Send(const Loaded& loaded) {
    const absl::StatusOr<std::string> secret = dependencies_.open_secret(loaded.endpoint);
    if (!secret.ok()) {
      return End([&](Transaction& tx, absl::Time now) {
        return Fail(tx, claimed_, Failure(secret.status().message(), Attempt::BLAME_CONFIGURATION),
                    true, now)
            .status();
      });
    }
    claimed_.delivery.mutable_outbound()->set_url(loaded.endpoint.url());
    HttpRequest request = MakeDispatchRequest(claimed_.delivery, loaded.message,
                                              loaded.endpoint.url(), *secret, start_);
    dependencies_.http.Send(std::move(request), kEndpointTimeout,
                            [self = shared_from_this()](absl::StatusOr<HttpResponse> response) {
                              self->Answered(std::move(response));
                            });
  }

  void Answered(absl::StatusOr<HttpResponse> response) {
    recorder_.Record("send", dependencies_.clock.Monotonic() - monotonic_start_, response);
    if (response.ok() && response->status >= 200 && response->status <= 299) {
      return End([&](Transaction& tx, absl::Time now) {
        return Succeed(tx, claimed_, NewAttempt(true), now);
      });
    }
    // We are shutting down: the endpoint did not fail.
    if (absl::IsCancelled(response.status())) {
      return End([&](Transaction& tx, absl::Time now) {
        return Wait(tx, claimed_, "a restart", now, now);
      });
    }
    Attempt attempt =
        response.ok()
            ? Failure(absl::StrCat("the endpoint answered ", response->status),
                      Attempt::BLAME_ENDPOINT)
            : Failure(response.status().message(), absl::IsDeadlineExceeded(response.status())
                                                       ? Attempt::BLAME_ENDPOINT
                                                       : Attempt::BLAME_NETWORK);
    End([&](Transaction& tx, absl::Time now) {
      return Fail(tx, claimed_, attempt, /*retry_can_help=*/true, now).status();
    });
  }

  Attempt NewAttempt(bool succeeded) const {
    Attempt attempt;
    attempt.set_number(claimed_.delivery.total_attempts());
    *attempt.mutable_start_time() = ToProto(start_);
    *attempt.mutable_duration() = ToProto(dependencies_.clock.Monotonic() - monotonic_start_);
    attempt.set_succeeded(succeeded);
    recorder_.FillAttempt(attempt);
    return attempt;
  }

  Attempt Failure(absl::string_view error, Attempt::Blame blame) const {
    Attempt attempt = NewAttempt(false);
    attempt.set_error(std::string(error));
    attempt.set_blame(blame);
    return attempt;
  }

  void End(const std::function<absl::Status(Transaction&, absl::Time)>& step) {
    const absl::Time now = dependencies_.clock.Now();
    LogAttemptEnd(claimed_.delivery.name(),
                  dependencies_.store.Run([&](Transaction& tx) { return step(tx, now); }));
    done_();
  }

  const DispatchDependencies& dependencies_;
  ClaimedDelivery claimed_;
  std::function<void()> done_;
  const absl::Time start_;
  const absl::Duration monotonic_start_;
  CallRecorder recorder_;
};

}  // namespace

HttpRequest MakeDispatchRequest(const store::v1::Delivery& delivery,
                                const store::v1::Message& message, absl::string_view url,
                                absl::string_view secret, absl::Time now) {
  HttpRequest request;
  request.method = "POST";
  request.url = std::string(url);
  request.headers = {
      {"Content-Type", "application/json"},
      {"User-Agent", "FluxCascade-Webhooks/1"},
      {kSignatureHeader, SignatureOf(secret, message.body())},
      {"X-FluxCascade-Delivery", std::string(IdOf(delivery.name()))},
      {"X-FluxCascade-Message", std::string(IdOf(message.name()))},
      {"X-FluxCascade-Event", message.event_type()},
      {"X-FluxCascade-Timestamp", absl::StrCat(absl::ToUnixSeconds(now))},
  };
  request.body = message.body();
  request.max_response_bytes = kEndpointResponseBytes;
  return request;
}

void DispatchExecutor::Execute(ClaimedDelivery claimed, std::function<void()> done) {
  std::make_shared<DispatchOperation>(dependencies_, std::move(claimed), std::move(done))->Start();
}

}  // namespace fluxcascade
