// Events, and the keys by which an event is known to have come before.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_EVENT_REPOSITORY_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_EVENT_REPOSITORY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

class RocksEventRepository final : public EventRepository {
 public:
  explicit RocksEventRepository(KvTransaction& kv);

  absl::StatusOr<bool> InsertIfNew(const store::v1::Event& event, absl::string_view dedupe_key,
                                   absl::Time now) override;
  absl::StatusOr<store::v1::Event> Get(absl::string_view name) override;
  absl::Status Update(const store::v1::Event& event) override;
  absl::StatusOr<Page<store::v1::Event>> List(absl::string_view parent, const EventFilter& filter,
                                              const PageRequest& page) override;
  absl::StatusOr<int> Trim(absl::Time events_before, absl::Time dedupe_keys_before,
                           int limit) override;

 private:
  // False: it was seen within kDedupePeriod. Otherwise it is seen from now on.
  absl::StatusOr<bool> MarkSeen(absl::string_view hashed_key, absl::Time now);
  absl::StatusOr<int> TrimDedupeKeys(absl::Time before, int limit);

  KvTransaction& kv_;
  Table<store::v1::Event> events_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_EVENT_REPOSITORY_H_
