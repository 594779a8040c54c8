// Repositories that are little more than a table: messages, sync logs, API tokens.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_RECORD_REPOSITORIES_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_RECORD_REPOSITORIES_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/records.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

class RocksMessageRepository final : public MessageRepository {
 public:
  explicit RocksMessageRepository(KvTransaction& kv);
  absl::Status Insert(const store::v1::Message& message) override;
  absl::StatusOr<store::v1::Message> Get(absl::string_view name) override;
  absl::Status Delete(absl::string_view name) override;
  absl::StatusOr<int> Trim(absl::Time before, int limit) override;

 private:
  Table<store::v1::Message> messages_;
};

class RocksSyncLogRepository final : public SyncLogRepository {
 public:
  explicit RocksSyncLogRepository(KvTransaction& kv);
  absl::Status Insert(const store::v1::SyncLog& log) override;
  absl::StatusOr<Page<store::v1::SyncLog>> List(absl::string_view parent,
                                                const SyncLogFilter& filter,
                                                const PageRequest& page) override;
  absl::StatusOr<int> Trim(absl::Time before, int limit) override;

 private:
  Table<store::v1::SyncLog> logs_;
};

class RocksApiTokenRepository final : public ApiTokenRepository {
 public:
  explicit RocksApiTokenRepository(KvTransaction& kv);
  absl::StatusOr<std::optional<store::v1::ApiToken>> Find(absl::string_view token_hash) override;
  absl::Status Insert(const store::v1::ApiToken& token) override;
  absl::StatusOr<bool> Empty() override;

 private:
  Table<store::v1::ApiToken> tokens_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_RECORD_REPOSITORIES_H_
