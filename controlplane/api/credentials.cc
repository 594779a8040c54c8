#include "controlplane/api/credentials.h"

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

constexpr size_t kMaxSecretBytes = 8192;

absl::Status CheckSecret(absl::string_view field, absl::string_view value) {
  if (value.empty()) return absl::InvalidArgumentError(absl::StrCat(field, ": is missing"));
  if (value.size() > kMaxSecretBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": is longer than ", kMaxSecretBytes, " bytes"));
  }
  for (const char c : value) {
    // It goes into a header: a line break in it would end the header.
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": holds a character that no token has (a blank or a line break?)"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlainCredential> ToPlainCredential(absl::string_view field,
                                                  const v1::Credential& credential) {
  PlainCredential plain;
  switch (credential.kind_case()) {
    case v1::Credential::kApiToken:
      plain.kind = CredentialKind::kApiToken;
      plain.token = credential.api_token().token();
      FC_RETURN_IF_ERROR(CheckSecret(absl::StrCat(field, ".api_token.token"), plain.token));
      return plain;
    case v1::Credential::kDeveloperKey:
      plain.kind = CredentialKind::kDeveloperKey;
      plain.token = credential.developer_key().key();
      FC_RETURN_IF_ERROR(CheckSecret(absl::StrCat(field, ".developer_key.key"), plain.token));
      return plain;
    case v1::Credential::kOauth: {
      const v1::OAuthGrant& grant = credential.oauth();
      plain.kind = CredentialKind::kOAuth;
      plain.refresh_token = grant.refresh_token();
      FC_RETURN_IF_ERROR(
          CheckSecret(absl::StrCat(field, ".oauth.refresh_token"), plain.refresh_token));
      if (grant.access_token().empty()) return plain;
      FC_RETURN_IF_ERROR(
          CheckSecret(absl::StrCat(field, ".oauth.access_token"), grant.access_token()));
      plain.access_token = grant.access_token();
      if (grant.has_access_token_expire_time()) {
        plain.access_token_expire_time = FromProto(grant.access_token_expire_time());
      }
      return plain;
    }
    case v1::Credential::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": is missing: give one of api_token, oauth, developer_key"));
}

}  // namespace fluxcascade
