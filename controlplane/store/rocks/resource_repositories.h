// Repositories of what users set up.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_RESOURCE_REPOSITORIES_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_RESOURCE_REPOSITORIES_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status/status_macros.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// The index (parent, request id) of every resource that has request ids.
inline constexpr uint8_t kRequestIdIndex = 1;

const TableSpec<store::v1::Workspace>& WorkspaceTable();
const TableSpec<store::v1::Endpoint>& EndpointTable();
const TableSpec<store::v1::EdgeGroup>& EdgeGroupTable();

template <typename Record, typename Interface = ResourceRepository<Record>>
class RocksResourceRepository : public Interface {
 public:
  RocksResourceRepository(KvTransaction& kv, const TableSpec<Record>& spec) : table_(kv, spec) {}

  absl::StatusOr<Record> Get(absl::string_view name) final {
    return table_.Get(NameKey(name), name);
  }
  absl::Status Insert(const Record& resource) final { return table_.Insert(resource); }
  absl::Status Update(const Record& resource) final { return table_.Update(resource); }

  absl::Status Delete(absl::string_view name) final {
    FC_RETURN_IF_ERROR(Get(name).status());
    return table_.Erase(NameKey(name)).status();
  }

  absl::StatusOr<Page<Record>> List(absl::string_view parent, const PageRequest& page) final {
    return table_.List(NamesUnder(parent, ScanOrder::kForward), page,
                       [](const Record&) { return true; });
  }

  absl::StatusOr<std::optional<Record>> FindByRequestId(absl::string_view parent,
                                                        absl::string_view request_id) final {
    std::optional<Record> found;
    if (request_id.empty() || !HasRequestIds()) return found;
    FC_ASSIGN_OR_RETURN(std::vector<Record> records,
                        table_.ListAt(kRequestIdIndex, EntryOf(parent, request_id), 1));
    if (!records.empty()) found = std::move(records.front());
    return found;
  }

 protected:
  Table<Record>& table() { return table_; }

 private:
  bool HasRequestIds() const {
    for (const auto& index : table_.spec().indexes) {
      if (index.id == kRequestIdIndex) return true;
    }
    return false;
  }

  Table<Record> table_;
};

class RocksAppRepository final : public RocksResourceRepository<store::v1::App, AppRepository> {
 public:
  explicit RocksAppRepository(KvTransaction& kv);
  absl::StatusOr<std::vector<store::v1::App>> ListByEdgeGroup(
      absl::string_view edge_group) override;
  absl::StatusOr<std::vector<store::v1::App>> ListDueForReconcile(absl::Time now,
                                                                  int limit) override;
};

class RocksConnectionRepository final
    : public RocksResourceRepository<store::v1::Connection, ConnectionRepository> {
 public:
  explicit RocksConnectionRepository(KvTransaction& kv);
  absl::StatusOr<std::vector<store::v1::Connection>> ListByApp(absl::string_view app) override;
  absl::StatusOr<std::vector<store::v1::Connection>> ListByAccount(
      absl::string_view app, absl::string_view account_id) override;
};

class RocksMappingRepository final
    : public RocksResourceRepository<store::v1::Mapping, MappingRepository> {
 public:
  explicit RocksMappingRepository(KvTransaction& kv);
  absl::StatusOr<std::vector<store::v1::Mapping>> ListBySource(
      absl::string_view connection) override;
  absl::StatusOr<std::vector<store::v1::Mapping>> ListByConnection(
      absl::string_view connection) override;
};

class RocksSubscriptionRepository final
    : public RocksResourceRepository<store::v1::Subscription, SubscriptionRepository> {
 public:
  explicit RocksSubscriptionRepository(KvTransaction& kv);
  absl::StatusOr<std::vector<store::v1::Subscription>> ListByApp(absl::string_view app) override;
};

class RocksEdgeNodeRepository final
    : public RocksResourceRepository<store::v1::EdgeNode, EdgeNodeRepository> {
 public:
  explicit RocksEdgeNodeRepository(KvTransaction& kv);
  absl::StatusOr<std::vector<store::v1::EdgeNode>> ListByGroup(
      absl::string_view edge_group) override;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_RESOURCE_REPOSITORIES_H_
