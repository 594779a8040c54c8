#include "controlplane/connections/connection_clients_impl.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "common/mutex/mutex.h"
#include "common/status/status_macros.h"
#include "controlplane/connections/api_clients.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/connections/token_source.h"

namespace fluxcascade {
namespace {

class StoredConnectionClients final : public ConnectionClients {
 public:
  explicit StoredConnectionClients(const ConnectionClientsDependencies& dependencies)
      : dependencies_(dependencies),
        tokens_(dependencies.store, dependencies.keyring, dependencies.connectors,
                dependencies.http, dependencies.clock) {}

  absl::StatusOr<std::unique_ptr<ApiClient>> ForConnection(const store::v1::Connection& connection,
                                                           absl::Time deadline,
                                                           CallRecorder* recorder) override {
    return Make(connection.name(), connection.system(), deadline, recorder);
  }

  absl::StatusOr<std::unique_ptr<ApiClient>> ForApp(const store::v1::App& app, absl::Time deadline,
                                                    CallRecorder* recorder) override {
    return Make(app.name(), app.system(), deadline, recorder);
  }

  absl::StatusOr<AppIdentity> Identity(const store::v1::App& app) override {
    return OpenAppIdentity(dependencies_.keyring, app);
  }

  std::optional<RateLimitState> RateLimit(absl::string_view connection) override {
    AccountLimits& limits = LimitsOf(connection);
    std::optional<RateLimitState> calls = limits.calls.State();
    const std::optional<RateLimitState> searches = limits.searches.State();
    if (!calls.has_value()) return searches;
    // What waits for the search's limit waits all the same.
    if (searches.has_value() && !calls->blocked_until.has_value()) {
      calls->blocked_until = searches->blocked_until;
    }
    return calls;
  }

 private:
  absl::StatusOr<std::unique_ptr<ApiClient>> Make(const std::string& resource,
                                                  const std::string& system, absl::Time deadline,
                                                  CallRecorder* recorder) {
    FC_ASSIGN_OR_RETURN(const Connector* connector, dependencies_.connectors.Find(system));
    return MakeApiClient({.resource = resource,
                          .connector = *connector,
                          .http = dependencies_.http,
                          .tokens = tokens_,
                          .limits = LimitsOf(resource),
                          .clock = dependencies_.clock,
                          .deadline = deadline,
                          .recorder = recorder,
                          .pause = dependencies_.pause});
  }

  AccountLimits& LimitsOf(absl::string_view resource) {
    MutexLock lock(mutex_);
    std::unique_ptr<AccountLimits>& limits = limits_[std::string(resource)];
    if (limits == nullptr) limits = std::make_unique<AccountLimits>(dependencies_.clock);
    return *limits;
  }

  const ConnectionClientsDependencies dependencies_;
  TokenSource tokens_;
  Mutex mutex_;
  // As many as there are, or were, connections and apps since the start.
  std::map<std::string, std::unique_ptr<AccountLimits>, std::less<>> limits_ FC_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<ConnectionClients> MakeConnectionClients(
    const ConnectionClientsDependencies& dependencies) {
  return std::make_unique<StoredConnectionClients>(dependencies);
}

}  // namespace fluxcascade
