// The connected systems as the API's tests need them: the real connectors, answered from a table.
#ifndef FLUXCASCADE_CONTROLPLANE_API_TESTING_FAKE_SYSTEMS_H_
#define FLUXCASCADE_CONTROLPLANE_API_TESTING_FAKE_SYSTEMS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/keyring.h"
#include "common/mutex/mutex.h"
#include "controlplane/connections/connection_clients.h"
#include "controlplane/connectors/registry.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// HubSpot's account is 1001, with the contact fields email, firstname, lastname and the read-only
// createdate; Pipedrive's is 2002, with the person fields name (required), email and phone.
// Thread-safe.
class FakeSystems final : public ConnectionClients {
 public:
  // Both must outlive it.
  FakeSystems(const Keyring& keyring, const ConnectorRegistry& connectors);

  // From now on, requests whose URL holds `part` are answered so.
  void Answer(const std::string& part, int status, const nlohmann::json& body);
  // From now on, no request is answered: there is only this error.
  void FailWith(const absl::Status& error);
  // Called once, before the next request is answered; the answer is the one of before.
  void During(std::function<void()> action);
  // Of every connection.
  void SetRateLimit(const RateLimitState& limit);

  // The credentials that calls were made with, in order, as the systems saw them.
  std::vector<std::string> credentials_used() const;

  // With the connection's credential, which is opened as the real clients do it.
  absl::StatusOr<std::unique_ptr<ApiClient>> ForConnection(const store::v1::Connection& connection,
                                                           absl::Time deadline,
                                                           CallRecorder* recorder) override;
  absl::StatusOr<std::unique_ptr<ApiClient>> ForApp(const store::v1::App& app, absl::Time deadline,
                                                    CallRecorder* recorder) override;
  absl::StatusOr<AppIdentity> Identity(const store::v1::App& app) override;
  std::optional<RateLimitState> RateLimit(absl::string_view connection) override;

 private:
  struct Canned {
    int status;
    nlohmann::json body;
  };

  absl::StatusOr<HttpResponse> Handle(const HttpRequest& request);
  absl::StatusOr<HttpResponse> AnswerTo(const HttpRequest& request);

  const Keyring& keyring_;
  const ConnectorRegistry& connectors_;
  mutable Mutex mutex_;
  std::function<void()> action_ FC_GUARDED_BY(mutex_);
  std::map<std::string, Canned> answers_ FC_GUARDED_BY(mutex_);
  absl::Status error_ FC_GUARDED_BY(mutex_);
  std::optional<RateLimitState> limit_ FC_GUARDED_BY(mutex_);
  std::vector<std::string> credentials_used_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_TESTING_FAKE_SYSTEMS_H_
