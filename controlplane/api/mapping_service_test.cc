#include "controlplane/api/mapping_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
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
using testing::SizeIs;
using v1::Mapping;

constexpr char kMapping[] = "workspaces/default/mappings/m";
constexpr char kSides[] = R"pb(
  source { connection: "workspaces/default/connections/acme" object_type: "contact" }
  target { connection: "workspaces/default/connections/sales" object_type: "person" }
)pb";
constexpr char kFields[] = R"pb(
  fields { source_fields: "email" target_field: "email" }
  fields {
    source_fields: "firstname"
    source_fields: "lastname"
    target_field: "name"
    transforms { join { separator: " " } }
  }
  match_field: "email"
)pb";
constexpr char kKeep[] = "delete_policy: DELETE_POLICY_KEEP ";

class MappingServiceTest : public testing::Test {
 protected:
  using Stub = v1::MappingService::StubInterface;

  static std::string Whole() { return absl::StrCat(kSides, kFields, kKeep); }

  absl::StatusOr<Mapping> Create(const std::string& mapping, const std::string& more = "") {
    return api_.Call(&Stub::CreateMapping, absl::StrCat("parent: 'workspaces/default' ", more,
                                                        " mapping {", mapping, "}"));
  }
  // `m`, which must succeed.
  Mapping CreateM() {
    const auto mapping = Create(Whole(), "mapping_id: 'm'");
    EXPECT_THAT(mapping, IsOk());
    return mapping.value_or(Mapping());
  }
  absl::StatusOr<Mapping> Get() {
    return api_.Call(&Stub::GetMapping, absl::StrCat("name: '", kMapping, "'"));
  }
  absl::StatusOr<v1::ListMappingsResponse> List(const std::string& fields) {
    return api_.Call(&Stub::ListMappings, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  absl::StatusOr<Mapping> Update(const std::string& mapping, const std::string& mask = "") {
    return api_.Call(&Stub::UpdateMapping,
                     absl::StrCat("mapping { name: '", kMapping, "' ", mapping, "}", mask));
  }
  absl::Status Delete() {
    return api_.Call(&Stub::DeleteMapping, absl::StrCat("name: '", kMapping, "'")).status();
  }
  absl::StatusOr<Mapping> Enable() {
    return api_.Call(&Stub::EnableRealtimeSync, absl::StrCat("name: '", kMapping, "'"));
  }
  absl::StatusOr<Mapping> Disable() {
    return api_.Call(&Stub::DisableRealtimeSync, absl::StrCat("name: '", kMapping, "'"));
  }

  void PutLinks(int count) {
    env_.Do([&](Transaction& tx) -> absl::Status {
      for (int i = 0; i < count; ++i) {
        store::v1::Link link;
        link.set_mapping(kMapping);
        link.set_source_record_id(absl::StrCat(i));
        link.set_target_record_id(absl::StrCat("t", i));
        FC_RETURN_IF_ERROR(tx.links().Put(link));
      }
      return absl::OkStatus();
    });
  }
  // Takes them away, too.
  int Links() {
    int links = 0;
    env_.Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(links, tx.links().DeleteByMapping(kMapping, 10000));
      return absl::OkStatus();
    });
    return links;
  }
  bool Marked() { return env_.App(crm_.name()).has_reconcile_time(); }
  void Change(store::v1::Connection connection, store::v1::Connection::State state, bool paused) {
    connection.set_state(state);
    connection.set_state_reason("the system's own words");
    connection.set_paused(paused);
    env_.Do([&](Transaction& tx) { return tx.connections().Update(connection); });
  }

  ApiEnvironment env_;
  const store::v1::App crm_ = env_.AddApp("crm", "hubspot");
  const store::v1::Connection source_ = env_.AddConnection("acme", crm_);
  const store::v1::Connection target_ =
      env_.AddConnection("sales", env_.AddApp("sales", "pipedrive"));
  MappingServiceImpl service_{env_.context};
  InProcess<v1::MappingService> api_{service_};
};

TEST_F(MappingServiceTest, CreatesAMappingThatIsNotYetOn) {
  const Mapping mapping = CreateM();
  EXPECT_EQ(mapping.name(), kMapping);
  EXPECT_EQ(mapping.source().connection(), source_.name());
  EXPECT_EQ(mapping.target().object_type(), "person");
  ASSERT_THAT(mapping.fields(), SizeIs(2));
  EXPECT_EQ(mapping.fields(1).transforms(0).join().separator(), " ");
  EXPECT_EQ(mapping.match_field(), "email");
  EXPECT_EQ(mapping.delete_policy(), v1::DELETE_POLICY_KEEP);
  EXPECT_FALSE(mapping.realtime_enabled());
  EXPECT_EQ(mapping.etag(), "1");
  EXPECT_EQ(Get()->DebugString(), mapping.DebugString());
  EXPECT_FALSE(Marked()) << "nothing to register yet";
}

TEST_F(MappingServiceTest, AFieldThatTheSourceLacksIsRefusedWithThoseItHas) {
  EXPECT_THAT(
      Create(absl::StrCat(kSides, kKeep, "fields { source_fields: 'emial' target_field: 'email' }"))
          .status(),
      StatusIs(StatusCode::kInvalidArgument,
               AllOf(HasSubstr("mapping.fields[0].source_fields[0]: "), HasSubstr("'emial'"),
                     HasSubstr("it has: email"), HasSubstr("firstname"), HasSubstr("createdate"))));
}

TEST_F(MappingServiceTest, AFieldThatTheTargetLacksIsRefusedWithThoseItHas) {
  EXPECT_THAT(
      Create(absl::StrCat(kSides, kKeep, "fields { source_fields: 'email' target_field: 'fax' }"))
          .status(),
      StatusIs(StatusCode::kInvalidArgument,
               AllOf(HasSubstr("mapping.fields[0].target_field: "), HasSubstr("'fax'"),
                     HasSubstr("name"), HasSubstr("phone"))));
}

TEST_F(MappingServiceTest, ADeletePolicyThatTheTargetLacksIsRefusedWithThoseItHas) {
  EXPECT_THAT(
      Create(absl::StrCat(kSides, kFields, "delete_policy: DELETE_POLICY_ARCHIVE")).status(),
      StatusIs(StatusCode::kInvalidArgument,
               AllOf(HasSubstr("mapping.delete_policy: DELETE_POLICY_ARCHIVE"),
                     HasSubstr("DELETE_POLICY_KEEP, DELETE_POLICY_DELETE"))));
  EXPECT_THAT(
      Create(absl::StrCat(kSides, kFields)).status(),
      StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("mapping.delete_policy: is missing"),
                                                   HasSubstr("DELETE_POLICY_KEEP"))));
  EXPECT_THAT(Create(absl::StrCat(kSides, kFields, "delete_policy: 4")).status(),
              StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("mapping.delete_policy: 4"),
                                                           HasSubstr("DELETE_POLICY_KEEP"))));
  FC_EXPECT_OK(Create(absl::StrCat(kSides, kFields, "delete_policy: DELETE_POLICY_DELETE")));
}

TEST_F(MappingServiceTest, ATransformOfNoKindIsRefusedWithTheKinds) {
  EXPECT_THAT(Create(absl::StrCat(kSides, kKeep,
                                  "fields { source_fields: 'email' target_field: 'email' "
                                  "transforms {} }"))
                  .status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("mapping.fields[0].transforms[0]: is empty"),
                             HasSubstr("trim, lower_case"))));
}

TEST_F(MappingServiceTest, AnUnknownObjectTypeIsRefusedWithThoseThereAre) {
  const auto with_type = [&](const std::string& type) {
    return Create(absl::StrCat("source { connection: '", source_.name(), "' object_type: '", type,
                               "' } target { connection: '", target_.name(),
                               "' object_type: 'person' }", kFields, kKeep))
        .status();
  };
  EXPECT_THAT(with_type("invoice"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("mapping.source.object_type: "), HasSubstr("\"invoice\""),
                             HasSubstr("contact"))));
  EXPECT_THAT(with_type(""), StatusIs(StatusCode::kInvalidArgument,
                                      HasSubstr("mapping.source.object_type: is missing")));
}

TEST_F(MappingServiceTest, ASystemThatSendsNoWebhooksIsNoSource) {
  EXPECT_THAT(Create(absl::StrCat("source { connection: '", target_.name(),
                                  "' object_type: 'person' } target { connection: '",
                                  source_.name(), "' object_type: 'contact' } ", kKeep,
                                  "fields { source_fields: 'email' target_field: 'email' }"))
                  .status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("mapping.source.connection: "), HasSubstr("Pipedrive"))));
}

TEST_F(MappingServiceTest, ItsConnectionsMustBeThere) {
  const auto with_source = [&](const std::string& connection) {
    return Create(absl::StrCat("source { connection: '", connection,
                               "' object_type: 'contact' } target { connection: '", target_.name(),
                               "' object_type: 'person' }", kFields, kKeep))
        .status();
  };
  EXPECT_THAT(with_source("workspaces/default/connections/none"),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/default/connections/none")));
  EXPECT_THAT(with_source("acme"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("mapping.source.connection: \"acme\""),
                             HasSubstr("workspaces/{workspace}/connections/{connection}"))));
}

TEST_F(MappingServiceTest, ASystemInTheWayIsNamed) {
  env_.systems.Answer("/personFields", 401, {{"error", "unauthorized access"}});
  EXPECT_THAT(Create(Whole()).status(),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("mapping.target: "), HasSubstr(target_.name()),
                             HasSubstr("UpdateConnection"))));
  env_.systems.FailWith(absl::UnavailableError("no route to host"));
  EXPECT_THAT(Create(Whole()).status(),
              StatusIs(StatusCode::kUnavailable,
                       AllOf(HasSubstr(source_.name()), HasSubstr("no route to host"))));
  EXPECT_THAT(List("")->mappings(), SizeIs(0));
}

TEST_F(MappingServiceTest, RealTimeIsNotTurnedOnByCreating) {
  EXPECT_THAT(Create(Whole() + "realtime_enabled: true").status(),
              StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("mapping.realtime_enabled: "),
                                                           HasSubstr("EnableRealtimeSync"))));
}

TEST_F(MappingServiceTest, AnIdIsUsedOnceAndChecked) {
  CreateM();
  EXPECT_THAT(Create(Whole(), "mapping_id: 'm'").status(),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(kMapping)));
  EXPECT_THAT(Create(Whole(), "mapping_id: 'M'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("mapping_id: \"M\"")));
}

TEST_F(MappingServiceTest, ARepeatedRequestIdMakesNothingTwice) {
  FC_ASSERT_OK_AND_ASSIGN(const Mapping first, Create(Whole(), "request_id: 'r'"));
  env_.systems.FailWith(absl::UnavailableError("not asked again"));
  FC_ASSERT_OK_AND_ASSIGN(const Mapping second, Create(Whole(), "request_id: 'r'"));
  EXPECT_EQ(first.DebugString(), second.DebugString());
  EXPECT_THAT(List("")->mappings(), SizeIs(1));
}

TEST_F(MappingServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  for (const absl::Status& status :
       {Get().status(), Update("").status(), Delete(), Enable().status(), Disable().status()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kNotFound, HasSubstr(kMapping)));
  }
  EXPECT_THAT(api_.Call(&Stub::GetMapping, "name: 'm'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("name: \"m\"")));
  EXPECT_THAT(api_.Call(&Stub::CreateMapping,
                        absl::StrCat("parent: 'workspaces/none' mapping {", Whole(), "}"))
                  .status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
  EXPECT_THAT(api_.Call(&Stub::ListMappings, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
}

TEST_F(MappingServiceTest, AListGivesAllOncePageByPage) {
  for (const char* id : {"c", "a", "b"}) env_.AddMapping(id, source_, target_);
  const std::string prefix = "workspaces/default/mappings/";
  EXPECT_THAT(Walk([&](const std::string& token) { return List("page_size: 2 " + token); },
                   [](const auto& page) { return page.mappings(); }),
              ElementsAre(prefix + "a", prefix + "b", prefix + "c"));
}

TEST_F(MappingServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
}

TEST_F(MappingServiceTest, AListCanBeOfOneConnectionOnEitherSide) {
  const auto other = env_.AddConnection("other", crm_);
  env_.AddMapping("a", source_, target_);
  env_.AddMapping("b", other, target_);
  const auto count = [&](const std::string& connection) {
    return List(absl::StrCat("connection: '", connection, "'"))->mappings_size();
  };
  EXPECT_EQ(count(source_.name()), 1);
  EXPECT_EQ(count(other.name()), 1);
  EXPECT_EQ(count(target_.name()), 2);
  EXPECT_EQ(count("workspaces/default/connections/none"), 0);
}

TEST_F(MappingServiceTest, AnUpdateChangesWhatTheMaskNamesAndIsToldToTheSubscriptions) {
  CreateM();
  FC_ASSERT_OK_AND_ASSIGN(const Mapping mapping, Update("display_name: 'people' match_field: ''",
                                                        "update_mask { paths: 'display_name' }"));
  EXPECT_EQ(mapping.display_name(), "people");
  EXPECT_EQ(mapping.match_field(), "email");
  EXPECT_EQ(mapping.etag(), "2");
  EXPECT_EQ(env_.subscriptions_changed, 1);
  EXPECT_TRUE(Marked());
}

TEST_F(MappingServiceTest, AnUpdateIsCheckedAsAWhole) {
  CreateM();
  EXPECT_THAT(Update("match_field: 'phone'").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("mapping.match_field: 'phone'"), HasSubstr("email"))));
  EXPECT_EQ(Get()->etag(), "1");
  EXPECT_EQ(env_.subscriptions_changed, 0);
}

TEST_F(MappingServiceTest, ItsSidesCannotBeChanged) {
  CreateM();
  EXPECT_THAT(Update("source { object_type: 'deal' }", "update_mask { paths: 'source' }").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("update_mask: \"source\""),
                             HasSubstr("delete_policy, display_name, fields, match_field"))));
  EXPECT_THAT(Update("source { object_type: 'deal' }").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("mapping.source.object_type: cannot be changed"),
                             HasSubstr("\"contact\""), HasSubstr("\"deal\""))));
  EXPECT_THAT(Update("target { connection: 'workspaces/default/connections/acme' }").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("mapping.target.connection: cannot be changed")));
  FC_EXPECT_OK(Update(Whole())) << "what was read may be given back";
}

TEST_F(MappingServiceTest, AnUpdateOfAnOlderStateIsRefused) {
  CreateM();
  FC_ASSERT_OK(Update("etag: '1' display_name: 'one'"));
  EXPECT_THAT(Update("etag: '1' display_name: 'two'").status(),
              StatusIs(StatusCode::kAborted, HasSubstr("etag: \"1\"")));
}

TEST_F(MappingServiceTest, EnablingMarksTheAppAndWakesTheController) {
  CreateM();
  FC_ASSERT_OK_AND_ASSIGN(const Mapping mapping, Enable());
  EXPECT_TRUE(mapping.realtime_enabled());
  EXPECT_EQ(mapping.etag(), "2");
  EXPECT_TRUE(env_.Mapping(kMapping).realtime_enabled());
  EXPECT_EQ(FromProto(env_.App(crm_.name()).reconcile_time()), env_.clock.Now());
  EXPECT_EQ(env_.subscriptions_changed, 1);
}

TEST_F(MappingServiceTest, EnablingNeedsActiveConnectionsAndSaysWhatToDo) {
  CreateM();
  for (const auto& connection : {source_, target_}) {
    Change(connection, store::v1::Connection::STATE_ACTIVE, /*paused=*/true);
    EXPECT_THAT(Enable().status(),
                StatusIs(StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(connection.name()), HasSubstr("set paused to false"))));
    for (const auto& [state, advice] :
         {std::pair{store::v1::Connection::STATE_AUTHORIZATION_FAILED,
                    "; give it a credential that works, then CheckConnection"},
          std::pair{store::v1::Connection::STATE_UNREACHABLE,
                    "; try it again with CheckConnection"}}) {
      Change(connection, state, /*paused=*/false);
      EXPECT_THAT(Enable().status(),
                  StatusIs(StatusCode::kFailedPrecondition,
                           AllOf(HasSubstr(connection.name()),
                                 HasSubstr(absl::StrCat("the system's own words", advice)))));
    }
    Change(connection, store::v1::Connection::STATE_ACTIVE, /*paused=*/false);
  }
  EXPECT_FALSE(env_.Mapping(kMapping).realtime_enabled());
  EXPECT_EQ(env_.subscriptions_changed, 0);
  FC_EXPECT_OK(Enable());
}

TEST_F(MappingServiceTest, DisablingNeedsNoActiveConnection) {
  CreateM();
  FC_ASSERT_OK(Enable());
  Change(source_, store::v1::Connection::STATE_UNREACHABLE, /*paused=*/false);
  FC_ASSERT_OK_AND_ASSIGN(const Mapping mapping, Disable());
  EXPECT_FALSE(mapping.realtime_enabled());
  EXPECT_EQ(env_.subscriptions_changed, 2);
}

TEST_F(MappingServiceTest, DeletingTakesTheSubscriptionsAndAllLinksAlong) {
  for (const int links : {0, 1000, 1001}) {
    CreateM();
    PutLinks(links);
    const int changed = env_.subscriptions_changed;
    FC_ASSERT_OK(Delete());
    EXPECT_THAT(Get().status(), StatusIs(StatusCode::kNotFound));
    EXPECT_EQ(Links(), 0);
    EXPECT_TRUE(Marked());
    EXPECT_EQ(env_.subscriptions_changed, changed + 1);
  }
}

TEST_F(MappingServiceTest, ANewMappingDoesNotInheritTheLinksOfAnEarlierOneOfItsName) {
  for (const int links : {1, 1000, 1001}) {
    PutLinks(links);
    CreateM();
    EXPECT_EQ(Links(), 0);
    FC_ASSERT_OK(Delete());
  }
}

TEST_F(MappingServiceTest, ACreateThatIsRefusedLeavesTheLinksOfTheMappingThatIsThere) {
  CreateM();
  PutLinks(3);
  EXPECT_THAT(Create(Whole(), "mapping_id: 'm'").status(), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_EQ(Links(), 3);
}

TEST_F(MappingServiceTest, BothSidesAreOfTheMappingsWorkspace) {
  for (const auto& [side, id] : {std::pair{"source", "acme"}, std::pair{"target", "sales"}}) {
    const std::string other = absl::StrCat("workspaces/other/connections/", id);
    const std::string mapping = absl::StrReplaceAll(
        Whole(), {{absl::StrCat("workspaces/default/connections/", id), other}});
    EXPECT_THAT(Create(mapping).status(),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(absl::StrCat("mapping.", side, ".connection: ")),
                               HasSubstr(other), HasSubstr("only those of workspaces/default"))));
  }
}

TEST_F(MappingServiceTest, AnUpdateNamesTheFieldOfABadName) {
  EXPECT_THAT(api_.Call(&Stub::UpdateMapping, "mapping { name: 'm' }").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("mapping.name: \"m\"")));
}

}  // namespace
}  // namespace fluxcascade
