#include "controlplane/api/former_secrets.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"

namespace fluxcascade {
namespace {

constexpr absl::string_view kField = "keep_former_secret: ";

bool HasEnded(const store::v1::FormerSecret& secret, absl::Time now) {
  return FromProto(secret.not_after()) <= now;
}

}  // namespace

void ForgetEndedSecrets(absl::Time now, store::v1::App& app) {
  auto& secrets = *app.mutable_former_secrets();
  secrets.erase(
      std::remove_if(secrets.begin(), secrets.end(),
                     [now](const store::v1::FormerSecret& one) { return HasEnded(one, now); }),
      secrets.end());
}

absl::Status KeepFormerSecret(const store::v1::App& former, bool secret_given, absl::Duration keep,
                              absl::Time now, store::v1::App& app) {
  if (!secret_given || !former.has_client_secret()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kField, "is given, but this update replaces no app.client_secret"));
  }
  if (keep < absl::Seconds(1) || keep > kLongestKeptSecret) {
    return absl::InvalidArgumentError(absl::StrCat(kField, "must be 1s to ",
                                                   absl::ToInt64Seconds(kLongestKeptSecret),
                                                   "s (30 days), is ", absl::FormatDuration(keep)));
  }
  if (app.former_secrets_size() >= kMaxFormerSecrets) {
    return absl::FailedPreconditionError(absl::StrCat(
        kField, app.name(), " has ", kMaxFormerSecrets,
        " former secrets that still sign webhooks, and may have no more; leave keep_former_secret "
        "out, or wait until the time of one is over: app.former_secrets"));
  }
  store::v1::FormerSecret kept;
  *kept.mutable_secret() = former.client_secret();
  *kept.mutable_not_after() = ToProto(now + keep);
  const auto older = app.former_secrets();
  app.clear_former_secrets();
  *app.add_former_secrets() = kept;
  app.mutable_former_secrets()->MergeFrom(older);
  return absl::OkStatus();
}

}  // namespace fluxcascade
