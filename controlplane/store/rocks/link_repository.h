// Which record became which.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_LINK_REPOSITORY_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_LINK_REPOSITORY_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

class RocksLinkRepository final : public LinkRepository {
 public:
  explicit RocksLinkRepository(KvTransaction& kv);

  absl::StatusOr<std::optional<store::v1::Link>> Find(absl::string_view mapping,
                                                      absl::string_view source_record_id) override;
  absl::StatusOr<std::vector<store::v1::Link>> ListByTarget(
      absl::string_view mapping, absl::string_view target_record_id) override;
  absl::StatusOr<std::vector<store::v1::Link>> ListByMatchValue(
      absl::string_view mapping, absl::string_view match_value) override;
  absl::Status Put(const store::v1::Link& link) override;
  absl::Status Delete(absl::string_view mapping, absl::string_view source_record_id) override;
  absl::StatusOr<int> DeleteByMapping(absl::string_view mapping, int limit) override;

 private:
  Table<store::v1::Link> links_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_LINK_REPOSITORY_H_
