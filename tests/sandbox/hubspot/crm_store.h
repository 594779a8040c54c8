// The objects of one HubSpot account.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_STORE_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_STORE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "tests/sandbox/control/versioned_record.h"
#include "tests/sandbox/hubspot/crm_object.h"
#include "tests/sandbox/hubspot/property_catalog.h"

namespace fluxcascade::sandbox {

// What a write did. Its changes are what webhooks tell of.
struct CrmWrite {
  CrmObject object;
  std::vector<CrmChange> changes;
};

// Thread-safe. Errors: kNotFound; kInvalidArgument with the array of PropertyCatalog::Check;
// kAlreadyExists with the id of the object that has the e-mail address.
class CrmStore {
 public:
  PropertyCatalog& properties() { return properties_; }

  absl::StatusOr<CrmWrite> Create(const CrmType& type, const CrmProperties& properties,
                                  absl::Time now);
  absl::StatusOr<CrmWrite> Update(const CrmType& type, int64_t id, const CrmProperties& properties,
                                  absl::Time now);
  // No change when it is archived already.
  absl::StatusOr<CrmWrite> Archive(const CrmType& type, int64_t id, absl::Time now);
  absl::StatusOr<CrmWrite> Restore(const CrmType& type, int64_t id, absl::Time now);
  absl::StatusOr<CrmWrite> Erase(const CrmType& type, int64_t id, absl::Time now);
  // `loser` is seen as `winner` from then on; what the winner lacks it takes from the loser.
  absl::StatusOr<CrmWrite> Merge(const CrmType& type, int64_t winner, int64_t loser,
                                 absl::Time now);

  // `id_property` empty: by id, where a merged one finds what it was merged into. With `archived`
  // only archived objects are found, without it only live ones.
  absl::StatusOr<CrmObject> Get(const CrmType& type, const std::string& id,
                                const std::string& id_property, bool archived) const;
  // By rising id, from the first above `after`; one more than `limit` when there are more.
  std::vector<CrmObject> List(const CrmType& type, int64_t after, size_t limit,
                              bool archived) const;
  // The live objects as they were at `time`, by rising id.
  std::vector<CrmObject> LiveAsOf(const CrmType& type, absl::Time time) const;

 private:
  using Records = std::map<int64_t, VersionedRecord<CrmObject>>;

  absl::StatusOr<CrmObject> Find(const CrmType& type, int64_t id) const FC_REQUIRES(mutex_);
  absl::Status CheckUnique(const CrmType& type, int64_t id, const CrmProperties& properties) const
      FC_REQUIRES(mutex_);
  void Put(const CrmType& type, const CrmObject& object, absl::Time now) FC_REQUIRES(mutex_);

  PropertyCatalog properties_;
  mutable Mutex mutex_;
  int64_t next_id_ FC_GUARDED_BY(mutex_) = 101;
  std::map<std::string, Records> records_ FC_GUARDED_BY(mutex_);           // by the type's path
  std::map<std::string, int64_t> contact_by_email_ FC_GUARDED_BY(mutex_);  // live ones
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_STORE_H_
