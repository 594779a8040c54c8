#include "controlplane/connections/api_clients.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/connections/scrub.h"
#include "controlplane/connectors/status_payloads.h"

namespace fluxcascade {
namespace {

// A wait is a forecast: others in the line may leave it, and a refusal may lengthen it.
constexpr absl::Duration kLookAgain = absl::Milliseconds(500);

class SendingApiClient final : public ApiClient {
 public:
  explicit SendingApiClient(const ApiClientParts& parts)
      : http_(parts.http), clock_(parts.clock), deadline_(parts.deadline) {}

  absl::StatusOr<HttpResponse> Call(HttpRequest request, absl::string_view phase) override {
    const absl::Duration left = deadline_ - clock_.Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(absl::StrCat("no time is left to ", phase));
    }
    absl::StatusOr<HttpResponse> response =
        http_.SendAndWait(std::move(request), std::min(left, kCallTimeout));
    // Our own queue of requests is full: no word of the system's, and no limit of its.
    if (absl::IsResourceExhausted(response.status())) {
      return absl::UnavailableError(response.status().message());
    }
    return response;
  }

 private:
  HttpClient& http_;
  const Clock& clock_;
  const absl::Time deadline_;
};

class LimitedApiClient final : public ApiClient {
 public:
  LimitedApiClient(std::unique_ptr<ApiClient> next, const ApiClientParts& parts)
      : next_(std::move(next)),
        connector_(parts.connector),
        limits_(parts.limits),
        clock_(parts.clock),
        deadline_(parts.deadline),
        pause_(parts.pause) {}

  absl::StatusOr<HttpResponse> Call(HttpRequest request, absl::string_view phase) override {
    RateLimiter& limiter = phase == kSearchPhase ? limits_.searches : limits_.calls;
    FC_RETURN_IF_ERROR(AwaitTurn(limiter));
    absl::StatusOr<HttpResponse> response = next_->Call(std::move(request), phase);
    Finish(limiter, response);
    return response;
  }

 private:
  // An attempt that were given back here would have to make its earlier calls again, and use up
  // more of the limit than it waits for.
  absl::Status AwaitTurn(RateLimiter& limiter) {
    const absl::Time patience_end = std::min(deadline_, clock_.Now() + kMaxTurnWait);
    RateLimiter::Turn turn(limiter);
    while (true) {
      const absl::Duration wait = turn.Start();
      if (wait == absl::ZeroDuration()) return absl::OkStatus();
      if (clock_.Now() + wait > patience_end || !pause_(std::min(wait, kLookAgain))) {
        return WithRetryAfter(absl::ResourceExhaustedError(absl::StrCat(
                                  connector_.info().title, "'s rate limit is used up")),
                              wait);
      }
    }
  }

  void Finish(RateLimiter& limiter, const absl::StatusOr<HttpResponse>& response) {
    if (!response.ok()) return limiter.Finish(std::nullopt, std::nullopt);
    const absl::Status status = connector_.ResponseStatus(*response);
    const std::optional<absl::Duration> refused_for =
        absl::IsResourceExhausted(status) ? RetryAfter(status) : std::nullopt;
    limiter.Finish(connector_.RateLimit(*response), refused_for);
  }

  const std::unique_ptr<ApiClient> next_;
  const Connector& connector_;
  AccountLimits& limits_;
  const Clock& clock_;
  const absl::Time deadline_;
  const std::function<bool(absl::Duration)> pause_;
};

class AuthorizedApiClient final : public ApiClient {
 public:
  AuthorizedApiClient(std::unique_ptr<ApiClient> next, const ApiClientParts& parts)
      : next_(std::move(next)),
        resource_(parts.resource),
        connector_(parts.connector),
        tokens_(parts.tokens),
        deadline_(parts.deadline) {}

  absl::StatusOr<HttpResponse> Call(HttpRequest request, absl::string_view phase) override {
    FC_ASSIGN_OR_RETURN(const CallCredential credential, tokens_.Current(resource_, deadline_));
    absl::StatusOr<HttpResponse> response = CallWith(credential, request, phase);
    if (!response.ok() || response->status != kUnauthorized) return response;
    const absl::StatusOr<CallCredential> fresh = tokens_.AfterRefusal(
        resource_, credential, connector_.ResponseStatus(*response), deadline_);
    // Where there is nothing fresh to be had, the refusal itself is the answer.
    if (absl::IsUnauthenticated(fresh.status()) && credential.kind != CredentialKind::kOAuth) {
      return response;
    }
    FC_RETURN_IF_ERROR(fresh.status());
    response = CallWith(*fresh, std::move(request), phase);
    if (response.ok() && response->status == kUnauthorized) {
      FC_RETURN_IF_ERROR(
          tokens_.MarkRefused(resource_, *fresh, connector_.ResponseStatus(*response)));
    }
    return response;
  }

 private:
  static constexpr int kUnauthorized = 401;

  absl::StatusOr<HttpResponse> CallWith(const CallCredential& credential, HttpRequest request,
                                        absl::string_view phase) {
    FC_RETURN_IF_ERROR(connector_.Authorize(credential, request));
    absl::StatusOr<HttpResponse> response = next_->Call(std::move(request), phase);
    // A status of our own (a rate limit) has payloads, and repeats nothing.
    if (absl::IsResourceExhausted(response.status())) return response;
    return ScrubAnswer(std::move(response), {credential.secret});
  }

  const std::unique_ptr<ApiClient> next_;
  const std::string resource_;
  const Connector& connector_;
  TokenSource& tokens_;
  const absl::Time deadline_;
};

class RecordedApiClient final : public ApiClient {
 public:
  RecordedApiClient(std::unique_ptr<ApiClient> next, const ApiClientParts& parts)
      : next_(std::move(next)), recorder_(*parts.recorder), clock_(parts.clock) {}

  absl::StatusOr<HttpResponse> Call(HttpRequest request, absl::string_view phase) override {
    const absl::Duration start = clock_.Monotonic();
    absl::StatusOr<HttpResponse> response = next_->Call(std::move(request), phase);
    recorder_.Record(phase, clock_.Monotonic() - start, response);
    return response;
  }

 private:
  const std::unique_ptr<ApiClient> next_;
  CallRecorder& recorder_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<ApiClient> MakeApiClient(const ApiClientParts& parts) {
  std::unique_ptr<ApiClient> client = std::make_unique<SendingApiClient>(parts);
  client = std::make_unique<LimitedApiClient>(std::move(client), parts);
  client = std::make_unique<AuthorizedApiClient>(std::move(client), parts);
  if (parts.recorder != nullptr) {
    client = std::make_unique<RecordedApiClient>(std::move(client), parts);
  }
  return client;
}

}  // namespace fluxcascade
