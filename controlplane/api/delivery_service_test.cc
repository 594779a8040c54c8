#include "controlplane/api/delivery_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "controlplane/queue/delivery_lifecycle.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using store::v1::DIRECTION_INBOUND;
using store::v1::DIRECTION_OUTBOUND;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using v1::Delivery;

constexpr char kEndpoint[] = "workspaces/default/endpoints/e";

class DeliveryServiceTest : public testing::Test {
 protected:
  using Stub = v1::DeliveryService::StubInterface;

  DeliveryServiceTest() {
    endpoint_.set_name(kEndpoint);
    endpoint_.set_url("https://hooks.example/1");
    env_.Do([&](Transaction& tx) { return tx.endpoints().Insert(endpoint_); });
  }

  // Of a contact's creation; gives its name.
  std::string AddInbound(const std::string& record = "1") {
    std::string name;
    env_.clock.Advance(absl::Milliseconds(1));
    store::v1::Event event;
    event.set_name(absl::StrCat("workspaces/default/events/", record));
    event.set_action(store::v1::ACTION_CREATE);
    event.set_object_type("contact");
    event.set_record_id(record);
    env_.Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(name, AcceptChange(tx, mapping_, event, env_.clock.Now(), env_.random));
      return absl::OkStatus();
    });
    return name;
  }
  std::string AddOutbound() {
    std::string name;
    env_.clock.Advance(absl::Milliseconds(1));
    store::v1::Message message;
    message.set_name(absl::StrCat("workspaces/default/messages/m", ++messages_));
    message.set_event_type("record.created");
    message.set_body("{\"id\":\"1\"}");
    env_.Do([&](Transaction& tx) -> absl::Status {
      FC_RETURN_IF_ERROR(tx.messages().Insert(message));
      FC_ASSIGN_OR_RETURN(name,
                          AcceptMessage(tx, endpoint_, message, env_.clock.Now(), env_.random));
      return absl::OkStatus();
    });
    return name;
  }
  // The delivery, which must be the only one due, is begun.
  ClaimedDelivery Claim(store::v1::Direction direction) {
    ClaimedDelivery claimed;
    env_.Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(const auto items, tx.queue().ClaimDue({direction, env_.clock.Now(), 1,
                                                                 "pool", absl::Minutes(1)}));
      if (items.empty()) return absl::NotFoundError("nothing is due");
      FC_ASSIGN_OR_RETURN(claimed, Begin(tx, items[0], env_.clock.Now()));
      return absl::OkStatus();
    });
    return claimed;
  }
  static store::v1::Attempt FailedAttempt() {
    store::v1::Attempt attempt;
    attempt.set_http_status(422);
    attempt.set_error("Name cannot be empty");
    attempt.set_blame(store::v1::Attempt::BLAME_TARGET);
    attempt.set_response_preview("{\"error\":1}");
    store::v1::Phase& phase = *attempt.add_phases();
    phase.set_name("write");
    *phase.mutable_duration() = ToProto(absl::Milliseconds(12));
    return attempt;
  }
  void EndAs(store::v1::Delivery::State state, store::v1::Direction direction = DIRECTION_INBOUND) {
    const ClaimedDelivery claimed = Claim(direction);
    const absl::Time now = env_.clock.Now();
    env_.Do([&](Transaction& tx) -> absl::Status {
      store::v1::Attempt attempt;
      if (state == store::v1::Delivery::STATE_SUCCEEDED) return Succeed(tx, claimed, attempt, now);
      if (state == store::v1::Delivery::STATE_SKIPPED) {
        return Skip(tx, claimed, "nothing to do", attempt, now);
      }
      return Fail(tx, claimed, FailedAttempt(), /*retry_can_help=*/false, now).status();
    });
  }
  absl::StatusOr<Delivery> Get(const std::string& name) {
    return api_.Call(&Stub::GetDelivery, absl::StrCat("name: '", name, "'"));
  }
  absl::StatusOr<v1::ListDeliveriesResponse> List(const std::string& fields) {
    return api_.Call(&Stub::ListDeliveries, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  std::vector<std::string> Names(const std::string& fields) {
    std::vector<std::string> names;
    const auto page = List(fields);
    EXPECT_THAT(page, IsOk());
    for (const Delivery& delivery : page->deliveries()) names.push_back(delivery.name());
    return names;
  }
  absl::StatusOr<Delivery> Retry(const std::string& name) {
    return api_.Call(&Stub::RetryDelivery, absl::StrCat("name: '", name, "'"));
  }

  ApiEnvironment env_;
  const store::v1::Mapping mapping_ =
      env_.AddMapping("m", env_.AddConnection("acme", env_.AddApp("crm", "hubspot")),
                      env_.AddConnection("sales", env_.AddApp("sales", "pipedrive")));
  store::v1::Endpoint endpoint_;
  int messages_ = 0;
  DeliveryServiceImpl service_{env_.context};
  InProcess<v1::DeliveryService> api_{service_};
};

TEST_F(DeliveryServiceTest, ShowsAnInboundDelivery) {
  const std::string name = AddInbound("42");
  FC_ASSERT_OK_AND_ASSIGN(const Delivery delivery, Get(name));
  EXPECT_EQ(delivery.state(), Delivery::STATE_PENDING);
  ASSERT_TRUE(delivery.has_inbound());
  EXPECT_EQ(delivery.inbound().mapping(), mapping_.name());
  EXPECT_EQ(delivery.inbound().source_record_id(), "42");
  EXPECT_EQ(delivery.inbound().event_type(), "contact.create");
  EXPECT_THAT(delivery.inbound().events(), ElementsAre("workspaces/default/events/42"));
  EXPECT_EQ(delivery.attempt_count(), 0);
  EXPECT_EQ(delivery.max_attempts(), 5);
  EXPECT_EQ(FromProto(delivery.next_attempt_time()), env_.clock.Now());
  EXPECT_THAT(delivery.attempts(), IsEmpty());
}

TEST_F(DeliveryServiceTest, ShowsAnOutboundDelivery) {
  FC_ASSERT_OK_AND_ASSIGN(const Delivery delivery, Get(AddOutbound()));
  ASSERT_TRUE(delivery.has_outbound());
  EXPECT_EQ(delivery.outbound().endpoint(), kEndpoint);
  EXPECT_EQ(delivery.outbound().message_id(), "m1");
  EXPECT_EQ(delivery.outbound().event_type(), "record.created");
  EXPECT_EQ(delivery.outbound().url(), "https://hooks.example/1");
  EXPECT_EQ(delivery.max_attempts(), 6);
  EXPECT_EQ(delivery.payload_preview(), "{\"id\":\"1\"}");
}

TEST_F(DeliveryServiceTest, ShowsWhyAnAttemptFailed) {
  const std::string name = AddInbound();
  EndAs(store::v1::Delivery::STATE_FAILED);
  FC_ASSERT_OK_AND_ASSIGN(const Delivery delivery, Get(name));
  EXPECT_EQ(delivery.state(), Delivery::STATE_FAILED);
  EXPECT_EQ(delivery.state_reason(), "Name cannot be empty");
  EXPECT_FALSE(delivery.has_next_attempt_time());
  ASSERT_THAT(delivery.attempts(), SizeIs(1));
  const v1::Attempt& attempt = delivery.attempts(0);
  EXPECT_EQ(attempt.number(), 1);
  EXPECT_FALSE(attempt.succeeded());
  EXPECT_EQ(attempt.http_status(), 422);
  EXPECT_EQ(attempt.error(), "Name cannot be empty");
  EXPECT_EQ(attempt.blame(), v1::Attempt::BLAME_TARGET);
  EXPECT_EQ(attempt.response_preview(), "{\"error\":1}");
  ASSERT_THAT(attempt.phases(), SizeIs(1));
  EXPECT_EQ(attempt.phases(0).name(), "write");
  EXPECT_EQ(FromProto(attempt.phases(0).duration()), absl::Milliseconds(12));
}

TEST_F(DeliveryServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  const std::string none = "workspaces/default/deliveries/none";
  EXPECT_THAT(Get(none).status(), StatusIs(StatusCode::kNotFound, HasSubstr(none)));
  EXPECT_THAT(Retry(none).status(), StatusIs(StatusCode::kNotFound, HasSubstr(none)));
  for (const absl::Status& status : {Get("none").status(), Retry("none").status()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument,
                                 AllOf(HasSubstr("name: \"none\""), HasSubstr("deliveries/"))));
  }
  EXPECT_THAT(api_.Call(&Stub::ListDeliveries, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
}

TEST_F(DeliveryServiceTest, AListGivesAllOncePageByPageNewestFirst) {
  const std::string a = AddInbound("a");
  const std::string b = AddOutbound();
  const std::string c = AddInbound("c");
  EXPECT_THAT(Walk([&](const std::string& token) { return List("page_size: 2 " + token); },
                   [](const auto& page) { return page.deliveries(); }),
              ElementsAre(c, b, a));
}

TEST_F(DeliveryServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
}

TEST_F(DeliveryServiceTest, AListIsWithoutAttempts) {
  AddInbound();
  EndAs(store::v1::Delivery::STATE_FAILED);
  EXPECT_THAT(List("")->deliveries(0).attempts(), IsEmpty());
}

TEST_F(DeliveryServiceTest, AListCanBeOfOneKind) {
  const std::string failed = AddInbound("failed");
  EndAs(store::v1::Delivery::STATE_FAILED);
  const std::string waiting = AddInbound("waiting");
  const std::string sent = AddOutbound();
  EXPECT_THAT(Names("direction: DIRECTION_OUTBOUND"), ElementsAre(sent));
  EXPECT_THAT(Names("direction: DIRECTION_INBOUND"), ElementsAre(waiting, failed));
  EXPECT_THAT(Names("state: STATE_FAILED"), ElementsAre(failed));
  EXPECT_THAT(Names("state: STATE_PENDING"), ElementsAre(sent, waiting));
  EXPECT_THAT(Names(absl::StrCat("mapping: '", mapping_.name(), "' state: STATE_PENDING")),
              ElementsAre(waiting));
  EXPECT_THAT(Names(absl::StrCat("endpoint: '", kEndpoint, "'")), ElementsAre(sent));
  EXPECT_THAT(Names("mapping: 'workspaces/default/mappings/other'"), IsEmpty());
}

TEST_F(DeliveryServiceTest, AFailedDeliveryOfEitherDirectionIsRetriedAtOnceWithAFreshSchedule) {
  for (const auto direction : {DIRECTION_INBOUND, DIRECTION_OUTBOUND}) {
    const std::string name = direction == DIRECTION_INBOUND ? AddInbound() : AddOutbound();
    EndAs(store::v1::Delivery::STATE_FAILED, direction);
    env_.clock.Advance(absl::Hours(1));
    const int work = env_.work;
    FC_ASSERT_OK_AND_ASSIGN(const Delivery delivery, Retry(name));
    EXPECT_EQ(delivery.state(), Delivery::STATE_PENDING);
    EXPECT_EQ(delivery.attempt_count(), 0);
    EXPECT_EQ(delivery.state_reason(), "");
    EXPECT_EQ(FromProto(delivery.next_attempt_time()), env_.clock.Now());
    EXPECT_EQ(env_.work, work + 1);
    EXPECT_EQ(Claim(direction).delivery.name(), name);
  }
}

TEST_F(DeliveryServiceTest, AWaitingDeliveryIsRetriedAtOnce) {
  const std::string name = AddInbound();
  const ClaimedDelivery claimed = Claim(DIRECTION_INBOUND);
  env_.Do([&](Transaction& tx) {
    return Wait(tx, claimed, "a rate limit", env_.clock.Now() + absl::Hours(1), env_.clock.Now());
  });
  EXPECT_EQ(Get(name)->waiting_for(), "a rate limit");
  FC_ASSERT_OK_AND_ASSIGN(const Delivery delivery, Retry(name));
  EXPECT_EQ(FromProto(delivery.next_attempt_time()), env_.clock.Now());
  EXPECT_EQ(delivery.waiting_for(), "");
}

TEST_F(DeliveryServiceTest, WhatHasSucceededOrWasSkippedIsNotRetried) {
  const std::string succeeded = AddInbound("1");
  EndAs(store::v1::Delivery::STATE_SUCCEEDED);
  const std::string skipped = AddInbound("2");
  EndAs(store::v1::Delivery::STATE_SKIPPED);
  EXPECT_THAT(Retry(succeeded).status(),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(succeeded), HasSubstr("has succeeded"),
                             HasSubstr("only failed or waiting ones"))));
  EXPECT_THAT(Retry(skipped).status(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("was skipped")));
  EXPECT_EQ(env_.work, 0);
}

TEST_F(DeliveryServiceTest, WhatIsRunningIsNotRetried) {
  const std::string name = AddInbound();
  Claim(DIRECTION_INBOUND);
  EXPECT_THAT(Retry(name).status(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("is running")));
}

TEST_F(DeliveryServiceTest, WithoutItsMappingOrEndpointNothingIsRetried) {
  const std::string in = AddInbound();
  EndAs(store::v1::Delivery::STATE_FAILED);
  const std::string out = AddOutbound();
  EndAs(store::v1::Delivery::STATE_FAILED, DIRECTION_OUTBOUND);
  env_.Do([&](Transaction& tx) -> absl::Status {
    FC_RETURN_IF_ERROR(tx.mappings().Delete(mapping_.name()));
    return tx.endpoints().Delete(kEndpoint);
  });
  EXPECT_THAT(Retry(in).status(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("its mapping is gone")));
  EXPECT_THAT(Retry(out).status(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("its endpoint is gone")));
}

TEST_F(DeliveryServiceTest, AFilterByAValueThatThereIsNotIsRefused) {
  EXPECT_THAT(List("direction: 99").status(),
              StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("direction: 99 is none of"),
                                                           HasSubstr("DIRECTION_INBOUND"))));
  EXPECT_THAT(List("state: 99").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("state: 99 is none of"), HasSubstr("STATE_FAILED"))));
}

}  // namespace
}  // namespace fluxcascade
