// The access tokens that calls are made with.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TOKEN_SOURCE_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TOKEN_SOURCE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/keyring.h"
#include "common/http/http_client.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"
#include "controlplane/connections/credential_store.h"
#include "controlplane/connectors/registry.h"

namespace fluxcascade {

// A token that runs out within this time is not used any more.
inline constexpr absl::Duration kExpirySkew = absl::Seconds(30);

// What a refresh is given, whatever the deadline of the call that needs it: systems that rotate
// refresh tokens take the old one back with the answer, and an answer that is not waited for would
// lose the account.
inline constexpr absl::Duration kRefreshTimeout = absl::Seconds(30);

// Resources are connections and apps, by name. One refresh at a time for each; who comes meanwhile
// waits for it until its own deadline, and shares its outcome, a failure too. Thread-safe.
//
// What a refresh gave is committed before it is used. The process may die in between:
//   before the answer, or between the answer and the commit: the next one refreshes with the old
//     token. A system that takes the old one back at once then refuses, and the connection says so;
//     no client can do better.
//   between the commit and the use: the next one uses the stored token, without a refresh.
// When only the commit fails, the answer is kept in memory, and the next call commits it.
class TokenSource {
 public:
  // All must outlive it.
  TokenSource(Store& store, const Keyring& keyring, const ConnectorRegistry& connectors,
              HttpClient& http, const Clock& clock);

  // What calls for `resource` are authorised with now.
  absl::StatusOr<CallCredential> Current(absl::string_view resource, absl::Time deadline);

  // `refused` was answered 401. Gives a fresh token where there are such; else kUnauthenticated
  // with `words`, and the connection's state is AUTHORIZATION_FAILED, committed.
  absl::StatusOr<CallCredential> AfterRefusal(absl::string_view resource,
                                              const CallCredential& refused,
                                              const absl::Status& words, absl::Time deadline);

  // A token that was fresh is refused as well: commits AUTHORIZATION_FAILED.
  absl::Status MarkRefused(absl::string_view resource, const CallCredential& refused,
                           const absl::Status& words);

 private:
  // What is known of one resource besides what is stored.
  struct Slot {
    Mutex mutex;
    CondVar refresh_ended;
    bool refreshing FC_GUARDED_BY(mutex) = false;
    int64_t refreshes FC_GUARDED_BY(mutex) = 0;      // that have ended
    absl::Status last_refresh FC_GUARDED_BY(mutex);  // how the last one ended

    // Whoever set `refreshing` alone looks at these: an answer that could not be committed, and the
    // stored credential it replaces.
    std::optional<PlainCredential> uncommitted;
    store::v1::StoredCredential replaces;
  };

  std::shared_ptr<Slot> SlotOf(absl::string_view resource);

  absl::StatusOr<CallCredential> RefreshIfNeeded(absl::string_view resource,
                                                 absl::string_view refused, absl::Time deadline);
  // Waits until nobody refreshes. The error of the refresh that was waited for, if it failed.
  absl::Status AwaitRefresh(Slot& slot, absl::Time deadline) FC_REQUIRES(slot.mutex);
  absl::StatusOr<CallCredential> Refresh(absl::string_view resource, const LoadedCredential& loaded,
                                         Slot& slot);
  // The new credential as the system gave it.
  absl::StatusOr<PlainCredential> Ask(const LoadedCredential& loaded);
  absl::StatusOr<CallCredential> Commit(absl::string_view resource, Slot& slot);
  // The refresh token is refused. Somebody else (another process, a user) may have replaced it.
  absl::StatusOr<CallCredential> OnRefreshRefused(absl::string_view resource,
                                                  const LoadedCredential& loaded,
                                                  const absl::Status& words);
  bool IsUsable(const PlainCredential& credential, absl::string_view refused) const;

  CredentialStore credentials_;
  const ConnectorRegistry& connectors_;
  HttpClient& http_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>, std::less<>> slots_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TOKEN_SOURCE_H_
