#include "edge/verify/credential_list.h"

#include "absl/strings/match.h"
#include "common/status/status_macros.h"
#include "edge/verify/recipe_fields.h"
#include "edge/verify/secret_trial.h"

namespace fluxcascade::edge {

ShownCredential FindCredential(const SignedRequest& request, absl::string_view header,
                               absl::string_view prefix) {
  const HeaderLookup found = FindHeader(request.headers, header);
  if (found.count == HeaderLookup::Count::kNone) {
    return {.refusal = v1::RejectedRequest::REASON_CREDENTIALS_MISSING};
  }
  if (found.count != HeaderLookup::Count::kOne ||
      !absl::StartsWithIgnoreCase(found.value, prefix)) {
    return {.refusal = v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH};
  }
  return {.refusal = std::nullopt, .text = found.value.substr(prefix.size())};
}

absl::StatusOr<CredentialList> CredentialList::Compile(
    absl::string_view field, const google::protobuf::RepeatedPtrField<v1::Secret>& secrets) {
  FC_RETURN_IF_ERROR(CheckSecrets(field, secrets));
  CredentialList list;
  for (const v1::Secret& secret : secrets) {
    list.credentials_.push_back({Sha256(secret.value()), NotAfter(secret)});
  }
  return list;
}

Refusal CredentialList::Check(absl::string_view shown, absl::Time now) const {
  const Sha256Digest digest = Sha256(shown);
  SecretTrial trial(now);
  for (const Credential& known : credentials_) {
    trial.Add(ConstantTimeEquals(AsBytes(digest), AsBytes(known.digest)), known.not_after);
  }
  return trial.Verdict(v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH);
}

}  // namespace fluxcascade::edge
