// What FluxCascade needs of a kind of system. One connector serves every connection of its kind; it
// keeps no state of its own and knows neither the store nor the queue.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_CONNECTOR_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_CONNECTOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/http_client.h"
#include "fluxcascade/edge/v1/hook.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// Field values by name: null, bool, number, string, or an array of these. A connector flattens its
// system's shapes (a list of e-mail addresses becomes the primary one) and builds them again when
// it writes.
using FieldMap = std::map<std::string, nlohmann::json, std::less<>>;

enum class EventAction { kCreate, kUpdate, kDelete, kMerge };

// One change, as a webhook told of it.
struct SourceEvent {
  EventAction action = EventAction::kUpdate;
  std::string account_id;   // as connections name it
  std::string object_type;  // as mappings name it; empty when the connector has no such type
  std::string record_id;
  std::vector<std::string> merged_record_ids;  // for kMerge: what went up in record_id
  std::vector<std::string> changed_fields;
  std::string external_id;  // the system's own id of the event
  absl::Time occur_time;
  // Equal for two arrivals of the same event, whatever else differs; a hash key, kept 7 days. A
  // collision must be harmless.
  std::string dedupe_key;
  // Set when the event was understood but is of a kind that nothing is done with: why.
  std::string unsupported_reason;
  std::string payload;  // its part of the request's body
};

// One record as it is in the system.
struct Record {
  std::string id;
  FieldMap fields;
  std::string version;  // the system's own; compared for equality only
  absl::Time update_time;
  bool archived = false;     // the system's own word that it is deleted or archived
  std::string display_name;  // a name a person knows it by
};

struct FieldInfo {
  std::string name;
  std::string type;  // string, number, bool, date, datetime, enumeration
  bool writable = true;
  bool required = false;
  bool findable = true;  // Find takes it, so that a mapping may match by it
};

enum class DeleteMode { kArchive, kDelete };

struct ObjectTypeInfo {
  std::string name;  // contact, person
  std::vector<FieldInfo> fields;
  std::set<DeleteMode> delete_modes;  // what a mapping into this type may ask for
};

// What stays the same for every connection of the kind.
struct ConnectorInfo {
  std::string system;  // hubspot
  std::string title;   // HubSpot
  bool source = false;
  bool target = false;
  std::vector<std::string> source_object_types;
  std::vector<std::string> target_object_types;
  // How long a record that was just created may be missing from search results.
  absl::Duration search_lag;
  // Signature versions an app may list in accepted_signatures.
  std::vector<std::string> optional_signatures;
};

// One subscription, desired or actual.
struct SubscriptionSpec {
  std::string event_type;  // contact.propertyChange
  std::string property;    // email; empty where the system has none

  friend auto operator<=>(const SubscriptionSpec&, const SubscriptionSpec&) = default;
};

struct ActualSubscription {
  SubscriptionSpec spec;
  std::string external_id;
  bool active = false;
};

// What stands at the system for an app.
struct Registration {
  std::string target_url;  // empty: none set
  std::vector<ActualSubscription> subscriptions;
};

// An app, as far as connectors need it. Secrets are in the clear here: never logged, never in an
// error.
struct AppIdentity {
  // Signed webhooks before client_secret did, and may until its time is over.
  struct FormerSecret {
    std::string value;
    absl::Time not_after;
  };

  std::string external_id;
  std::string client_id;
  std::string client_secret;
  std::vector<FormerSecret> former_secrets = {};
  std::vector<std::string> accepted_signatures;
};

enum class CredentialKind { kApiToken, kOAuth, kDeveloperKey };

// What one call is authorised with: an API token, a current access token, or a developer key.
struct CallCredential {
  CredentialKind kind = CredentialKind::kApiToken;
  std::string secret;
};

struct RefreshedTokens {
  std::string access_token;
  std::string refresh_token;  // empty: the old one goes on
  absl::Duration expires_in;
};

// The state of a rate limit, as an answer told of it.
struct RateLimitReading {
  int64_t limit = 0;
  int64_t remaining = 0;
  // A call counts for so long.
  absl::Duration window;
};

// Makes calls for one connection or one app: authorised, within the rate limit, before a deadline,
// each one recorded. Blocks. Answers of 401 are retried once with a fresh token by the client
// itself.
class ApiClient {
 public:
  virtual ~ApiClient() = default;

  // `phase` names the call in the attempt that is shown to the operator: read, search, write …
  // The answer has any status; an error means that there was none.
  virtual absl::StatusOr<HttpResponse> Call(HttpRequest request, absl::string_view phase) = 0;
};

// Status codes of everything below that talks to a system:
//
//   kUnavailable, kDeadlineExceeded,   may work later: retried
//   kAborted
//   kResourceExhausted                 rate limit; RetryAfter(status) says how long; waiting costs
//                                      no retry
//   kUnauthenticated                   the credential is refused
//   kNotFound                          no such record
//   kAlreadyExists                     a record with this unique value exists; ExistingId(status)
//                                      if the system says which
//   kInvalidArgument,                  refused for good; the message has the system's words
//   kFailedPrecondition,
//   kPermissionDenied, kUnimplemented
//
// See status_payloads.h. No message holds a credential. Thread-safe.
class Connector {
 public:
  virtual ~Connector() = default;

  virtual const ConnectorInfo& info() const = 0;

  // --- Calls, authorised -------------------------------------------------------------------------

  // Puts the credential where the system wants it.
  virtual absl::Status Authorize(const CallCredential& credential, HttpRequest& request) const = 0;
  // The request that trades a refresh token for an access token, and the reading of its answer. A
  // refresh token that the system no longer takes is kUnauthenticated.
  virtual HttpRequest RefreshRequest(const AppIdentity& app,
                                     absl::string_view refresh_token) const = 0;
  virtual absl::StatusOr<RefreshedTokens> ParseRefresh(const HttpResponse& response) const = 0;
  // What an answer means: OK for any 2xx, else a status as above.
  virtual absl::Status ResponseStatus(const HttpResponse& response) const = 0;
  // What an answer's headers say of the rate limit, if anything.
  virtual std::optional<RateLimitReading> RateLimit(const HttpResponse& response) const = 0;
  // A cheap call that shows whether the credential is good; gives the account's id as webhooks name
  // it.
  virtual absl::StatusOr<std::string> CheckAccount(ApiClient& api) const = 0;

  // --- Webhooks in -------------------------------------------------------------------------------

  // Fills `hook`'s recipes and logged headers for an app (id, token and URL are the caller's).
  // kUnimplemented: no webhooks.
  virtual absl::Status FillHook(const AppIdentity& app, edge::v1::Hook& hook) const = 0;
  // Pure. An error means that the body can't be read at all; what can be read but not used is an
  // event with a reason.
  virtual absl::StatusOr<std::vector<SourceEvent>> ParseRequest(
      const edge::v1::LoggedRequest& request) const = 0;

  // --- Registration, with the app's webhook credential -------------------------------------------

  // What must be subscribed to for records of this type when these fields matter. Sorted.
  virtual std::vector<SubscriptionSpec> RequiredSubscriptions(
      absl::string_view object_type, const std::set<std::string>& fields) const = 0;
  // kNotFound: the system has no such app.
  virtual absl::StatusOr<Registration> GetRegistration(ApiClient& api,
                                                       const AppIdentity& app) const = 0;
  virtual absl::Status SetTargetUrl(ApiClient& api, const AppIdentity& app,
                                    absl::string_view url) const = 0;
  // Created active. Gives its external id.
  virtual absl::StatusOr<std::string> CreateSubscription(ApiClient& api, const AppIdentity& app,
                                                         const SubscriptionSpec& spec) const = 0;
  virtual absl::Status ActivateSubscription(ApiClient& api, const AppIdentity& app,
                                            absl::string_view external_id) const = 0;
  // OK also when it was gone already.
  virtual absl::Status DeleteSubscription(ApiClient& api, const AppIdentity& app,
                                          absl::string_view external_id) const = 0;

  // --- Records, with a connection's credential ---------------------------------------------------

  virtual absl::StatusOr<ObjectTypeInfo> DescribeObjectType(
      ApiClient& api, absl::string_view object_type) const = 0;
  // In as few calls as the system lets. Records that were not found are missing from the answer;
  // archived ones are in it when the system still tells of them. Each record has all `fields`, null
  // where the system has no value.
  virtual absl::StatusOr<std::vector<Record>> Read(ApiClient& api, absl::string_view object_type,
                                                   const std::vector<std::string>& ids,
                                                   const std::set<std::string>& fields) const = 0;
  // Exact matches, oldest first; at most 10.
  virtual absl::StatusOr<std::vector<Record>> Find(ApiClient& api, absl::string_view object_type,
                                                   absl::string_view field,
                                                   const nlohmann::json& value,
                                                   const std::set<std::string>& fields) const = 0;
  // What comes back is the record as the system now has it.
  virtual absl::StatusOr<Record> Create(ApiClient& api, absl::string_view object_type,
                                        const FieldMap& fields) const = 0;
  virtual absl::StatusOr<Record> Update(ApiClient& api, absl::string_view object_type,
                                        absl::string_view id, const FieldMap& fields) const = 0;
  // OK also when it was gone already.
  virtual absl::Status Remove(ApiClient& api, absl::string_view object_type, absl::string_view id,
                              DeleteMode mode) const = 0;
  // Whether `current` already is what writing `wanted` would make it: the system's own reading of
  // equality (a phone number that it reformats, a number that it rounds).
  virtual bool SameValue(absl::string_view object_type, absl::string_view field,
                         const nlohmann::json& wanted, const nlohmann::json& current) const = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_CONNECTOR_H_
