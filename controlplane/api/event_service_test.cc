#include "controlplane/api/event_service.h"

#include <string>
#include <vector>

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
using testing::Not;
using testing::StartsWith;

class EventServiceTest : public testing::Test {
 protected:
  using Stub = v1::EventService::StubInterface;
  using Event = store::v1::Event;

  // An update of contact 7 that came to connection `acme`; gives its name.
  static Event MakeEvent(const std::string& id) {
    Event event;
    event.set_name(absl::StrCat("workspaces/default/events/", id));
    event.set_action(store::v1::ACTION_UPDATE);
    event.set_connection("workspaces/default/connections/acme");
    event.set_app("workspaces/default/apps/crm");
    event.set_object_type("contact");
    event.set_record_id("7");
    event.set_state(Event::STATE_ACCEPTED);
    return event;
  }
  std::string Add(Event event) {
    *event.mutable_receive_time() = ToProto(env_.clock.Now());
    env_.Do([&](Transaction& tx) {
      return tx.events().InsertIfNew(event, "", env_.clock.Now()).status();
    });
    return event.name();
  }
  std::string AddRejection(const std::string& id, const std::string& app,
                           const std::string& body = "") {
    store::v1::Rejection rejection;
    rejection.set_name(absl::StrCat("workspaces/default/rejections/", id));
    rejection.set_app(app);
    rejection.set_edge_node("edgeNodes/one");
    *rejection.mutable_receive_time() = ToProto(env_.clock.Now());
    rejection.set_reason("SIGNATURE_MISMATCH");
    rejection.set_detail("the signature is another");
    rejection.set_remote_address("192.0.2.1");
    rejection.set_count(3);
    rejection.set_body_preview(body);
    env_.Do([&](Transaction& tx) { return tx.rejections().Insert(rejection); });
    return rejection.name();
  }
  absl::StatusOr<v1::Event> Get(const std::string& name) {
    return api_.Call(&Stub::GetEvent, absl::StrCat("name: '", name, "'"));
  }
  absl::StatusOr<v1::ListEventsResponse> List(const std::string& fields) {
    return api_.Call(&Stub::ListEvents, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  absl::StatusOr<v1::ListRejectionsResponse> Rejections(const std::string& fields) {
    return api_.Call(&Stub::ListRejections, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  std::vector<std::string> Names(const std::string& fields) {
    return Walk([&](const std::string& token) { return List(fields + token); },
                [](const auto& page) { return page.events(); });
  }

  ApiEnvironment env_;
  EventServiceImpl service_{env_.context};
  InProcess<v1::EventService> api_{service_};
};

TEST_F(EventServiceTest, ShowsAnEventWithAllThatIsKnownOfIt) {
  Event event = MakeEvent("1");
  event.set_account_id("1001");
  event.add_changed_fields("email");
  event.set_external_id("ext-1");
  *event.mutable_occur_time() = ToProto(env_.clock.Now() - absl::Seconds(2));
  event.set_state(Event::STATE_UNMAPPED);
  event.set_state_reason("no mapping reads email");
  event.add_deliveries("workspaces/default/deliveries/d");
  event.set_payload("{\"objectId\":7}");
  event.set_edge_node("edgeNodes/one");
  event.set_log_id("log");
  event.set_sequence(9);
  FC_ASSERT_OK_AND_ASSIGN(const v1::Event shown, Get(Add(event)));
  EXPECT_EQ(shown.type(), "contact.update");
  EXPECT_EQ(shown.action(), v1::Event::ACTION_UPDATE);
  EXPECT_EQ(shown.connection(), "workspaces/default/connections/acme");
  EXPECT_EQ(shown.app(), "workspaces/default/apps/crm");
  EXPECT_EQ(shown.account_id(), "1001");
  EXPECT_EQ(shown.record_id(), "7");
  EXPECT_THAT(shown.changed_fields(), ElementsAre("email"));
  EXPECT_EQ(shown.external_id(), "ext-1");
  EXPECT_EQ(FromProto(shown.occur_time()), env_.clock.Now() - absl::Seconds(2));
  EXPECT_EQ(FromProto(shown.receive_time()), env_.clock.Now());
  EXPECT_EQ(shown.state(), v1::Event::STATE_UNMAPPED);
  EXPECT_EQ(shown.state_reason(), "no mapping reads email");
  EXPECT_THAT(shown.deliveries(), ElementsAre("workspaces/default/deliveries/d"));
  EXPECT_EQ(shown.payload_preview(), "{\"objectId\":7}");
  EXPECT_EQ(shown.log_position().edge_node(), "edgeNodes/one");
  EXPECT_EQ(shown.log_position().log_id(), "log");
  EXPECT_EQ(shown.log_position().sequence(), 9u);
}

TEST_F(EventServiceTest, WhatCouldNotBeReadIsShownAsTextOf2KiB) {
  Event event = MakeEvent("1");
  event.clear_action();
  event.clear_object_type();
  event.set_state(Event::STATE_UNPARSABLE);
  event.set_payload(std::string("\xff", 1) + std::string(2046, 'a') + "bcd");
  FC_ASSERT_OK_AND_ASSIGN(const v1::Event shown, Get(Add(event)));
  EXPECT_EQ(shown.type(), "");
  EXPECT_FALSE(shown.has_occur_time());
  EXPECT_THAT(shown.payload_preview(), StartsWith("\xef\xbf\xbd"
                                                  "aaa"));
  EXPECT_THAT(shown.payload_preview(), Not(HasSubstr("c")));
}

TEST_F(EventServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  EXPECT_THAT(Get("workspaces/default/events/none").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/default/events/none")));
  EXPECT_THAT(Get("none").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("name: \"none\""), HasSubstr("events/"))));
  for (const absl::Status& status :
       {api_.Call(&Stub::ListEvents, "parent: 'workspaces/none'").status(),
        api_.Call(&Stub::ListRejections, "parent: 'workspaces/none'").status()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
  }
}

TEST_F(EventServiceTest, AListGivesAllOncePageByPageNewestFirst) {
  const std::string a = Add(MakeEvent("a"));
  const std::string b = Add(MakeEvent("b"));
  const std::string c = Add(MakeEvent("c"));
  EXPECT_THAT(Names("page_size: 1 "), ElementsAre(c, b, a));
}

TEST_F(EventServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
  ExpectPagesAreChecked([&](const std::string& fields) { return Rejections(fields); });
}

TEST_F(EventServiceTest, AListCanBeOfAConnectionARecordOrAState) {
  const std::string plain = Add(MakeEvent("a"));
  Event other = MakeEvent("b");
  other.set_connection("workspaces/default/connections/other");
  other.set_record_id("8");
  Add(other);
  Event merge = MakeEvent("c");
  merge.set_action(store::v1::ACTION_MERGE);
  merge.set_record_id("9");
  merge.add_merged_record_ids("7");
  merge.set_state(Event::STATE_UNSUPPORTED);
  Add(merge);
  EXPECT_THAT(Names("connection: 'workspaces/default/connections/other' "),
              ElementsAre(other.name()));
  EXPECT_THAT(Names("connection: 'workspaces/default/connections/acme' record_id: '7' "),
              ElementsAre(merge.name(), plain));
  EXPECT_THAT(Names("state: STATE_UNSUPPORTED "), ElementsAre(merge.name()));
  EXPECT_THAT(Names("state: STATE_UNPARSABLE "), IsEmpty());
}

TEST_F(EventServiceTest, ListsRejectionsNewestFirst) {
  const std::string crm = "workspaces/default/apps/crm";
  const std::string first = AddRejection("1", crm);
  const std::string second = AddRejection("2", crm);
  EXPECT_THAT(Walk([&](const std::string& token) { return Rejections("page_size: 1 " + token); },
                   [](const auto& page) { return page.rejections(); }),
              ElementsAre(second, first));
  const v1::Rejection shown = Rejections("")->rejections(0);
  EXPECT_EQ(shown.app(), crm);
  EXPECT_EQ(shown.edge_node(), "edgeNodes/one");
  EXPECT_EQ(shown.reason(), "SIGNATURE_MISMATCH");
  EXPECT_EQ(shown.detail(), "the signature is another");
  EXPECT_EQ(shown.remote_address(), "192.0.2.1");
  EXPECT_EQ(shown.count(), 3);
}

TEST_F(EventServiceTest, RejectionsCanBeOfOneApp) {
  const std::string own = AddRejection("1", "workspaces/default/apps/crm");
  AddRejection("2", "workspaces/default/apps/other");
  const auto page = Rejections("app: 'workspaces/default/apps/crm'");
  FC_ASSERT_OK(page);
  ASSERT_EQ(page->rejections_size(), 1);
  EXPECT_EQ(page->rejections(0).name(), own);
}

TEST_F(EventServiceTest, ARejectedBodyIsCutAfter256Bytes) {
  AddRejection("1", "workspaces/default/apps/crm", std::string(256, 'a'));
  AddRejection("2", "workspaces/default/apps/crm", std::string(256, 'a') + "b");
  FC_ASSERT_OK_AND_ASSIGN(const auto page, Rejections(""));
  EXPECT_EQ(page.rejections(0).body_preview(), std::string(256, 'a'));
  EXPECT_EQ(page.rejections(1).body_preview(), std::string(256, 'a'));
}

TEST_F(EventServiceTest, AFilterByAValueThatThereIsNotIsRefused) {
  EXPECT_THAT(List("state: 99").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("state: 99 is none of"), HasSubstr("STATE_UNMAPPED"))));
}

}  // namespace
}  // namespace fluxcascade
