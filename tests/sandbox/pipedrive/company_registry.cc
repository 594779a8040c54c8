#include "tests/sandbox/pipedrive/company_registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade::sandbox {

std::string CompanyRegistry::NewSecret(absl::string_view prefix) {
  return absl::StrCat(prefix, absl::BytesToHexString(random_.Bytes(16)));
}

absl::StatusOr<PipedriveCompany> CompanyRegistry::AddCompany(int64_t company_id) {
  MutexLock lock(mutex_);
  PipedriveCompany company;
  company.company_id = company_id == 0 ? next_id_++ : company_id;
  if (companies_.contains(company.company_id)) {
    return absl::AlreadyExistsError(absl::StrCat("there is a company ", company.company_id));
  }
  company.user_id = next_id_++;
  company.api_token = NewSecret("fake-api-token-");
  companies_[company.company_id] = {company, std::make_shared<EntityStore>()};
  return company;
}

std::vector<PipedriveCompany> CompanyRegistry::Companies() const {
  MutexLock lock(mutex_);
  std::vector<PipedriveCompany> companies;
  for (const auto& [id, company] : companies_) companies.push_back(company.names);
  return companies;
}

std::shared_ptr<EntityStore> CompanyRegistry::Store(int64_t company_id) const {
  MutexLock lock(mutex_);
  const auto found = companies_.find(company_id);
  return found == companies_.end() ? nullptr : found->second.store;
}

PipedriveApp CompanyRegistry::AddApp(PipedriveApp app) {
  MutexLock lock(mutex_);
  if (app.client_id.empty()) app.client_id = NewSecret("fake-client-id-");
  if (app.client_secret.empty()) app.client_secret = NewSecret("fake-client-secret-");
  apps_[app.client_id] = app;
  return app;
}

PipedriveTokens CompanyRegistry::NewTokens(const PipedriveApp& app, int64_t company_id,
                                           absl::Time now) {
  PipedriveTokens tokens;
  tokens.access_token = NewSecret("fake-access-token-");
  tokens.expires_in = app.access_token_ttl;
  access_tokens_[tokens.access_token] = {app.client_id, company_id, now + tokens.expires_in};
  return tokens;
}

absl::StatusOr<PipedriveTokens> CompanyRegistry::Install(const std::string& client_id,
                                                         int64_t company_id, absl::Time now) {
  MutexLock lock(mutex_);
  const auto app = apps_.find(client_id);
  if (app == apps_.end() || !companies_.contains(company_id)) {
    return absl::NotFoundError("there is no such app or company");
  }
  PipedriveTokens tokens = NewTokens(app->second, company_id, now);
  tokens.refresh_token = NewSecret("fake-refresh-token-");
  refresh_tokens_[tokens.refresh_token] = {client_id, company_id, absl::InfiniteFuture()};
  return tokens;
}

void CompanyRegistry::ExpireAccessTokens(const std::string& client_id, absl::Time now) {
  MutexLock lock(mutex_);
  for (auto& [token, grant] : access_tokens_) {
    if (grant.client_id == client_id) grant.expire_time = std::min(grant.expire_time, now);
  }
}

void CompanyRegistry::RevokeRefreshTokens(const std::string& client_id) {
  MutexLock lock(mutex_);
  std::erase_if(refresh_tokens_,
                [&](const auto& entry) { return entry.second.client_id == client_id; });
}

absl::StatusOr<PipedriveCaller> CompanyRegistry::WithApiToken(const std::string& api_token) const {
  MutexLock lock(mutex_);
  for (const auto& [id, company] : companies_) {
    if (company.names.api_token == api_token) {
      return PipedriveCaller{id, company.names.user_id, false, api_token, company.store};
    }
  }
  return absl::UnauthenticatedError("unauthorized access");
}

absl::StatusOr<PipedriveCaller> CompanyRegistry::WithAccessToken(const std::string& access_token,
                                                                 absl::Time now) const {
  MutexLock lock(mutex_);
  const auto found = access_tokens_.find(access_token);
  if (found == access_tokens_.end()) return absl::UnauthenticatedError("unauthorized access");
  const Grant& grant = found->second;
  if (grant.expire_time <= now) {
    return absl::DeadlineExceededError("Invalid token: access token is expired");
  }
  const Company& company = companies_.at(grant.company_id);
  return PipedriveCaller{grant.company_id, company.names.user_id, true, access_token,
                         company.store};
}

absl::StatusOr<PipedriveTokens> CompanyRegistry::Refresh(const std::string& client_id,
                                                         const std::string& client_secret,
                                                         const std::string& refresh_token,
                                                         absl::Time now) {
  MutexLock lock(mutex_);
  const auto app = apps_.find(client_id);
  if (app == apps_.end() || app->second.client_secret != client_secret) {
    return absl::UnauthenticatedError("wrong client credentials");
  }
  const auto found = refresh_tokens_.find(refresh_token);
  if (found == refresh_tokens_.end() || found->second.client_id != client_id) {
    return absl::NotFoundError("Invalid grant: refresh token is invalid");
  }
  const Grant grant = found->second;
  PipedriveTokens tokens = NewTokens(app->second, grant.company_id, now);
  tokens.refresh_token = refresh_token;
  if (app->second.rotates_refresh_tokens) {
    refresh_tokens_.erase(found);
    tokens.refresh_token = NewSecret("fake-refresh-token-");
    refresh_tokens_[tokens.refresh_token] = grant;
  }
  return tokens;
}

void CompanyRegistry::Clear() {
  MutexLock lock(mutex_);
  companies_.clear();
  apps_.clear();
  access_tokens_.clear();
  refresh_tokens_.clear();
}

}  // namespace fluxcascade::sandbox
