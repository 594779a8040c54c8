#include "controlplane/store/rocks/resource_repositories.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"
#include "controlplane/store/rocks/table.h"

namespace fluxcascade {
namespace {

using store::v1::App;
using store::v1::Connection;
using store::v1::EdgeGroup;
using store::v1::EdgeNode;
using store::v1::Endpoint;
using store::v1::Mapping;
using store::v1::Subscription;
using store::v1::Workspace;

using Entries = std::vector<std::string>;

// Numbers of indexes, per table.
constexpr uint8_t kAppByEdgeGroup = 2;
constexpr uint8_t kAppByReconcileTime = 3;
constexpr uint8_t kConnectionByApp = 2;
constexpr uint8_t kConnectionByAccount = 3;
constexpr uint8_t kMappingBySource = 2;
constexpr uint8_t kMappingByConnection = 3;
constexpr uint8_t kSubscriptionByApp = 2;
constexpr uint8_t kEdgeNodeByGroup = 2;

template <typename Record>
Entries RequestIdEntries(const Record& record) {
  if (record.request_id().empty()) return {};
  return {EntryOf(ParentOf(record.name()), record.request_id())};
}

template <typename Record>
IndexSpec<Record> RequestIdIndex() {
  return {kRequestIdIndex, /*guarded=*/true, RequestIdEntries<Record>};
}

template <typename Record>
TableSpec<Record> NamedTable(TableId id, absl::string_view noun,
                             std::vector<IndexSpec<Record>> indexes) {
  return TableSpec<Record>{id, noun, NameKeyOf<Record>, NameOf<Record>, std::move(indexes)};
}

const TableSpec<App>& AppTable() {
  static const auto& spec = *new TableSpec<App>(
      NamedTable<App>(TableId::kApp, "app",
                      {RequestIdIndex<App>(),
                       {kAppByEdgeGroup, true,
                        [](const App& app) -> Entries { return {EntryOf(app.edge_group())}; }},
                       {kAppByReconcileTime, false, [](const App& app) -> Entries {
                          if (!app.has_reconcile_time()) return {};
                          return {KeyWriter().Time(FromProto(app.reconcile_time())).Take()};
                        }}}));
  return spec;
}

const TableSpec<Connection>& ConnectionTable() {
  static const auto& spec = *new TableSpec<Connection>(NamedTable<Connection>(
      TableId::kConnection, "connection",
      {RequestIdIndex<Connection>(),
       {kConnectionByApp, true, [](const Connection& c) -> Entries { return {EntryOf(c.app())}; }},
       {kConnectionByAccount, true,
        [](const Connection& c) -> Entries { return {EntryOf(c.app(), c.account_id())}; }}}));
  return spec;
}

const TableSpec<Mapping>& MappingTable() {
  static const auto& spec = *new TableSpec<Mapping>(NamedTable<Mapping>(
      TableId::kMapping, "mapping",
      {RequestIdIndex<Mapping>(),
       {kMappingBySource, true,
        [](const Mapping& m) -> Entries { return {EntryOf(m.source().connection())}; }},
       {kMappingByConnection, true, [](const Mapping& m) -> Entries {
          Entries entries = {EntryOf(m.source().connection())};
          if (m.target().connection() != m.source().connection()) {
            entries.push_back(EntryOf(m.target().connection()));
          }
          return entries;
        }}}));
  return spec;
}

const TableSpec<Subscription>& SubscriptionTable() {
  static const auto& spec = *new TableSpec<Subscription>(NamedTable<Subscription>(
      TableId::kSubscription, "subscription",
      {{kSubscriptionByApp, true,
        [](const Subscription& s) -> Entries { return {EntryOf(s.app())}; }}}));
  return spec;
}

const TableSpec<EdgeNode>& EdgeNodeTable() {
  static const auto& spec = *new TableSpec<EdgeNode>(NamedTable<EdgeNode>(
      TableId::kEdgeNode, "edge node",
      {{kEdgeNodeByGroup, true,
        [](const EdgeNode& node) -> Entries { return {EntryOf(node.group())}; }}}));
  return spec;
}

}  // namespace

const TableSpec<Workspace>& WorkspaceTable() {
  static const auto& spec =
      *new TableSpec<Workspace>(NamedTable<Workspace>(TableId::kWorkspace, "workspace", {}));
  return spec;
}

const TableSpec<Endpoint>& EndpointTable() {
  static const auto& spec = *new TableSpec<Endpoint>(
      NamedTable<Endpoint>(TableId::kEndpoint, "endpoint", {RequestIdIndex<Endpoint>()}));
  return spec;
}

const TableSpec<EdgeGroup>& EdgeGroupTable() {
  static const auto& spec =
      *new TableSpec<EdgeGroup>(NamedTable<EdgeGroup>(TableId::kEdgeGroup, "edge group", {}));
  return spec;
}

RocksAppRepository::RocksAppRepository(KvTransaction& kv)
    : RocksResourceRepository(kv, AppTable()) {}

absl::StatusOr<std::vector<App>> RocksAppRepository::ListByEdgeGroup(absl::string_view edge_group) {
  return table().ListAt(kAppByEdgeGroup, EntryOf(edge_group));
}

absl::StatusOr<std::vector<App>> RocksAppRepository::ListDueForReconcile(absl::Time now,
                                                                         int limit) {
  return table().ListBefore(kAppByReconcileTime, now + absl::Microseconds(1), limit);
}

RocksConnectionRepository::RocksConnectionRepository(KvTransaction& kv)
    : RocksResourceRepository(kv, ConnectionTable()) {}

absl::StatusOr<std::vector<Connection>> RocksConnectionRepository::ListByApp(
    absl::string_view app) {
  return table().ListAt(kConnectionByApp, EntryOf(app));
}

absl::StatusOr<std::vector<Connection>> RocksConnectionRepository::ListByAccount(
    absl::string_view app, absl::string_view account_id) {
  return table().ListAt(kConnectionByAccount, EntryOf(app, account_id));
}

RocksMappingRepository::RocksMappingRepository(KvTransaction& kv)
    : RocksResourceRepository(kv, MappingTable()) {}

absl::StatusOr<std::vector<Mapping>> RocksMappingRepository::ListBySource(
    absl::string_view connection) {
  return table().ListAt(kMappingBySource, EntryOf(connection));
}

absl::StatusOr<std::vector<Mapping>> RocksMappingRepository::ListByConnection(
    absl::string_view connection) {
  return table().ListAt(kMappingByConnection, EntryOf(connection));
}

RocksSubscriptionRepository::RocksSubscriptionRepository(KvTransaction& kv)
    : RocksResourceRepository(kv, SubscriptionTable()) {}

absl::StatusOr<std::vector<Subscription>> RocksSubscriptionRepository::ListByApp(
    absl::string_view app) {
  return table().ListAt(kSubscriptionByApp, EntryOf(app));
}

RocksEdgeNodeRepository::RocksEdgeNodeRepository(KvTransaction& kv)
    : RocksResourceRepository(kv, EdgeNodeTable()) {}

absl::StatusOr<std::vector<EdgeNode>> RocksEdgeNodeRepository::ListByGroup(
    absl::string_view edge_group) {
  return table().ListAt(kEdgeNodeByGroup, EntryOf(edge_group));
}

}  // namespace fluxcascade
