#include "controlplane/ingest/ingestor.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/gzip/gzip_for_test.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/ingest/chain_for_test.h"
#include "controlplane/ingest/request_intake.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Delivery;
using store::v1::Event;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kWorkspace[] = "workspaces/default";
constexpr char kApp[] = "workspaces/default/apps/crm";
constexpr char kSource[] = "workspaces/default/connections/source";
constexpr char kNode[] = "edgeGroups/main/edgeNodes/one";
constexpr char kLog[] = "0123456789abcdef0123456789abcdef";

// One HubSpot event of account 100; `id` tells events apart.
std::string HubSpotItem(int id, absl::string_view type, absl::string_view property = "",
                        absl::string_view account = "100") {
  std::string more;
  if (!property.empty()) more = absl::StrCat(",\"propertyName\":\"", property, "\"");
  return absl::StrCat("{\"eventId\":", id, ",\"appId\":1,\"portalId\":", account,
                      ",\"occurredAt\":1767225600000,\"objectId\":7,\"subscriptionType\":\"", type,
                      "\"", more, "}");
}

// A request's body with that event alone.
std::string HubSpotEvent(int id, absl::string_view type, absl::string_view property = "",
                         absl::string_view account = "100") {
  return absl::StrCat("[", HubSpotItem(id, type, property, account), "]");
}

class IngestorTest : public testing::Test {
 protected:
  IngestorTest() {
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
      store::v1::App app;
      app.set_name(kApp);
      app.set_system("hubspot");
      FC_RETURN_IF_ERROR(tx.apps().Insert(app));
      store::v1::Connection source;
      source.set_name(kSource);
      source.set_app(kApp);
      source.set_system("hubspot");
      source.set_account_id("100");
      FC_RETURN_IF_ERROR(tx.connections().Insert(source));
      store::v1::Mapping mapping;
      mapping.set_name("workspaces/default/mappings/m");
      mapping.mutable_source()->set_connection(kSource);
      mapping.mutable_source()->set_object_type("contact");
      mapping.mutable_target()->set_connection("workspaces/default/connections/target");
      mapping.mutable_target()->set_object_type("person");
      mapping.set_realtime_enabled(true);
      mapping.add_fields()->add_source_fields("email");
      mapping.add_fields()->add_source_fields("firstname");
      FC_RETURN_IF_ERROR(tx.mappings().Insert(mapping));
      store::v1::EdgeNode node;
      node.set_name(kNode);
      node.set_group("edgeGroups/main");
      node.mutable_cursor()->set_log_id(kLog);
      node.set_uncommitted_pulls(2);
      return tx.edge_nodes().Insert(node);
    }));
  }

  void AddEndpoint(const std::string& id, const std::string& event_type) {
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) {
      store::v1::Endpoint endpoint;
      endpoint.set_name(absl::StrCat(kWorkspace, "/endpoints/", id));
      endpoint.set_url("https://hooks.example/1");
      endpoint.add_event_types(event_type);
      return tx.endpoints().Insert(endpoint);
    }));
  }

  // A batch that begins with request `first`, a request for each body.
  static edge::v1::Batch Batch(uint64_t first, const std::vector<std::string>& bodies) {
    edge::v1::Batch batch;
    batch.set_log_id(kLog);
    for (const std::string& body : bodies) {
      edge::v1::LoggedRequest& request = *batch.add_requests();
      request.set_sequence(first++);
      request.set_hook_id(kApp);
      request.set_body(body);
    }
    return batch;
  }

  // One request with a content coding.
  static edge::v1::Batch Coded(const std::string& coding, const std::string& body) {
    edge::v1::Batch batch = Batch(1, {body});
    edge::v1::Header& header = *batch.mutable_requests(0)->add_headers();
    header.set_name("content-encoding");
    header.set_value(coding);
    return batch;
  }

  // With the chains that an edge would give the requests.
  edge::v1::Batch Chained(edge::v1::Batch batch) {
    SetChains(Node().cursor().chain(), batch);
    return batch;
  }
  absl::Status Ingest(const edge::v1::Batch& batch) {
    return ingestor_.Ingest(kNode, Chained(batch));
  }
  absl::Status IngestAsItIs(const edge::v1::Batch& batch) { return ingestor_.Ingest(kNode, batch); }

  std::vector<Event> Events() {
    std::vector<Event> events;
    FC_EXPECT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(auto page, tx.events().List(kWorkspace, {}, {}));
      events = page.items;
      return absl::OkStatus();
    }));
    return events;
  }

  std::vector<Delivery> Deliveries(store::v1::Direction direction) {
    std::vector<Delivery> deliveries;
    FC_EXPECT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
      DeliveryFilter filter;
      filter.direction = direction;
      FC_ASSIGN_OR_RETURN(auto page, tx.deliveries().List(kWorkspace, filter, {}));
      deliveries = page.items;
      return absl::OkStatus();
    }));
    return deliveries;
  }

  std::vector<Delivery> Inbound() { return Deliveries(store::v1::DIRECTION_INBOUND); }

  store::v1::EdgeNode Node() {
    store::v1::EdgeNode node;
    FC_EXPECT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(node, tx.edge_nodes().Get(kNode));
      return absl::OkStatus();
    }));
    return node;
  }

  void ExpectOneKept(const std::string& body, Event::State state, const std::string& reason) {
    FC_ASSERT_OK(Ingest(Batch(1, {body})));
    ASSERT_THAT(Events(), SizeIs(1));
    EXPECT_EQ(Events()[0].state(), state);
    EXPECT_THAT(Events()[0].state_reason(), HasSubstr(reason));
    EXPECT_THAT(Inbound(), IsEmpty());
    EXPECT_EQ(Node().cursor().sequence(), 1u);
  }

  void ExpectNothingTaken() {
    EXPECT_THAT(Events(), IsEmpty());
    EXPECT_THAT(Inbound(), IsEmpty());
    EXPECT_EQ(Node().cursor().sequence(), 0u);
    EXPECT_EQ(work_, 0);
  }

  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeClock clock_;
  FakeRandom random_;
  ConnectorRegistry connectors_ = MakeConnectorTable({});
  int work_ = 0;
  Ingestor ingestor_{*store_, connectors_, clock_, random_, [this] { ++work_; }};
};

TEST_F(IngestorTest, ACreateBecomesOneDeliveryAndMovesTheCursor) {
  const edge::v1::Batch batch = Chained(Batch(1, {HubSpotEvent(1, "contact.creation")}));
  FC_ASSERT_OK(IngestAsItIs(batch));
  ASSERT_THAT(Inbound(), SizeIs(1));
  EXPECT_EQ(Inbound()[0].state(), Delivery::STATE_PENDING);
  EXPECT_EQ(Inbound()[0].inbound().action(), store::v1::ACTION_CREATE);
  EXPECT_EQ(Inbound()[0].inbound().record_id(), "7");
  ASSERT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(Events()[0].state(), Event::STATE_ACCEPTED);
  EXPECT_THAT(Events()[0].deliveries(), testing::ElementsAre(Inbound()[0].name()));
  EXPECT_EQ(Node().cursor().sequence(), 1u);
  EXPECT_EQ(Node().cursor().chain(), batch.requests(0).chain());
  EXPECT_EQ(Node().uncommitted_pulls(), 0);
  EXPECT_EQ(work_, 1);
}

TEST_F(IngestorTest, TheSameEventAgainIsDropped) {
  const std::string event = HubSpotEvent(1, "contact.creation");
  FC_ASSERT_OK(Ingest(Batch(1, {event})));
  FC_ASSERT_OK(Ingest(Batch(2, {event})));
  EXPECT_THAT(Events(), SizeIs(1));
  ASSERT_THAT(Inbound(), SizeIs(1));
  EXPECT_THAT(Inbound()[0].inbound().events(), SizeIs(1));
  EXPECT_EQ(Node().cursor().sequence(), 2u);
}

TEST_F(IngestorTest, ChangesOfOneRecordJoinOneDelivery) {
  const std::string two = absl::StrCat("[", HubSpotItem(1, "contact.propertyChange", "email"), ",",
                                       HubSpotItem(2, "contact.propertyChange", "firstname"), "]");
  FC_ASSERT_OK(Ingest(Batch(1, {two, HubSpotEvent(3, "contact.propertyChange", "email")})));
  EXPECT_THAT(Events(), SizeIs(3));
  ASSERT_THAT(Inbound(), SizeIs(1));
  EXPECT_THAT(Inbound()[0].inbound().events(), SizeIs(3));
  EXPECT_EQ(Node().cursor().sequence(), 2u);
}

TEST_F(IngestorTest, ATypeThatNoMappingReadsIsKept) {
  FC_ASSERT_OK(store_->Run([](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::Mapping mapping,
                        tx.mappings().Get("workspaces/default/mappings/m"));
    mapping.mutable_source()->set_object_type("other");
    return tx.mappings().Update(mapping);
  }));
  ExpectOneKept(HubSpotEvent(1, "contact.creation"), Event::STATE_UNMAPPED, "object type");
}

TEST_F(IngestorTest, ATypeThatTheConnectorDoesNotSyncIsKept) {
  ExpectOneKept(HubSpotEvent(1, "company.creation"), Event::STATE_UNSUPPORTED, "company.creation");
}

TEST_F(IngestorTest, APropertyThatNoMappingReadsIsKept) {
  ExpectOneKept(HubSpotEvent(1, "contact.propertyChange", "phone"), Event::STATE_UNMAPPED,
                "fields that changed");
}

TEST_F(IngestorTest, AnAccountWithoutConnectionIsKept) {
  ExpectOneKept(HubSpotEvent(1, "contact.creation", "", "999"), Event::STATE_UNKNOWN_ACCOUNT,
                "999");
}

TEST_F(IngestorTest, WhatIsNoEventIsKeptAndSaysSo) {
  ExpectOneKept("[5]", Event::STATE_UNSUPPORTED, "no subscriptionType");
  EXPECT_EQ(Events()[0].payload(), "5");
}

TEST_F(IngestorTest, ARequestWithoutEventsIsKept) {
  ExpectOneKept("[]" + std::string(3000, ' '), Event::STATE_UNSUPPORTED, "holds no events");
  EXPECT_THAT(Events()[0].payload(), SizeIs(kPayloadPreviewBytes));
}

TEST_F(IngestorTest, WhatIsNoJsonIsKeptWhole) {
  const std::string body = "{" + std::string(3000, 'x');
  ExpectOneKept(body, Event::STATE_UNPARSABLE, "");
  EXPECT_EQ(Events()[0].payload(), body);
  EXPECT_THAT(Events()[0].state_reason(), testing::Not(IsEmpty()));
}

TEST_F(IngestorTest, ACompressedRequestIsReadLikeAnother) {
  FC_ASSERT_OK(Ingest(Coded("gzip", Gzip(HubSpotEvent(1, "contact.creation")))));
  ASSERT_THAT(Inbound(), SizeIs(1));
  ASSERT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(Events()[0].state(), Event::STATE_ACCEPTED);
  EXPECT_THAT(Events()[0].payload(), HasSubstr("contact.creation"));
}

TEST_F(IngestorTest, WhatCannotBeUncompressedIsKeptWholeWithTheReason) {
  FC_ASSERT_OK(Ingest(Coded("br", "packed")));
  ASSERT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(Events()[0].state(), Event::STATE_UNPARSABLE);
  EXPECT_EQ(Events()[0].state_reason(),
            "the body's content-encoding is 'br'; only gzip can be read");
  EXPECT_EQ(Events()[0].payload(), "packed");
}

TEST_F(IngestorTest, ABodyThatUnpacksToTooMuchIsKeptPacked) {
  const std::string bomb = Gzip(std::string(100 << 20, ' '));
  FC_ASSERT_OK(Ingest(Coded("gzip", bomb)));
  ASSERT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(Events()[0].state(), Event::STATE_UNPARSABLE);
  EXPECT_THAT(Events()[0].state_reason(), HasSubstr("unpack to more than 8388608 bytes"));
  EXPECT_EQ(Events()[0].payload(), bomb);
}

TEST_F(IngestorTest, AGapIsDataLossAndNothingIsStored) {
  edge::v1::Batch batch =
      Batch(1, {HubSpotEvent(1, "contact.creation"), HubSpotEvent(2, "contact.deletion")});
  batch.mutable_requests(1)->set_sequence(3);
  EXPECT_THAT(Ingest(batch),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("expected request 2")));
  ExpectNothingTaken();
}

TEST_F(IngestorTest, ABatchThatDoesNotFollowTheCursorIsDataLoss) {
  EXPECT_THAT(Ingest(Batch(2, {HubSpotEvent(1, "contact.creation")})),
              StatusIs(absl::StatusCode::kDataLoss));
  ExpectNothingTaken();
}

TEST_F(IngestorTest, ABatchOfAnotherLogIsDataLoss) {
  edge::v1::Batch batch = Batch(1, {HubSpotEvent(1, "contact.creation")});
  batch.set_log_id("ffffffffffffffffffffffffffffffff");
  EXPECT_THAT(Ingest(batch), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("ffff")));
  ExpectNothingTaken();
}

TEST_F(IngestorTest, WhatIsNotWhatTheEdgeWroteIsDataLoss) {
  edge::v1::Batch batch = Batch(1, {"[1]", "[2]"});
  batch.mutable_requests(1)->add_headers()->set_name("content-encoding");
  batch.mutable_requests(1)->mutable_headers(0)->set_value("gzip");
  batch = Chained(batch);
  using Damage = std::function<void(edge::v1::LoggedRequest&)>;
  for (const Damage& damage : std::vector<Damage>{
           [](auto& request) { request.set_body("[3]"); },
           [](auto& request) { request.set_hook_id("workspaces/default/apps/other"); },
           [](auto& request) { request.mutable_headers(0)->set_value("gzap"); },
           [](auto& request) { request.add_verified_by("another recipe"); },
           [](auto& request) { request.mutable_receive_time()->set_nanos(1); },
           [](auto& request) { request.mutable_chain()->front() ^= 1; },
           [](auto& request) { request.mutable_chain()->pop_back(); },
           [](auto& request) { request.clear_chain(); },
       }) {
    edge::v1::Batch damaged = batch;
    damage(*damaged.mutable_requests(1));
    EXPECT_THAT(IngestAsItIs(damaged),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("request 2 of log")));
    ExpectNothingTaken();
  }
  FC_EXPECT_OK(IngestAsItIs(batch));
}

TEST_F(IngestorTest, ALogWhoseNumbersHideThatARequestIsMissingIsDataLoss) {
  edge::v1::Batch batch = Chained(Batch(1, {"[1]", "[2]", "[3]"}));
  batch.mutable_requests()->DeleteSubrange(1, 1);
  batch.mutable_requests(1)->set_sequence(2);
  EXPECT_THAT(IngestAsItIs(batch), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("chain")));
  ExpectNothingTaken();
}

// An operator has accepted that something is missing: there is nothing to compare the first with.
TEST_F(IngestorTest, BehindAnAcceptedGapTheFirstIsBelievedAndTheNextIsNot) {
  FC_EXPECT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::EdgeNode node, tx.edge_nodes().Get(kNode));
    node.mutable_cursor()->set_sequence(5);
    return tx.edge_nodes().Update(node);
  }));
  edge::v1::Batch batch = Batch(6, {"[6]", "[7]"});
  SetChains(ChainForTest('5'), batch);
  edge::v1::Batch damaged = batch;
  damaged.mutable_requests(1)->set_body("[8]");
  EXPECT_THAT(IngestAsItIs(damaged), StatusIs(absl::StatusCode::kDataLoss));
  damaged = batch;
  damaged.mutable_requests(0)->set_chain("short");
  EXPECT_THAT(IngestAsItIs(damaged), StatusIs(absl::StatusCode::kDataLoss));
  FC_EXPECT_OK(IngestAsItIs(batch));
}

TEST_F(IngestorTest, WhatWasSetAsideWithADamagedChainEndsNobody) {
  edge::v1::Batch batch = Chained(Batch(1, {"[1]", "[2]"}));
  batch.mutable_requests(0)->set_chain("short");
  FC_ASSERT_OK(ingestor_.SetAsideFirst(kNode, batch, "it is damaged"));
  batch.mutable_requests()->DeleteSubrange(0, 1);
  FC_EXPECT_OK(IngestAsItIs(batch));
}

TEST_F(IngestorTest, MessagesGoOnlyToEndpointsThatSubscribe) {
  AddEndpoint("created", "record.created");
  AddEndpoint("deleted", "record.deleted");
  FC_ASSERT_OK(Ingest(Batch(1, {HubSpotEvent(1, "contact.creation")})));
  const auto outbound = Deliveries(store::v1::DIRECTION_OUTBOUND);
  ASSERT_THAT(outbound, SizeIs(1));
  EXPECT_EQ(outbound[0].outbound().endpoint(), "workspaces/default/endpoints/created");
  EXPECT_EQ(outbound[0].outbound().event_type(), "record.created");
}

TEST_F(IngestorTest, WhatIsSetAsideIsKeptAndPassed) {
  FC_ASSERT_OK(ingestor_.SetAsideFirst(
      kNode, Batch(1, {HubSpotEvent(1, "contact.creation"), HubSpotEvent(2, "contact.deletion")}),
      "it failed three times"));
  ASSERT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(Events()[0].state(), Event::STATE_SET_ASIDE);
  EXPECT_EQ(Events()[0].state_reason(), "it failed three times");
  EXPECT_THAT(Inbound(), IsEmpty());
  EXPECT_EQ(Node().cursor().sequence(), 1u);
}

}  // namespace
}  // namespace fluxcascade
