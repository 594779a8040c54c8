#include "controlplane/connections/token_source.h"

#include <utility>

#include "common/status/status_macros.h"
#include "controlplane/connections/scrub.h"

namespace fluxcascade {
namespace {

// The credential as calls use it; nothing when an access token must be fetched first.
std::optional<CallCredential> ToCall(const PlainCredential& plain) {
  const std::string& secret =
      plain.kind == CredentialKind::kOAuth ? plain.access_token : plain.token;
  if (secret.empty()) return std::nullopt;
  return CallCredential{plain.kind, secret};
}

}  // namespace

TokenSource::TokenSource(Store& store, const Keyring& keyring, const ConnectorRegistry& connectors,
                         HttpClient& http, const Clock& clock)
    : credentials_(store, keyring), connectors_(connectors), http_(http), clock_(clock) {}

std::shared_ptr<TokenSource::Slot> TokenSource::SlotOf(absl::string_view resource) {
  MutexLock lock(mutex_);
  std::shared_ptr<Slot>& slot = slots_[std::string(resource)];
  if (slot == nullptr) slot = std::make_shared<Slot>();
  return slot;
}

bool TokenSource::IsUsable(const PlainCredential& credential, absl::string_view refused) const {
  const std::optional<CallCredential> call = ToCall(credential);
  if (!call.has_value() || call->secret == refused) return false;
  return credential.kind != CredentialKind::kOAuth ||
         !credential.access_token_expire_time.has_value() ||
         clock_.Now() + kExpirySkew < *credential.access_token_expire_time;
}

absl::StatusOr<CallCredential> TokenSource::Current(absl::string_view resource,
                                                    absl::Time deadline) {
  FC_ASSIGN_OR_RETURN(const LoadedCredential loaded, credentials_.Load(resource));
  if (IsUsable(loaded.plain, "")) return *ToCall(loaded.plain);
  return RefreshIfNeeded(resource, "", deadline);
}

absl::StatusOr<CallCredential> TokenSource::AfterRefusal(absl::string_view resource,
                                                         const CallCredential& refused,
                                                         const absl::Status& words,
                                                         absl::Time deadline) {
  if (refused.kind == CredentialKind::kOAuth) {
    return RefreshIfNeeded(resource, refused.secret, deadline);
  }
  FC_RETURN_IF_ERROR(MarkRefused(resource, refused, words));
  return absl::UnauthenticatedError(words.message());
}

absl::Status TokenSource::MarkRefused(absl::string_view resource, const CallCredential& refused,
                                      const absl::Status& words) {
  FC_ASSIGN_OR_RETURN(const LoadedCredential loaded, credentials_.Load(resource));
  const std::optional<CallCredential> call = ToCall(loaded.plain);
  // Replaced meanwhile: what was refused is not what is stored.
  if (!call.has_value() || call->secret != refused.secret) return absl::OkStatus();
  return credentials_.MarkRefused(resource, loaded.stored, words.message());
}

absl::StatusOr<CallCredential> TokenSource::RefreshIfNeeded(absl::string_view resource,
                                                            absl::string_view refused,
                                                            absl::Time deadline) {
  const std::shared_ptr<Slot> slot = SlotOf(resource);
  LoadedCredential loaded;
  {
    MutexLock lock(slot->mutex);
    FC_RETURN_IF_ERROR(AwaitRefresh(*slot, deadline));
    // Read under the lock: somebody may have refreshed just now.
    FC_ASSIGN_OR_RETURN(loaded, credentials_.Load(resource));
    if (IsUsable(loaded.plain, refused)) return *ToCall(loaded.plain);
    slot->refreshing = true;
  }
  absl::StatusOr<CallCredential> fresh = Refresh(resource, loaded, *slot);
  MutexLock lock(slot->mutex);
  slot->refreshing = false;
  ++slot->refreshes;
  slot->last_refresh = fresh.status();
  slot->refresh_ended.NotifyAll();
  return fresh;
}

absl::Status TokenSource::AwaitRefresh(Slot& slot, absl::Time deadline) {
  while (slot.refreshing) {
    const int64_t ended = slot.refreshes;
    while (slot.refreshes == ended) {
      const absl::Duration left = deadline - clock_.Now();
      if (left <= absl::ZeroDuration()) {
        return absl::DeadlineExceededError("no time was left to wait for a fresh token");
      }
      slot.refresh_ended.WaitFor(slot.mutex, left);
    }
    FC_RETURN_IF_ERROR(slot.last_refresh);
  }
  return absl::OkStatus();
}

absl::StatusOr<CallCredential> TokenSource::Refresh(absl::string_view resource,
                                                    const LoadedCredential& loaded, Slot& slot) {
  const bool answered_before =
      slot.uncommitted.has_value() &&
      slot.replaces.SerializeAsString() == loaded.stored.SerializeAsString();
  if (!answered_before) {
    slot.uncommitted.reset();
    absl::StatusOr<PlainCredential> fresh = Ask(loaded);
    if (absl::IsUnauthenticated(fresh.status())) {
      return OnRefreshRefused(resource, loaded, fresh.status());
    }
    FC_RETURN_IF_ERROR(fresh.status());
    slot.uncommitted = *std::move(fresh);
    slot.replaces = loaded.stored;
  }
  return Commit(resource, slot);
}

absl::StatusOr<PlainCredential> TokenSource::Ask(const LoadedCredential& loaded) {
  const std::string& refresh_token = loaded.plain.refresh_token;
  if (refresh_token.empty()) {
    return absl::UnauthenticatedError("the access token has run out and there is no refresh token");
  }
  FC_ASSIGN_OR_RETURN(const Connector* connector, connectors_.Find(loaded.app.system()));
  FC_ASSIGN_OR_RETURN(const AppIdentity app, OpenAppIdentity(credentials_.keyring(), loaded.app));
  const absl::Time asked = clock_.Now();
  FC_ASSIGN_OR_RETURN(
      const HttpResponse response,
      ScrubAnswer(http_.SendAndWait(connector->RefreshRequest(app, refresh_token), kRefreshTimeout),
                  {refresh_token, app.client_secret}));
  FC_ASSIGN_OR_RETURN(RefreshedTokens tokens, connector->ParseRefresh(response));
  PlainCredential fresh = loaded.plain;
  fresh.access_token = std::move(tokens.access_token);
  if (!tokens.refresh_token.empty()) fresh.refresh_token = std::move(tokens.refresh_token);
  fresh.access_token_expire_time.reset();
  if (tokens.expires_in > absl::ZeroDuration()) {
    fresh.access_token_expire_time = asked + tokens.expires_in;
  }
  return fresh;
}

absl::StatusOr<CallCredential> TokenSource::Commit(absl::string_view resource, Slot& slot) {
  FC_ASSIGN_OR_RETURN(const bool committed,
                      credentials_.Replace(resource, slot.replaces, *slot.uncommitted));
  const PlainCredential fresh = *std::move(slot.uncommitted);
  slot.uncommitted.reset();
  if (committed) return *ToCall(fresh);
  // Somebody gave the resource another credential while we asked: that one counts.
  FC_ASSIGN_OR_RETURN(const LoadedCredential newer, credentials_.Load(resource));
  if (IsUsable(newer.plain, "")) return *ToCall(newer.plain);
  return absl::AbortedError("the credential was replaced while it was refreshed");
}

absl::StatusOr<CallCredential> TokenSource::OnRefreshRefused(absl::string_view resource,
                                                             const LoadedCredential& loaded,
                                                             const absl::Status& words) {
  FC_ASSIGN_OR_RETURN(const LoadedCredential newer, credentials_.Load(resource));
  if (newer.stored.SerializeAsString() != loaded.stored.SerializeAsString()) {
    if (IsUsable(newer.plain, "")) return *ToCall(newer.plain);
    return absl::AbortedError("the credential was replaced while it was refreshed");
  }
  FC_RETURN_IF_ERROR(credentials_.MarkRefused(resource, loaded.stored, words.message()));
  return words;
}

}  // namespace fluxcascade
