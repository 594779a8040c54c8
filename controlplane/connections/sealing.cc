#include "controlplane/connections/sealing.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

using store::v1::Sealed;
using store::v1::StoredCredential;

constexpr char kTokenField[] = "credential.token";
constexpr char kRefreshTokenField[] = "credential.refresh_token";
constexpr char kAccessTokenField[] = "credential.access_token";

StoredCredential::Kind ToStored(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::kApiToken:
      return StoredCredential::KIND_API_TOKEN;
    case CredentialKind::kOAuth:
      return StoredCredential::KIND_OAUTH;
    case CredentialKind::kDeveloperKey:
      return StoredCredential::KIND_DEVELOPER_KEY;
  }
  return StoredCredential::KIND_UNSPECIFIED;
}

absl::StatusOr<CredentialKind> FromStored(StoredCredential::Kind kind, absl::string_view resource) {
  switch (kind) {
    case StoredCredential::KIND_API_TOKEN:
      return CredentialKind::kApiToken;
    case StoredCredential::KIND_OAUTH:
      return CredentialKind::kOAuth;
    case StoredCredential::KIND_DEVELOPER_KEY:
      return CredentialKind::kDeveloperKey;
    default:
      return absl::FailedPreconditionError(
          absl::StrCat(resource, " has no credential: update it with one"));
  }
}

}  // namespace

Sealed SealField(const Keyring& keyring, absl::string_view plaintext, absl::string_view resource,
                 absl::string_view field) {
  SealedSecret secret = keyring.Seal(plaintext, resource, field);
  Sealed sealed;
  sealed.set_version(secret.version);
  sealed.set_key_id(std::move(secret.key_id));
  sealed.set_nonce(std::move(secret.nonce));
  sealed.set_ciphertext(std::move(secret.ciphertext));
  return sealed;
}

absl::StatusOr<std::string> OpenField(const Keyring& keyring, const Sealed& sealed,
                                      absl::string_view resource, absl::string_view field) {
  SealedSecret secret;
  secret.version = sealed.version();
  secret.key_id = sealed.key_id();
  secret.nonce = sealed.nonce();
  secret.ciphertext = sealed.ciphertext();
  return keyring.Open(secret, resource, field);
}

StoredCredential SealCredential(const Keyring& keyring, const PlainCredential& plain,
                                absl::string_view resource) {
  StoredCredential stored;
  stored.set_kind(ToStored(plain.kind));
  if (!plain.token.empty()) {
    *stored.mutable_token() = SealField(keyring, plain.token, resource, kTokenField);
  }
  if (!plain.refresh_token.empty()) {
    *stored.mutable_refresh_token() =
        SealField(keyring, plain.refresh_token, resource, kRefreshTokenField);
  }
  if (!plain.access_token.empty()) {
    *stored.mutable_access_token() =
        SealField(keyring, plain.access_token, resource, kAccessTokenField);
  }
  if (plain.access_token_expire_time.has_value()) {
    *stored.mutable_access_token_expire_time() = ToProto(*plain.access_token_expire_time);
  }
  return stored;
}

absl::StatusOr<PlainCredential> OpenCredential(const Keyring& keyring,
                                               const StoredCredential& stored,
                                               absl::string_view resource) {
  PlainCredential plain;
  FC_ASSIGN_OR_RETURN(plain.kind, FromStored(stored.kind(), resource));
  if (stored.has_token()) {
    FC_ASSIGN_OR_RETURN(plain.token, OpenField(keyring, stored.token(), resource, kTokenField));
  }
  if (stored.has_refresh_token()) {
    FC_ASSIGN_OR_RETURN(plain.refresh_token,
                        OpenField(keyring, stored.refresh_token(), resource, kRefreshTokenField));
  }
  if (stored.has_access_token()) {
    FC_ASSIGN_OR_RETURN(plain.access_token,
                        OpenField(keyring, stored.access_token(), resource, kAccessTokenField));
  }
  if (stored.has_access_token_expire_time()) {
    plain.access_token_expire_time = FromProto(stored.access_token_expire_time());
  }
  return plain;
}

absl::StatusOr<AppIdentity> OpenAppIdentity(const Keyring& keyring, const store::v1::App& app) {
  AppIdentity identity;
  identity.external_id = app.external_id();
  identity.client_id = app.client_id();
  identity.accepted_signatures.assign(app.accepted_signatures().begin(),
                                      app.accepted_signatures().end());
  if (app.has_client_secret()) {
    FC_ASSIGN_OR_RETURN(identity.client_secret,
                        OpenField(keyring, app.client_secret(), app.name(), kClientSecretField));
  }
  for (const store::v1::FormerSecret& former : app.former_secrets()) {
    FC_ASSIGN_OR_RETURN(std::string secret,
                        OpenField(keyring, former.secret(), app.name(), kClientSecretField));
    identity.former_secrets.push_back(
        {.value = std::move(secret), .not_after = FromProto(former.not_after())});
  }
  return identity;
}

}  // namespace fluxcascade
