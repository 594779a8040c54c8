#include "controlplane/api/edge_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using v1::EdgeGroup;
using v1::EdgeNode;

constexpr char kNode[] = "edgeNodes/one";

class EdgeServiceTest : public testing::Test {
 protected:
  using Stub = v1::EdgeService::StubInterface;

  absl::StatusOr<EdgeGroup> CreateGroup(const std::string& id, const std::string& url) {
    return api_.Call(
        &Stub::CreateEdgeGroup,
        absl::StrCat("edge_group_id: '", id, "' edge_group { public_base_url: '", url, "' }"));
  }
  absl::StatusOr<EdgeNode> CreateNode(const std::string& id,
                                      const std::string& group = ApiEnvironment::kGroup) {
    return api_.Call(&Stub::CreateEdgeNode,
                     absl::StrCat("edge_node_id: '", id, "' edge_node { group: '", group, "' }"));
  }
  absl::StatusOr<EdgeNode> Get() {
    return api_.Call(&Stub::GetEdgeNode, absl::StrCat("name: '", kNode, "'"));
  }
  absl::Status Delete(const std::string& more = "") {
    return api_.Call(&Stub::DeleteEdgeNode, absl::StrCat("name: '", kNode, "' ", more)).status();
  }
  absl::StatusOr<EdgeNode> Accept(const std::string& log_error) {
    return api_.Call(&Stub::AcceptLogGap,
                     absl::StrCat("name: '", kNode, "' log_error: '", log_error, "'"));
  }
  absl::StatusOr<v1::ListEdgeNodesResponse> ListNodes(const std::string& fields) {
    return api_.Call(&Stub::ListEdgeNodes, fields);
  }
  absl::StatusOr<v1::ListEdgeGroupsResponse> ListGroups(const std::string& fields) {
    return api_.Call(&Stub::ListEdgeGroups, fields);
  }

  // A connected node whose log holds 3 to 9, read up to `cursor`.
  store::v1::EdgeNode AddNode(uint64_t cursor) {
    store::v1::EdgeNode node;
    node.set_name(kNode);
    node.set_group(ApiEnvironment::kGroup);
    node.set_connected(true);
    *node.mutable_last_seen_time() = ToProto(env_.clock.Now());
    node.mutable_cursor()->set_log_id("log-a");
    node.mutable_cursor()->set_sequence(cursor);
    node.mutable_cursor()->set_chain("chain");
    node.set_reported_log_id("log-a");
    node.set_first_sequence(3);
    node.set_next_sequence(10);
    env_.Do([&](Transaction& tx) { return tx.edge_nodes().Insert(node); });
    return node;
  }
  void Store(const store::v1::EdgeNode& node) {
    env_.Do([&](Transaction& tx) { return tx.edge_nodes().Update(node); });
  }
  store::v1::EdgeNode Stored() {
    store::v1::EdgeNode node;
    env_.Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(node, tx.edge_nodes().Get(kNode));
      return absl::OkStatus();
    });
    return node;
  }

  ApiEnvironment env_;
  EdgeServiceImpl service_{env_.context};
  InProcess<v1::EdgeService> api_{service_};
};

TEST_F(EdgeServiceTest, CreatesAGroup) {
  FC_ASSERT_OK_AND_ASSIGN(const EdgeGroup group, CreateGroup("eu", "https://eu.example:8443"));
  EXPECT_EQ(group.name(), "edgeGroups/eu");
  EXPECT_EQ(group.public_base_url(), "https://eu.example:8443");
  EXPECT_EQ(group.config_version(), 1);
  EXPECT_EQ(FromProto(group.create_time()), env_.clock.Now());
  FC_ASSERT_OK_AND_ASSIGN(const EdgeGroup got,
                          api_.Call(&Stub::GetEdgeGroup, "name: 'edgeGroups/eu'"));
  EXPECT_EQ(got.DebugString(), group.DebugString());
}

TEST_F(EdgeServiceTest, AGroupsAddressIsHttpsWithoutAPath) {
  for (const char* url : {"", "http://eu.example", "https://eu.example/", "https://eu.example/x"}) {
    EXPECT_THAT(CreateGroup("eu", url).status(),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("edge_group.public_base_url: ")))
        << url;
  }
  for (const char* url : {"HTTPS://eu.example", "https://EU.example", "https://eu.example:443"}) {
    EXPECT_THAT(
        CreateGroup("eu", url).status(),
        StatusIs(StatusCode::kInvalidArgument,
                 HasSubstr("edge_group.public_base_url: must be written https://eu.example")))
        << url;
  }
  EXPECT_THAT(CreateGroup("eu", "https://eu.example/x").status().message(),
              HasSubstr("https://host"));
}

TEST_F(EdgeServiceTest, AGroupsIdIsUsedOnceAndChecked) {
  EXPECT_THAT(CreateGroup("main", "https://eu.example").status(),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr("edgeGroups/main")));
  EXPECT_THAT(CreateGroup("EU", "https://eu.example").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("edge_group_id: \"EU\"")));
  FC_EXPECT_OK(CreateGroup("", "https://eu.example"));
}

TEST_F(EdgeServiceTest, CreatesANodeThatWasNeverSeen) {
  FC_ASSERT_OK_AND_ASSIGN(const EdgeNode node, CreateNode("one"));
  EXPECT_EQ(node.name(), kNode);
  EXPECT_EQ(node.group(), ApiEnvironment::kGroup);
  EXPECT_EQ(node.state(), EdgeNode::STATE_NEW);
  EXPECT_FALSE(node.has_last_seen_time());
}

TEST_F(EdgeServiceTest, ANodeNeedsAnIdOfItsOwnAndAGroup) {
  FC_ASSERT_OK(CreateNode("one"));
  EXPECT_THAT(CreateNode("one").status(), StatusIs(StatusCode::kAlreadyExists, HasSubstr(kNode)));
  EXPECT_THAT(CreateNode("").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("edge_node_id: is missing")));
  for (const char* id : {"Edge-1.example", "*.example", "edge..example", "a/b"}) {
    EXPECT_THAT(CreateNode(id).status(), StatusIs(StatusCode::kInvalidArgument,
                                                  HasSubstr(absl::StrCat("edge_node_id: \"", id))));
  }
  FC_EXPECT_OK(CreateNode(std::string(63, 'n')));
  EXPECT_THAT(CreateNode(std::string(64, 'n')).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("edge_node_id: ")));
  EXPECT_THAT(CreateNode("two", "edgeGroups/none").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("edgeGroups/none")));
  EXPECT_THAT(CreateNode("two", "main").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("edge_node.group: \"main\""), HasSubstr("edgeGroups/"))));
}

TEST_F(EdgeServiceTest, ANodesIdIsTheDnsNameOfItsCertificate) {
  constexpr char kDotted[] = "edgeNodes/edge-1.eu.example.com";
  FC_ASSERT_OK_AND_ASSIGN(const EdgeNode node, CreateNode("edge-1.eu.example.com"));
  EXPECT_EQ(node.name(), kDotted);
  FC_EXPECT_OK(api_.Call(&Stub::GetEdgeNode, absl::StrCat("name: '", kDotted, "'")));
  FC_EXPECT_OK(api_.Call(&Stub::DeleteEdgeNode, absl::StrCat("name: '", kDotted, "'")));
}

TEST_F(EdgeServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  for (const absl::Status& status : {Get().status(), Delete(), Accept("gap").status()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kNotFound, HasSubstr(kNode)));
  }
  EXPECT_THAT(api_.Call(&Stub::GetEdgeGroup, "name: 'edgeGroups/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("edgeGroups/none")));
  EXPECT_THAT(api_.Call(&Stub::GetEdgeGroup, "name: 'main'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("name: \"main\"")));
  for (const absl::Status& status : {api_.Call(&Stub::GetEdgeNode, "name: 'one'").status(),
                                     api_.Call(&Stub::DeleteEdgeNode, "name: 'one'").status(),
                                     api_.Call(&Stub::AcceptLogGap, "name: 'one'").status()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument, HasSubstr("name: \"one\"")));
  }
}

TEST_F(EdgeServiceTest, ListsGiveAllOncePageByPage) {
  for (const char* id : {"c", "a", "b"}) {
    FC_ASSERT_OK(CreateNode(id));
    FC_ASSERT_OK(CreateGroup(id, "https://eu.example"));
  }
  EXPECT_THAT(Walk([&](const std::string& token) { return ListNodes("page_size: 2 " + token); },
                   [](const auto& page) { return page.edge_nodes(); }),
              ElementsAre("edgeNodes/a", "edgeNodes/b", "edgeNodes/c"));
  EXPECT_THAT(Walk([&](const std::string& token) { return ListGroups("page_size: 2 " + token); },
                   [](const auto& page) { return page.edge_groups(); }),
              ElementsAre("edgeGroups/a", "edgeGroups/b", "edgeGroups/c", "edgeGroups/main"));
}

TEST_F(EdgeServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return ListNodes(fields); });
  ExpectPagesAreChecked([&](const std::string& fields) { return ListGroups(fields); });
}

TEST_F(EdgeServiceTest, AListCanBeOfOneGroup) {
  FC_ASSERT_OK(CreateGroup("eu", "https://eu.example"));
  FC_ASSERT_OK(CreateNode("one"));
  FC_ASSERT_OK(CreateNode("two", "edgeGroups/eu"));
  FC_ASSERT_OK_AND_ASSIGN(const auto page, ListNodes("group: 'edgeGroups/eu'"));
  ASSERT_EQ(page.edge_nodes_size(), 1);
  EXPECT_EQ(page.edge_nodes(0).name(), "edgeNodes/two");
}

TEST_F(EdgeServiceTest, ShowsWhatTheNodeReportedAndHowFarItWasRead) {
  store::v1::EdgeNode stored = AddNode(/*cursor=*/7);
  stored.set_applied_config_version(4);
  stored.set_config_error("bad recipe");
  stored.set_version("1.2.3");
  stored.set_not_ready_reason("the disk is full");
  stored.set_pull_paused_reason("the store is full");
  stored.set_config_source(store::v1::EdgeNode::CONFIG_SOURCE_COPY);
  *stored.mutable_config_time() = ToProto(env_.clock.Now() - absl::Hours(5));
  stored.set_no_config_copy_reason("its disk is full");
  Store(stored);
  FC_ASSERT_OK_AND_ASSIGN(const EdgeNode node, Get());
  EXPECT_EQ(node.state(), EdgeNode::STATE_CONNECTED);
  EXPECT_EQ(node.log_id(), "log-a");
  EXPECT_EQ(node.cursor(), 7u);
  EXPECT_EQ(node.first_sequence(), 3u);
  EXPECT_EQ(node.last_sequence(), 9u);
  EXPECT_EQ(node.applied_config_version(), 4);
  EXPECT_EQ(node.config_error(), "bad recipe");
  EXPECT_EQ(node.version(), "1.2.3");
  EXPECT_EQ(node.not_ready_reason(), "the disk is full");
  EXPECT_EQ(node.pull_paused_reason(), "the store is full");
  EXPECT_EQ(node.config_source(), EdgeNode::CONFIG_SOURCE_COPY);
  EXPECT_EQ(FromProto(node.config_time()), env_.clock.Now() - absl::Hours(5));
  EXPECT_EQ(node.no_config_copy_reason(), "its disk is full");
  EXPECT_EQ(FromProto(node.last_seen_time()), env_.clock.Now());
}

TEST_F(EdgeServiceTest, ANodeThatHasHandedOverEverythingIsDeleted) {
  AddNode(/*cursor=*/9);
  FC_EXPECT_OK(Delete());
  EXPECT_THAT(Get().status(), StatusIs(StatusCode::kNotFound));
}

TEST_F(EdgeServiceTest, ANodeThatHasNotIsDeletedOnlyByForce) {
  AddNode(/*cursor=*/8);
  EXPECT_THAT(Delete(), StatusIs(StatusCode::kFailedPrecondition,
                                 AllOf(HasSubstr("holds 1 requests"), HasSubstr("set force"))));
  FC_EXPECT_OK(Delete("force: true"));
  EXPECT_THAT(Get().status(), StatusIs(StatusCode::kNotFound));
}

TEST_F(EdgeServiceTest, ANodeShowsWhatItKeepsInQuarantine) {
  store::v1::EdgeNode stored = AddNode(/*cursor=*/1);
  store::v1::EdgeQuarantine& quarantine = *stored.add_quarantines();
  quarantine.set_app("workspaces/default/apps/crm");
  quarantine.set_requests(2);
  quarantine.set_bytes(8192);
  quarantine.set_dropped(1);
  *quarantine.mutable_oldest_receive_time() = ToProto(env_.clock.Now());
  stored.add_quarantines()->set_app("workspaces/default/apps/other");
  Store(stored);
  FC_ASSERT_OK_AND_ASSIGN(const EdgeNode node, Get());
  ASSERT_EQ(node.quarantines_size(), 2);
  EXPECT_EQ(node.quarantines(0).app(), "workspaces/default/apps/crm");
  EXPECT_EQ(node.quarantines(0).requests(), 2u);
  EXPECT_EQ(node.quarantines(0).bytes(), 8192u);
  EXPECT_EQ(node.quarantines(0).dropped(), 1u);
  EXPECT_EQ(FromProto(node.quarantines(0).oldest_receive_time()), env_.clock.Now());
  EXPECT_FALSE(node.quarantines(1).has_oldest_receive_time());
  EXPECT_EQ(ListNodes("")->edge_nodes(0).quarantines_size(), 2);
}

TEST_F(EdgeServiceTest, ANodeShowsWhatItCounted) {
  store::v1::EdgeNode node = AddNode(/*cursor=*/1);
  EXPECT_FALSE(Get()->has_counters());
  store::v1::EdgeCounters& counters = *node.mutable_counters();
  counters.set_accepted(1);
  counters.set_rejected(2);
  counters.set_unavailable(3);
  counters.set_rejections_dropped(4);
  counters.set_malformed_requests(5);
  counters.set_timed_out_connections(6);
  counters.set_failed_handshakes(7);
  counters.set_refused_connections(8);
  counters.set_open_connections(9);
  counters.set_duplicates(10);
  counters.set_forgotten_ids(11);
  counters.set_rate_limited(12);
  counters.set_refused_bodies(13);
  counters.set_local_fallbacks(14);
  counters.set_late_answers(15);
  Store(node);
  // The fields have the same numbers.
  EXPECT_EQ(Get()->counters().SerializeAsString(), counters.SerializeAsString());
}

TEST_F(EdgeServiceTest, ANodeShowsWhoReadsItsLog) {
  store::v1::EdgeNode node = AddNode(/*cursor=*/1);
  node.add_consumers()->set_name("primary");
  store::v1::EdgeConsumer& standby = *node.add_consumers();
  standby.set_name("standby");
  standby.set_acknowledged_sequence(1);
  standby.set_lag_requests(2);
  standby.mutable_lag_age()->set_seconds(3);
  standby.set_connected(true);
  standby.set_lost_requests(4);
  Store(node);
  ASSERT_EQ(Get()->consumers_size(), 2);
  EXPECT_EQ(Get()->consumers(0).name(), "primary");
  // The fields have the same numbers.
  EXPECT_EQ(Get()->consumers(1).SerializeAsString(), standby.SerializeAsString());
}

TEST_F(EdgeServiceTest, AGapInTheSameLogIsAcceptedAndReadFromItsFirstRecord) {
  store::v1::EdgeNode node = AddNode(/*cursor=*/1);
  node.set_log_error("2 to 2 are missing");
  Store(node);
  FC_ASSERT_OK_AND_ASSIGN(const EdgeNode accepted, Accept("2 to 2 are missing"));
  EXPECT_EQ(accepted.state(), EdgeNode::STATE_CONNECTED);
  EXPECT_EQ(accepted.log_error(), "");
  EXPECT_EQ(accepted.cursor(), 2u);
  EXPECT_THAT(accepted.earlier_log_ids(), IsEmpty());
  EXPECT_EQ(Stored().cursor().chain(), "") << "there is nothing to compare with";
}

TEST_F(EdgeServiceTest, ADamagedRequestIsAcceptedAndOnlyThatOneIsPassedOver) {
  store::v1::EdgeNode node = AddNode(/*cursor=*/5);
  node.set_log_error("DATA_LOSS: 6 is damaged");
  node.set_damaged_sequence(6);
  Store(node);
  FC_ASSERT_OK_AND_ASSIGN(const EdgeNode accepted, Accept("DATA_LOSS: 6 is damaged"));
  EXPECT_EQ(accepted.cursor(), 6u);
  EXPECT_EQ(accepted.state(), EdgeNode::STATE_CONNECTED);
  EXPECT_EQ(Stored().cursor().chain(), "");
  EXPECT_EQ(Stored().damaged_sequence(), 0u);
}

TEST_F(EdgeServiceTest, AnotherLogIsAcceptedAndTheOldOneRemembered) {
  store::v1::EdgeNode node = AddNode(/*cursor=*/7);
  node.set_log_error("another log");
  node.set_reported_log_id("log-b");
  node.set_first_sequence(1);
  node.set_next_sequence(5);
  Store(node);
  FC_ASSERT_OK_AND_ASSIGN(const EdgeNode accepted, Accept("another log"));
  EXPECT_EQ(accepted.log_id(), "log-b");
  EXPECT_EQ(accepted.cursor(), 0u);
  EXPECT_THAT(accepted.earlier_log_ids(), ElementsAre("log-a"));
}

TEST_F(EdgeServiceTest, OnlyTheErrorThatWasReadIsAccepted) {
  store::v1::EdgeNode node = AddNode(/*cursor=*/1);
  EXPECT_THAT(Accept("2 to 2 are missing").status(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("has no log error")));
  node.set_log_error("2 to 2 are missing");
  Store(node);
  EXPECT_THAT(Accept("2 to 3 are missing").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("log_error: "), HasSubstr("\"2 to 2 are missing\""))));
  EXPECT_EQ(Get()->state(), EdgeNode::STATE_LOG_ERROR);
  EXPECT_EQ(Get()->cursor(), 1u);
}

}  // namespace
}  // namespace fluxcascade
