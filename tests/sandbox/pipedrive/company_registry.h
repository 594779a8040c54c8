// Pipedrive's companies, their users, and the tokens that let callers in.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_COMPANY_REGISTRY_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_COMPANY_REGISTRY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "tests/sandbox/pipedrive/entity_store.h"

namespace fluxcascade::sandbox {

struct PipedriveCompany {
  int64_t company_id = 0;
  int64_t user_id = 0;
  std::string api_token;  // the user's
};

struct PipedriveApp {
  std::string client_id;
  std::string client_secret;
  bool rotates_refresh_tokens = false;
  absl::Duration access_token_ttl = absl::Seconds(3599);
};

struct PipedriveTokens {
  std::string access_token;
  std::string refresh_token;
  absl::Duration expires_in;
};

// Who makes a call, and where.
struct PipedriveCaller {
  int64_t company_id = 0;
  int64_t user_id = 0;
  bool oauth = false;
  std::string token;
  std::shared_ptr<EntityStore> store;
};

// Thread-safe.
class CompanyRegistry {
 public:
  explicit CompanyRegistry(Random& random) : random_(random) {}

  // 0: an id is made. kAlreadyExists when it is taken.
  absl::StatusOr<PipedriveCompany> AddCompany(int64_t company_id);
  std::vector<PipedriveCompany> Companies() const;
  // nullptr when there is no such company.
  std::shared_ptr<EntityStore> Store(int64_t company_id) const;

  PipedriveApp AddApp(PipedriveApp app);
  absl::StatusOr<PipedriveTokens> Install(const std::string& client_id, int64_t company_id,
                                          absl::Time now);
  void ExpireAccessTokens(const std::string& client_id, absl::Time now);
  void RevokeRefreshTokens(const std::string& client_id);

  // kUnauthenticated for what nobody knows, kDeadlineExceeded for an expired access token.
  absl::StatusOr<PipedriveCaller> WithApiToken(const std::string& api_token) const;
  absl::StatusOr<PipedriveCaller> WithAccessToken(const std::string& access_token,
                                                  absl::Time now) const;
  // kUnauthenticated for wrong client credentials, kNotFound for the refresh token.
  absl::StatusOr<PipedriveTokens> Refresh(const std::string& client_id,
                                          const std::string& client_secret,
                                          const std::string& refresh_token, absl::Time now);
  void Clear();

 private:
  struct Company {
    PipedriveCompany names;
    std::shared_ptr<EntityStore> store;
  };
  struct Grant {
    std::string client_id;
    int64_t company_id = 0;
    absl::Time expire_time;  // of access tokens
  };

  std::string NewSecret(absl::string_view prefix) FC_REQUIRES(mutex_);
  PipedriveTokens NewTokens(const PipedriveApp& app, int64_t company_id, absl::Time now)
      FC_REQUIRES(mutex_);

  Random& random_;
  mutable Mutex mutex_;
  int64_t next_id_ FC_GUARDED_BY(mutex_) = 12415231;
  std::map<int64_t, Company> companies_ FC_GUARDED_BY(mutex_);
  std::map<std::string, PipedriveApp> apps_ FC_GUARDED_BY(mutex_);  // by client id
  std::map<std::string, Grant> access_tokens_ FC_GUARDED_BY(mutex_);
  std::map<std::string, Grant> refresh_tokens_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_COMPANY_REGISTRY_H_
