#include "controlplane/connections/testing/connections_environment.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/store/memory_store.h"

namespace fluxcascade {
namespace {

Keyring MakeKeyring(Random& random) {
  auto keyring = Keyring::Parse(Keyring::NewKeyLine("k1", random), random);
  FC_CHECK(keyring.ok());
  return *std::move(keyring);
}

ConnectorRegistry MakeConnectors() {
  ConnectorTableOptions options;
  options.hubspot.api_base_url = "https://hs.test";
  return MakeConnectorTable(options);
}

HttpResponse Json(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

}  // namespace

HttpResponse FakeTokenEndpoint::Answer(const HttpRequest& request) {
  MutexLock lock(mutex_);
  const bool newest = absl::EndsWith(request.body, absl::StrCat("=", newest_));
  const bool previous =
      !previous_.empty() && absl::EndsWith(request.body, absl::StrCat("=", previous_));
  if (newest_.empty() || (!newest && !previous)) {
    // Repeats what it was sent, as some systems do.
    return Json(400, absl::StrCat(R"({"error":"invalid_grant","error_description":"bad: )",
                                  request.body, R"("})"));
  }
  ++count_;
  if (newest) previous_ = strict_ ? "" : newest_;
  newest_ = absl::StrCat("fake-refresh-", count_);
  return Json(200, absl::StrCat(R"({"access_token":"fake-access-)", count_,
                                R"(","refresh_token":")", newest_, R"(","expires_in":1800})"));
}

void FakeTokenEndpoint::TakeOldTokensBackAtOnce() {
  MutexLock lock(mutex_);
  strict_ = true;
}

void FakeTokenEndpoint::RevokeAll() {
  MutexLock lock(mutex_);
  newest_.clear();
  previous_.clear();
}

int FakeTokenEndpoint::refreshes() const {
  MutexLock lock(mutex_);
  return count_;
}

absl::Status DyingStore::Run(const Body& body) {
  if (dead) return absl::UnavailableError("the process died before the commit");
  return store_.Run(body);
}

ConnectionsEnvironment::ConnectionsEnvironment()
    : keyring(MakeKeyring(random)),
      connectors(MakeConnectors()),
      store(MakeTestStore()),
      dying_store(*store) {
  store::v1::App app;
  app.set_name(kApp);
  app.set_system("hubspot");
  app.set_external_id("54321");
  app.set_client_id("client");
  *app.mutable_client_secret() = SealField(keyring, "fake-secret", kApp, kClientSecretField);
  PlainCredential developer_key;
  developer_key.kind = CredentialKind::kDeveloperKey;
  developer_key.token = "fake-developer-key";
  *app.mutable_webhook_credential() = SealCredential(keyring, developer_key, kApp);
  store::v1::Connection connection;
  connection.set_name(kConnection);
  connection.set_app(kApp);
  connection.set_system("hubspot");
  connection.set_state(store::v1::Connection::STATE_ACTIVE);
  FC_CHECK(store
               ->Run([&](Transaction& tx) {
                 const absl::Status status = tx.apps().Insert(app);
                 return status.ok() ? tx.connections().Insert(connection) : status;
               })
               .ok());
  PlainCredential oauth;
  oauth.kind = CredentialKind::kOAuth;
  oauth.refresh_token = "fake-refresh-0";
  SetCredential(oauth);
}

void ConnectionsEnvironment::SetCredential(const PlainCredential& plain) {
  store::v1::Connection changed = connection();
  *changed.mutable_credential() = SealCredential(keyring, plain, kConnection);
  FC_CHECK(store->Run([&](Transaction& tx) { return tx.connections().Update(changed); }).ok());
}

store::v1::Connection ConnectionsEnvironment::connection() {
  absl::StatusOr<store::v1::Connection> found;
  FC_CHECK(store
               ->Read([&](Transaction& tx) {
                 found = tx.connections().Get(kConnection);
                 return found.status();
               })
               .ok());
  return *std::move(found);
}

store::v1::App ConnectionsEnvironment::app() {
  absl::StatusOr<store::v1::App> found;
  FC_CHECK(store
               ->Read([&](Transaction& tx) {
                 found = tx.apps().Get(kApp);
                 return found.status();
               })
               .ok());
  return *std::move(found);
}

PlainCredential ConnectionsEnvironment::credential() {
  auto plain = OpenCredential(keyring, connection().credential(), kConnection);
  FC_CHECK(plain.ok());
  return *std::move(plain);
}

}  // namespace fluxcascade
