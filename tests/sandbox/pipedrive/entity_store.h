// The entities of one company in Pipedrive, with all they ever were.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_STORE_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/control/versioned_record.h"
#include "tests/sandbox/pipedrive/entity_kind.h"
#include "tests/sandbox/pipedrive/entity_search.h"
#include "tests/sandbox/pipedrive/field_catalog.h"

namespace fluxcascade::sandbox {

struct EntityState {
  nlohmann::json value;   // as v2 shows it
  std::string operation;  // what made it so: create, update, delete, merge
};

using EntityHistory = VersionedRecord<EntityState>;

// Thread-safe. Errors: kNotFound; kInvalidArgument, naming the field.
class EntityStore {
 public:
  FieldCatalog& fields() { return fields_; }

  absl::StatusOr<nlohmann::json> Create(const EntityKind& kind, const nlohmann::json& body,
                                        int64_t owner_id, absl::Time now);
  absl::StatusOr<nlohmann::json> Update(const EntityKind& kind, int64_t id,
                                        const nlohmann::json& body, absl::Time now);
  // kFailedPrecondition when it is deleted already.
  absl::Status Delete(const EntityKind& kind, int64_t id, absl::Time now);
  // `loser` goes up in `winner`, which keeps its own values. Gives the winner.
  absl::StatusOr<nlohmann::json> Merge(const EntityKind& kind, int64_t loser, int64_t winner,
                                       absl::Time now);

  // Deleted ones too: they say so in is_deleted.
  absl::StatusOr<nlohmann::json> Get(const EntityKind& kind, int64_t id) const;
  // Those that are not deleted, by rising id, from the first above `after`.
  std::vector<nlohmann::json> List(const EntityKind& kind, int64_t after, size_t limit) const;
  // Those that matched, and were not deleted, at `time`.
  std::vector<nlohmann::json> Search(const EntityKind& kind, const EntitySearch& search,
                                     absl::Time time) const;

  // Everything that was ever written, by id.
  std::map<int64_t, EntityHistory> Histories(const EntityKind& kind) const;
  std::optional<EntityHistory> History(const EntityKind& kind, int64_t id) const;
  // When the first one with each e-mail address (in lower case) was created.
  std::map<std::string, absl::Time> FirstCreates(const EntityKind& kind) const;
  // How many were created with each e-mail address (in lower case), deleted ones included.
  std::map<std::string, int64_t> CreatesByEmail(const EntityKind& kind) const;

 private:
  struct Table {
    int64_t next_id = 1;
    std::map<int64_t, EntityHistory> rows;
    std::map<std::string, std::vector<int64_t>> by_email;  // whoever ever had it
    std::map<std::string, int64_t> creates_by_email;
  };

  void Index(Table& table, int64_t id, const nlohmann::json& value) FC_REQUIRES(mutex_);
  absl::StatusOr<EntityHistory*> Find(const EntityKind& kind, int64_t id) FC_REQUIRES(mutex_);

  FieldCatalog fields_;
  mutable Mutex mutex_;
  std::map<std::string, Table> tables_ FC_GUARDED_BY(mutex_);  // by the kind's path
};

// The values of an entity's `emails`, in lower case.
std::vector<std::string> EmailsOf(const nlohmann::json& entity);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_STORE_H_
