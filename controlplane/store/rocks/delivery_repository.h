// Deliveries and their attempts.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DELIVERY_REPOSITORY_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DELIVERY_REPOSITORY_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

class RocksDeliveryRepository final : public DeliveryRepository {
 public:
  explicit RocksDeliveryRepository(KvTransaction& kv);

  absl::Status Insert(const store::v1::Delivery& delivery) override;
  absl::StatusOr<store::v1::Delivery> Get(absl::string_view name) override;
  absl::Status Update(const store::v1::Delivery& delivery) override;
  absl::StatusOr<Page<store::v1::Delivery>> List(absl::string_view parent,
                                                 const DeliveryFilter& filter,
                                                 const PageRequest& page) override;
  absl::Status AddAttempt(absl::string_view delivery, const store::v1::Attempt& attempt) override;
  absl::StatusOr<std::vector<store::v1::Attempt>> ListAttempts(absl::string_view delivery) override;
  absl::StatusOr<std::vector<store::v1::Delivery>> ListPending(
      absl::string_view mapping, absl::string_view record_id) override;
  absl::StatusOr<DeliveryCounts> Count(absl::string_view parent, store::v1::Direction direction,
                                       absl::Time since) override;
  absl::StatusOr<std::vector<store::v1::Delivery>> Trim(absl::Time before, int limit) override;

 private:
  // Keys of the delivery's attempts, oldest first.
  absl::StatusOr<std::vector<std::string>> AttemptKeys(absl::string_view delivery);

  KvTransaction& kv_;
  Table<store::v1::Delivery> deliveries_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DELIVERY_REPOSITORY_H_
