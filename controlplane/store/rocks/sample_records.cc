#include "controlplane/store/rocks/sample_records.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

using namespace store::v1;  // NOLINT(google-build-using-namespace)

constexpr char kWorkspace[] = "workspaces/default";
constexpr char kApp[] = "workspaces/default/apps/hubspot";
constexpr char kSource[] = "workspaces/default/connections/source";
constexpr char kTarget[] = "workspaces/default/connections/target";
constexpr char kMapping[] = "workspaces/default/mappings/contacts";
constexpr char kEndpoint[] = "workspaces/default/endpoints/audit";
constexpr char kInbound[] = "workspaces/default/deliveries/01inbound";
constexpr char kOutbound[] = "workspaces/default/deliveries/02outbound";
constexpr char kEnded[] = "workspaces/default/deliveries/00ended";

Sealed FakeSealed() {
  Sealed sealed;
  sealed.set_version(1);
  sealed.set_key_id("sample-key");
  sealed.set_nonce("not a nonce");
  sealed.set_ciphertext("not a secret");
  return sealed;
}

absl::Status WriteSetup(Transaction& tx) {
  Workspace workspace;
  workspace.set_name(kWorkspace);
  *workspace.mutable_create_time() = ToProto(SampleTime());
  FC_RETURN_IF_ERROR(tx.workspaces().Insert(workspace));

  EdgeGroup group;
  group.set_name("edgeGroups/main");
  group.set_public_base_url("https://hooks.example");
  group.set_config_version(3);
  FC_RETURN_IF_ERROR(tx.edge_groups().Insert(group));

  EdgeNode node;
  node.set_name("edgeNodes/edge-1.example");
  node.set_group(group.name());
  node.mutable_cursor()->set_log_id("sample-log");
  node.mutable_cursor()->set_sequence(41);
  FC_RETURN_IF_ERROR(tx.edge_nodes().Insert(node));

  App app;
  app.set_name(kApp);
  app.set_system("hubspot");
  *app.mutable_client_secret() = FakeSealed();
  app.set_edge_group(group.name());
  app.set_request_id("sample-request");
  *app.mutable_reconcile_time() = ToProto(SampleTime());
  FC_RETURN_IF_ERROR(tx.apps().Insert(app));

  Subscription subscription;
  subscription.set_name(absl::StrCat(kApp, "/subscriptions/1"));
  subscription.set_app(kApp);
  subscription.set_event_type("contact.creation");
  subscription.set_state(Subscription::STATE_ACTIVE);
  FC_RETURN_IF_ERROR(tx.subscriptions().Insert(subscription));

  for (const char* name : {kSource, kTarget}) {
    Connection connection;
    connection.set_name(name);
    connection.set_app(kApp);
    connection.set_account_id("4711");
    *connection.mutable_credential()->mutable_refresh_token() = FakeSealed();
    FC_RETURN_IF_ERROR(tx.connections().Insert(connection));
  }

  Mapping mapping;
  mapping.set_name(kMapping);
  mapping.mutable_source()->set_connection(kSource);
  mapping.mutable_target()->set_connection(kTarget);
  mapping.add_fields()->add_source_fields("email");
  FC_RETURN_IF_ERROR(tx.mappings().Insert(mapping));

  Endpoint endpoint;
  endpoint.set_name(kEndpoint);
  endpoint.set_url("https://audit.example");
  *endpoint.mutable_secret() = FakeSealed();
  FC_RETURN_IF_ERROR(tx.endpoints().Insert(endpoint));

  ApiToken token;
  token.set_token_hash("not a hash");
  token.set_display_name("administrator");
  return tx.api_tokens().Insert(token);
}

absl::Status WriteIncoming(Transaction& tx) {
  Event event;
  event.set_name(absl::StrCat(kWorkspace, "/events/01"));
  event.set_action(ACTION_UPDATE);
  event.set_connection(kSource);
  event.set_record_id("7");
  event.set_state(Event::STATE_ACCEPTED);
  event.add_deliveries(kInbound);
  *event.mutable_receive_time() = ToProto(SampleTime());
  FC_RETURN_IF_ERROR(tx.events().InsertIfNew(event, "sample-dedupe-key", SampleTime()).status());

  Rejection rejection;
  rejection.set_name(absl::StrCat(kWorkspace, "/rejections/01"));
  rejection.set_app(kApp);
  rejection.set_reason("signature");
  FC_RETURN_IF_ERROR(tx.rejections().Insert(rejection));

  Link link;
  link.set_mapping(kMapping);
  link.set_source_record_id("7");
  link.set_target_record_id("70");
  link.set_match_value("john@example.com");
  FC_RETURN_IF_ERROR(tx.links().Put(link));

  SyncLog log;
  log.set_name(absl::StrCat(kWorkspace, "/syncLogs/01"));
  log.set_mapping(kMapping);
  log.set_source_record_id("7");
  log.set_record("john@example.com");
  log.set_result(SyncLog::RESULT_CREATED);
  *log.mutable_time() = ToProto(SampleTime());
  FC_RETURN_IF_ERROR(tx.sync_logs().Insert(log));

  Message message;
  message.set_name(absl::StrCat(kWorkspace, "/messages/01"));
  message.set_body("{\"id\":\"7\"}");
  *message.mutable_create_time() = ToProto(SampleTime());
  return tx.messages().Insert(message);
}

Delivery DeliveryNamed(const char* name, Delivery::State state) {
  Delivery delivery;
  delivery.set_name(name);
  delivery.set_state(state);
  *delivery.mutable_update_time() = ToProto(SampleTime());
  delivery.mutable_inbound()->set_mapping(kMapping);
  delivery.mutable_inbound()->set_record_id("7");
  return delivery;
}

QueueItem ItemOf(const Delivery& delivery, Direction direction, const char* destination) {
  QueueItem item;
  item.set_delivery(delivery.name());
  item.set_direction(direction);
  item.set_destination(destination);
  *item.mutable_due_time() = ToProto(SampleTime());
  return item;
}

absl::Status WriteDeliveries(Transaction& tx) {
  const Delivery ended = DeliveryNamed(kEnded, Delivery::STATE_FAILED);
  FC_RETURN_IF_ERROR(tx.deliveries().Insert(ended));
  Attempt attempt;
  attempt.set_number(1);
  attempt.set_error("refused");
  FC_RETURN_IF_ERROR(tx.deliveries().AddAttempt(kEnded, attempt));

  const Delivery inbound = DeliveryNamed(kInbound, Delivery::STATE_PENDING);
  FC_RETURN_IF_ERROR(tx.deliveries().Insert(inbound));
  QueueItem item = ItemOf(inbound, DIRECTION_INBOUND, kTarget);
  item.add_lanes("record/7");
  FC_RETURN_IF_ERROR(tx.queue().Enqueue(item));
  item.set_delivery(absl::StrCat(kInbound, "-behind"));
  FC_RETURN_IF_ERROR(tx.queue().Enqueue(item));

  Delivery outbound = DeliveryNamed(kOutbound, Delivery::STATE_RUNNING);
  outbound.mutable_outbound()->set_endpoint(kEndpoint);
  FC_RETURN_IF_ERROR(tx.deliveries().Insert(outbound));
  FC_RETURN_IF_ERROR(tx.queue().Enqueue(ItemOf(outbound, DIRECTION_OUTBOUND, kEndpoint)));
  ClaimRequest claim;
  claim.direction = DIRECTION_OUTBOUND;
  claim.now = SampleTime();
  claim.holder = "sample-holder";
  claim.lease = absl::Minutes(1);
  return tx.queue().ClaimDue(claim).status();
}

// Adds records, or the failure to read them, as lines of text.
class Lines {
 public:
  template <typename Record>
  void Add(const char* what, const absl::StatusOr<std::vector<Record>>& records) {
    if (!records.ok()) return AddLine(what, records.status().ToString());
    for (const Record& record : *records) AddLine(what, record.ShortDebugString());
    AddLine(what, absl::StrCat(records->size()));
  }
  template <typename Record>
  void Add(const char* what, const absl::StatusOr<Page<Record>>& page) {
    if (!page.ok()) return AddLine(what, page.status().ToString());
    Add(what, absl::StatusOr<std::vector<Record>>(page->items));
  }
  template <typename Record>
  void Add(const char* what, const absl::StatusOr<std::optional<Record>>& record) {
    if (!record.ok()) return AddLine(what, record.status().ToString());
    AddLine(what, *record ? (*record)->ShortDebugString() : "none");
  }
  void AddLine(const char* what, const std::string& text) {
    lines_.push_back(absl::StrCat(what, ": ", text));
  }
  std::vector<std::string> Take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

void ReadSetup(Transaction& tx, Lines& lines) {
  lines.Add("workspaces", tx.workspaces().List("", {}));
  lines.Add("edge groups", tx.edge_groups().List("", {}));
  lines.Add("edge nodes", tx.edge_nodes().ListByGroup("edgeGroups/main"));
  lines.Add("apps of group", tx.apps().ListByEdgeGroup("edgeGroups/main"));
  lines.Add("apps to reconcile", tx.apps().ListDueForReconcile(SampleTime(), 9));
  lines.Add("app by request", tx.apps().FindByRequestId(kWorkspace, "sample-request"));
  lines.Add("subscriptions", tx.subscriptions().ListByApp(kApp));
  lines.Add("connections of app", tx.connections().ListByApp(kApp));
  lines.Add("connections of account", tx.connections().ListByAccount(kApp, "4711"));
  lines.Add("mappings from source", tx.mappings().ListBySource(kSource));
  lines.Add("mappings of target", tx.mappings().ListByConnection(kTarget));
  lines.Add("endpoints", tx.endpoints().List(kWorkspace, {}));
  lines.Add("token", tx.api_tokens().Find("not a hash"));
}

void ReadHistory(Transaction& tx, Lines& lines) {
  lines.Add("events", tx.events().List(kWorkspace, {}, {}));
  lines.Add("events of record", tx.events().List(kWorkspace, {"", "7", {}}, {}));
  lines.Add("events of connection", tx.events().List(kWorkspace, {kSource, "", {}}, {}));
  lines.Add("rejections", tx.rejections().List(kWorkspace, kApp, {}));
  lines.Add("link", tx.links().Find(kMapping, "7"));
  lines.Add("links by target", tx.links().ListByTarget(kMapping, "70"));
  lines.Add("links by match", tx.links().ListByMatchValue(kMapping, "john@example.com"));
  lines.Add("sync logs", tx.sync_logs().List(kWorkspace, {kMapping, "", {}}, {}));
  lines.Add("deliveries", tx.deliveries().List(kWorkspace, {}, {}));
  lines.Add("failed", tx.deliveries().List(kWorkspace, {{}, Delivery::STATE_FAILED, "", ""}, {}));
  lines.Add("of mapping", tx.deliveries().List(kWorkspace, {{}, {}, kMapping, ""}, {}));
  lines.Add("pending", tx.deliveries().ListPending(kMapping, "7"));
  lines.Add("attempts", tx.deliveries().ListAttempts(kEnded));
}

absl::Status ReadQueue(Transaction& tx, Lines& lines) {
  const std::string behind = absl::StrCat(kInbound, "-behind");
  lines.Add("item", tx.queue().Get(kInbound));
  lines.Add("item behind", tx.queue().Get(behind));
  lines.Add("leased item", tx.queue().Get(kOutbound));
  for (const Direction direction : {DIRECTION_INBOUND, DIRECTION_OUTBOUND}) {
    FC_ASSIGN_OR_RETURN(const QueueStats stats, tx.queue().Stats(direction, SampleTime()));
    lines.AddLine("queue", absl::StrCat(stats.pending, " pending ", stats.running, " running"));
    FC_ASSIGN_OR_RETURN(const DeliveryCounts counts,
                        tx.deliveries().Count(kWorkspace, direction, SampleTime()));
    lines.AddLine("counts", absl::StrCat(counts.pending, " ", counts.running, " ", counts.succeeded,
                                         " ", counts.failed));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Time SampleTime() { return absl::FromUnixSeconds(1767225600); }

absl::Status WriteSample(Store& store) {
  FC_RETURN_IF_ERROR(store.Run(WriteSetup));
  FC_RETURN_IF_ERROR(store.Run(WriteIncoming));
  return store.Run(WriteDeliveries);
}

absl::StatusOr<std::vector<std::string>> ReadSample(Store& store) {
  Lines lines;
  FC_RETURN_IF_ERROR(store.Read([&](Transaction& tx) {
    ReadSetup(tx, lines);
    ReadHistory(tx, lines);
    return ReadQueue(tx, lines);
  }));
  return lines.Take();
}

}  // namespace fluxcascade
