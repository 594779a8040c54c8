// HubSpot's accounts and apps, and the tokens that let apps into accounts.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_ACCOUNT_REGISTRY_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_ACCOUNT_REGISTRY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "tests/sandbox/hubspot/crm_store.h"

namespace fluxcascade::sandbox {

struct HubSpotApp {
  int64_t app_id = 0;
  std::string name;
  std::string client_id;
  std::string client_secret;
  std::string developer_key;  // for ?hapikey=
  bool rotates_refresh_tokens = false;
  absl::Duration access_token_ttl = absl::Minutes(30);
  std::set<int64_t> portal_ids;  // where it is installed
};

enum class TokenKind { kOAuth, kPrivateApp };

// What a valid access token lets its holder do.
struct Grant {
  TokenKind kind = TokenKind::kOAuth;
  int64_t portal_id = 0;
  int64_t app_id = 0;  // of a private app too
  absl::Time expire_time;
};

struct TokenPair {
  std::string access_token;
  std::string refresh_token;
  absl::Duration expires_in;
};

// Thread-safe.
class AccountRegistry {
 public:
  explicit AccountRegistry(Random& random) : random_(random) {}

  // 0: an id is made. kAlreadyExists when it is taken.
  absl::StatusOr<int64_t> AddAccount(int64_t portal_id);
  // nullptr when there is no such account. Lives until Clear.
  std::shared_ptr<CrmStore> Store(int64_t portal_id) const;
  std::vector<int64_t> Accounts() const;

  // Empty members are made: id, name, client id and secret, developer key.
  absl::StatusOr<HubSpotApp> AddApp(HubSpotApp app);
  absl::StatusOr<HubSpotApp> App(int64_t app_id) const;
  std::vector<HubSpotApp> Apps() const;
  // The apps that hear of an account's changes.
  std::vector<int64_t> AppsOf(int64_t portal_id) const;
  absl::Status SetTokenTtl(int64_t app_id, absl::Duration ttl);

  absl::StatusOr<TokenPair> Install(int64_t app_id, int64_t portal_id, absl::Time now);
  absl::StatusOr<std::string> AddPrivateToken(int64_t portal_id);
  // Every access token of the app that is valid now has expired from now on.
  void ExpireAccessTokens(int64_t app_id, absl::Time now);
  void RevokeRefreshTokens(int64_t app_id);

  // kUnauthenticated for a token that nobody knows; kDeadlineExceeded, with the time as its
  // message, for one that has expired.
  absl::StatusOr<Grant> Authenticate(const std::string& access_token, absl::Time now) const;
  // kUnauthenticated for wrong client credentials; kNotFound for a refresh token that is unknown or
  // used up.
  absl::StatusOr<TokenPair> Refresh(const std::string& client_id, const std::string& client_secret,
                                    const std::string& refresh_token, absl::Time now);
  // True when it is the app's developer key.
  bool IsDeveloperKey(int64_t app_id, const std::string& key) const;

  void Clear();

 private:
  struct RefreshGrant {
    int64_t app_id = 0;
    int64_t portal_id = 0;
  };

  std::string NewSecret(absl::string_view prefix) FC_REQUIRES(mutex_);
  std::string NewAccessToken(const RefreshGrant& grant, absl::Duration ttl, absl::Time now)
      FC_REQUIRES(mutex_);

  Random& random_;
  mutable Mutex mutex_;
  int64_t next_id_ FC_GUARDED_BY(mutex_) = 62515;
  std::map<int64_t, std::shared_ptr<CrmStore>> accounts_ FC_GUARDED_BY(mutex_);
  std::map<int64_t, HubSpotApp> apps_ FC_GUARDED_BY(mutex_);
  std::map<std::string, Grant> access_tokens_ FC_GUARDED_BY(mutex_);
  std::map<std::string, RefreshGrant> refresh_tokens_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_ACCOUNT_REGISTRY_H_
