// The typed repositories of a transaction. Errors: kNotFound and kAlreadyExists name the resource.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_REPOSITORIES_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_REPOSITORIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "fluxcascade/store/v1/records.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// What to list next. `after` is the `next` of the page before: opaque, printable, stable while rows
// are added and removed; kInvalidArgument when it comes from another list. A page may be short, or
// empty, although there is a next one: a filter has passed over many.
struct PageRequest {
  int size = 50;
  std::string after;
};

template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;  // empty on the last page
};

// Resources that are set up by users: looked up by name, listed by parent in the order of their
// names.
template <typename T>
class ResourceRepository {
 public:
  virtual ~ResourceRepository() = default;

  virtual absl::StatusOr<T> Get(absl::string_view name) = 0;
  virtual absl::Status Insert(const T& resource) = 0;       // kAlreadyExists
  virtual absl::Status Update(const T& resource) = 0;       // kNotFound
  virtual absl::Status Delete(absl::string_view name) = 0;  // kNotFound
  // `parent` is a prefix of names up to the collection: `workspaces/default`; empty for those
  // without one, and to list those of all parents.
  virtual absl::StatusOr<Page<T>> List(absl::string_view parent, const PageRequest& page) = 0;
  // What an earlier Insert with the same non-empty `request_id` under this parent made.
  virtual absl::StatusOr<std::optional<T>> FindByRequestId(absl::string_view parent,
                                                           absl::string_view request_id) = 0;
};

using WorkspaceRepository = ResourceRepository<store::v1::Workspace>;
using EndpointRepository = ResourceRepository<store::v1::Endpoint>;
using EdgeGroupRepository = ResourceRepository<store::v1::EdgeGroup>;

class AppRepository : public ResourceRepository<store::v1::App> {
 public:
  // All apps whose hook is served by this group.
  virtual absl::StatusOr<std::vector<store::v1::App>> ListByEdgeGroup(
      absl::string_view edge_group) = 0;
  // Apps whose reconcile_time is set and not after `now`, earliest first.
  virtual absl::StatusOr<std::vector<store::v1::App>> ListDueForReconcile(absl::Time now,
                                                                          int limit) = 0;
};

class ConnectionRepository : public ResourceRepository<store::v1::Connection> {
 public:
  virtual absl::StatusOr<std::vector<store::v1::Connection>> ListByApp(absl::string_view app) = 0;
  virtual absl::StatusOr<std::vector<store::v1::Connection>> ListByAccount(
      absl::string_view app, absl::string_view account_id) = 0;
};

class MappingRepository : public ResourceRepository<store::v1::Mapping> {
 public:
  // Mappings that read from this connection.
  virtual absl::StatusOr<std::vector<store::v1::Mapping>> ListBySource(
      absl::string_view connection) = 0;
  // Mappings with this connection on either side.
  virtual absl::StatusOr<std::vector<store::v1::Mapping>> ListByConnection(
      absl::string_view connection) = 0;
};

class SubscriptionRepository : public ResourceRepository<store::v1::Subscription> {
 public:
  virtual absl::StatusOr<std::vector<store::v1::Subscription>> ListByApp(absl::string_view app) = 0;
};

class EdgeNodeRepository : public ResourceRepository<store::v1::EdgeNode> {
 public:
  virtual absl::StatusOr<std::vector<store::v1::EdgeNode>> ListByGroup(
      absl::string_view edge_group) = 0;
};

class ApiTokenRepository {
 public:
  virtual ~ApiTokenRepository() = default;
  virtual absl::StatusOr<std::optional<store::v1::ApiToken>> Find(absl::string_view token_hash) = 0;
  virtual absl::Status Insert(const store::v1::ApiToken& token) = 0;
  virtual absl::StatusOr<bool> Empty() = 0;
};

struct EventFilter {
  std::string connection;  // empty fields do not filter
  std::string record_id;   // as the record itself, or as one merged into it
  store::v1::Event::State state = store::v1::Event::STATE_UNSPECIFIED;
};

class EventRepository {
 public:
  // How long a key is known; Trim must not be given a shorter time.
  static constexpr absl::Duration kDedupePeriod = absl::Hours(7 * 24);

  virtual ~EventRepository() = default;
  // False, and nothing is stored, when `dedupe_key` was seen for the event's app and connection
  // within kDedupePeriod. An empty key is never seen.
  virtual absl::StatusOr<bool> InsertIfNew(const store::v1::Event& event,
                                           absl::string_view dedupe_key, absl::Time now) = 0;
  virtual absl::StatusOr<store::v1::Event> Get(absl::string_view name) = 0;
  virtual absl::Status Update(const store::v1::Event& event) = 0;
  // Newest first.
  virtual absl::StatusOr<Page<store::v1::Event>> List(absl::string_view parent,
                                                      const EventFilter& filter,
                                                      const PageRequest& page) = 0;
  // Events and dedupe keys older than these go, at most `limit` of each; gives how many went.
  virtual absl::StatusOr<int> Trim(absl::Time events_before, absl::Time dedupe_keys_before,
                                   int limit) = 0;
};

class RejectionRepository {
 public:
  // For each app (and for unknown tokens, per edge node) only the newest so many are kept.
  static constexpr int kKeptPerApp = 1000;

  virtual ~RejectionRepository() = default;
  virtual absl::Status Insert(const store::v1::Rejection& rejection) = 0;
  // Newest first.
  virtual absl::StatusOr<Page<store::v1::Rejection>> List(absl::string_view parent,
                                                          absl::string_view app,
                                                          const PageRequest& page) = 0;
};

struct DeliveryFilter {
  store::v1::Direction direction = store::v1::DIRECTION_UNSPECIFIED;
  store::v1::Delivery::State state = store::v1::Delivery::STATE_UNSPECIFIED;
  std::string mapping;
  std::string endpoint;
};

struct DeliveryCounts {
  int64_t pending = 0;
  int64_t running = 0;
  int64_t succeeded = 0;
  int64_t failed = 0;
};

class DeliveryRepository {
 public:
  // Attempts kept for a delivery, the newest.
  static constexpr int kKeptAttempts = 50;

  virtual ~DeliveryRepository() = default;
  virtual absl::Status Insert(const store::v1::Delivery& delivery) = 0;
  virtual absl::StatusOr<store::v1::Delivery> Get(absl::string_view name) = 0;
  virtual absl::Status Update(const store::v1::Delivery& delivery) = 0;
  // Newest first.
  virtual absl::StatusOr<Page<store::v1::Delivery>> List(absl::string_view parent,
                                                         const DeliveryFilter& filter,
                                                         const PageRequest& page) = 0;
  virtual absl::Status AddAttempt(absl::string_view delivery,
                                  const store::v1::Attempt& attempt) = 0;
  // Oldest first.
  virtual absl::StatusOr<std::vector<store::v1::Attempt>> ListAttempts(
      absl::string_view delivery) = 0;
  // The inbound deliveries of this record and mapping that are PENDING, oldest first; never a
  // merge. A new event joins the last.
  virtual absl::StatusOr<std::vector<store::v1::Delivery>> ListPending(
      absl::string_view mapping, absl::string_view record_id) = 0;
  // Deliveries of this workspace and direction that ended in or after the minute of `since`, and
  // those that have not ended. Costs a key a minute, however many there were.
  virtual absl::StatusOr<DeliveryCounts> Count(absl::string_view parent,
                                               store::v1::Direction direction,
                                               absl::Time since) = 0;
  // Ended deliveries (with their attempts) older than this go, at most `limit`; gives those that
  // went.
  virtual absl::StatusOr<std::vector<store::v1::Delivery>> Trim(absl::Time before, int limit) = 0;
};

class MessageRepository {
 public:
  virtual ~MessageRepository() = default;
  virtual absl::Status Insert(const store::v1::Message& message) = 0;
  virtual absl::StatusOr<store::v1::Message> Get(absl::string_view name) = 0;
  virtual absl::Status Delete(absl::string_view name) = 0;  // kNotFound
  // Of the messages that name no delivery, those older than this go, at most `limit`; gives how
  // many went.
  virtual absl::StatusOr<int> Trim(absl::Time before, int limit) = 0;
};

class LinkRepository {
 public:
  virtual ~LinkRepository() = default;
  virtual absl::StatusOr<std::optional<store::v1::Link>> Find(
      absl::string_view mapping, absl::string_view source_record_id) = 0;
  // Links of the mapping to this target record: several source records may have become one.
  virtual absl::StatusOr<std::vector<store::v1::Link>> ListByTarget(
      absl::string_view mapping, absl::string_view target_record_id) = 0;
  // Links of the mapping that hold this match value.
  virtual absl::StatusOr<std::vector<store::v1::Link>> ListByMatchValue(
      absl::string_view mapping, absl::string_view match_value) = 0;
  // Inserts or replaces the link of (mapping, source_record_id).
  virtual absl::Status Put(const store::v1::Link& link) = 0;
  virtual absl::Status Delete(absl::string_view mapping, absl::string_view source_record_id) = 0;
  // Takes away at most `limit` links of the mapping; gives how many went.
  virtual absl::StatusOr<int> DeleteByMapping(absl::string_view mapping, int limit) = 0;
};

struct SyncLogFilter {
  std::string mapping;
  std::string source_record_id;
  store::v1::SyncLog::Result result = store::v1::SyncLog::RESULT_UNSPECIFIED;
};

class SyncLogRepository {
 public:
  virtual ~SyncLogRepository() = default;
  virtual absl::Status Insert(const store::v1::SyncLog& log) = 0;
  // Newest first.
  virtual absl::StatusOr<Page<store::v1::SyncLog>> List(absl::string_view parent,
                                                        const SyncLogFilter& filter,
                                                        const PageRequest& page) = 0;
  virtual absl::StatusOr<int> Trim(absl::Time before, int limit) = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_REPOSITORIES_H_
