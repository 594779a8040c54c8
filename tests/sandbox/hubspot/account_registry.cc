#include "tests/sandbox/hubspot/account_registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {

std::string AccountRegistry::NewSecret(absl::string_view prefix) {
  return absl::StrCat(prefix, absl::BytesToHexString(random_.Bytes(16)));
}

absl::StatusOr<int64_t> AccountRegistry::AddAccount(int64_t portal_id) {
  MutexLock lock(mutex_);
  if (portal_id == 0) portal_id = next_id_++;
  if (!accounts_.emplace(portal_id, std::make_shared<CrmStore>()).second) {
    return absl::AlreadyExistsError(absl::StrCat("there is an account ", portal_id));
  }
  return portal_id;
}

std::shared_ptr<CrmStore> AccountRegistry::Store(int64_t portal_id) const {
  MutexLock lock(mutex_);
  const auto found = accounts_.find(portal_id);
  return found == accounts_.end() ? nullptr : found->second;
}

std::vector<int64_t> AccountRegistry::Accounts() const {
  MutexLock lock(mutex_);
  std::vector<int64_t> ids;
  for (const auto& [id, store] : accounts_) ids.push_back(id);
  return ids;
}

absl::StatusOr<HubSpotApp> AccountRegistry::AddApp(HubSpotApp app) {
  MutexLock lock(mutex_);
  if (app.app_id == 0) app.app_id = next_id_++;
  if (app.name.empty()) app.name = absl::StrCat("App ", app.app_id);
  if (app.client_id.empty()) app.client_id = NewSecret("fake-client-id-");
  if (app.client_secret.empty()) app.client_secret = NewSecret("fake-client-secret-");
  if (app.developer_key.empty()) app.developer_key = NewSecret("fake-developer-key-");
  if (!apps_.emplace(app.app_id, app).second) {
    return absl::AlreadyExistsError(absl::StrCat("there is an app ", app.app_id));
  }
  return app;
}

absl::StatusOr<HubSpotApp> AccountRegistry::App(int64_t app_id) const {
  MutexLock lock(mutex_);
  const auto found = apps_.find(app_id);
  if (found == apps_.end()) return absl::NotFoundError(absl::StrCat("there is no app ", app_id));
  return found->second;
}

std::vector<HubSpotApp> AccountRegistry::Apps() const {
  MutexLock lock(mutex_);
  std::vector<HubSpotApp> apps;
  for (const auto& [id, app] : apps_) apps.push_back(app);
  return apps;
}

std::vector<int64_t> AccountRegistry::AppsOf(int64_t portal_id) const {
  MutexLock lock(mutex_);
  std::vector<int64_t> ids;
  for (const auto& [id, app] : apps_) {
    if (app.portal_ids.contains(portal_id)) ids.push_back(id);
  }
  return ids;
}

absl::Status AccountRegistry::SetTokenTtl(int64_t app_id, absl::Duration ttl) {
  MutexLock lock(mutex_);
  const auto found = apps_.find(app_id);
  if (found == apps_.end()) return absl::NotFoundError(absl::StrCat("there is no app ", app_id));
  found->second.access_token_ttl = ttl;
  return absl::OkStatus();
}

std::string AccountRegistry::NewAccessToken(const RefreshGrant& grant, absl::Duration ttl,
                                            absl::Time now) {
  std::string token = NewSecret("fake-access-token-");
  access_tokens_[token] = {TokenKind::kOAuth, grant.portal_id, grant.app_id, now + ttl};
  return token;
}

absl::StatusOr<TokenPair> AccountRegistry::Install(int64_t app_id, int64_t portal_id,
                                                   absl::Time now) {
  MutexLock lock(mutex_);
  const auto app = apps_.find(app_id);
  if (app == apps_.end()) return absl::NotFoundError(absl::StrCat("there is no app ", app_id));
  if (!accounts_.contains(portal_id)) {
    return absl::NotFoundError(absl::StrCat("there is no account ", portal_id));
  }
  app->second.portal_ids.insert(portal_id);
  const RefreshGrant grant{app_id, portal_id};
  TokenPair tokens;
  tokens.expires_in = app->second.access_token_ttl;
  tokens.access_token = NewAccessToken(grant, tokens.expires_in, now);
  tokens.refresh_token = NewSecret("fake-refresh-token-");
  refresh_tokens_[tokens.refresh_token] = grant;
  return tokens;
}

absl::StatusOr<std::string> AccountRegistry::AddPrivateToken(int64_t portal_id) {
  MutexLock lock(mutex_);
  if (!accounts_.contains(portal_id)) {
    return absl::NotFoundError(absl::StrCat("there is no account ", portal_id));
  }
  std::string token = NewSecret("fake-private-app-token-");
  access_tokens_[token] = {TokenKind::kPrivateApp, portal_id, next_id_++, absl::InfiniteFuture()};
  return token;
}

void AccountRegistry::ExpireAccessTokens(int64_t app_id, absl::Time now) {
  MutexLock lock(mutex_);
  for (auto& [token, grant] : access_tokens_) {
    if (grant.kind == TokenKind::kOAuth && grant.app_id == app_id) {
      grant.expire_time = std::min(grant.expire_time, now);
    }
  }
}

void AccountRegistry::RevokeRefreshTokens(int64_t app_id) {
  MutexLock lock(mutex_);
  std::erase_if(refresh_tokens_, [&](const auto& entry) { return entry.second.app_id == app_id; });
}

absl::StatusOr<Grant> AccountRegistry::Authenticate(const std::string& access_token,
                                                    absl::Time now) const {
  MutexLock lock(mutex_);
  const auto found = access_tokens_.find(access_token);
  if (found == access_tokens_.end()) return absl::UnauthenticatedError("unknown token");
  if (found->second.expire_time <= now) {
    return absl::DeadlineExceededError(TimeText(found->second.expire_time));
  }
  return found->second;
}

absl::StatusOr<TokenPair> AccountRegistry::Refresh(const std::string& client_id,
                                                   const std::string& client_secret,
                                                   const std::string& refresh_token,
                                                   absl::Time now) {
  MutexLock lock(mutex_);
  const auto app = std::find_if(apps_.begin(), apps_.end(), [&](const auto& entry) {
    return entry.second.client_id == client_id && entry.second.client_secret == client_secret;
  });
  if (app == apps_.end()) return absl::UnauthenticatedError("wrong client credentials");
  const auto found = refresh_tokens_.find(refresh_token);
  if (found == refresh_tokens_.end() || found->second.app_id != app->first) {
    return absl::NotFoundError("refresh token is invalid, expired or revoked");
  }
  const RefreshGrant grant = found->second;
  TokenPair tokens;
  tokens.expires_in = app->second.access_token_ttl;
  tokens.access_token = NewAccessToken(grant, tokens.expires_in, now);
  tokens.refresh_token = refresh_token;
  if (app->second.rotates_refresh_tokens) {
    refresh_tokens_.erase(found);
    tokens.refresh_token = NewSecret("fake-refresh-token-");
    refresh_tokens_[tokens.refresh_token] = grant;
  }
  return tokens;
}

bool AccountRegistry::IsDeveloperKey(int64_t app_id, const std::string& key) const {
  MutexLock lock(mutex_);
  const auto found = apps_.find(app_id);
  return found != apps_.end() && found->second.developer_key == key;
}

void AccountRegistry::Clear() {
  MutexLock lock(mutex_);
  accounts_.clear();
  apps_.clear();
  access_tokens_.clear();
  refresh_tokens_.clear();
}

}  // namespace fluxcascade::sandbox
