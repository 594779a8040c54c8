#include "controlplane/api/subscription_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "controlplane/subscriptions/subscription_controller.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using v1::Subscription;

constexpr char kApp[] = "workspaces/default/apps/crm";

class SubscriptionServiceTest : public testing::Test {
 protected:
  using Stub = v1::SubscriptionService::StubInterface;

  static std::string NameOf(const std::string& id) {
    return absl::StrCat(kApp, "/subscriptions/", id);
  }
  void Add(const std::string& id) {
    store::v1::Subscription subscription;
    subscription.set_name(NameOf(id));
    subscription.set_app(kApp);
    subscription.set_event_type("contact.propertyChange");
    subscription.set_property("email");
    subscription.set_state(store::v1::Subscription::STATE_FAILED);
    subscription.set_state_reason("the URL is another's");
    subscription.set_external_id("99");
    subscription.set_target_url("https://hooks.example/v1/hooks/token");
    subscription.add_mappings("workspaces/default/mappings/m");
    subscription.set_failed_attempts(2);
    *subscription.mutable_next_attempt_time() = ToProto(env_.clock.Now());
    env_.Do([&](Transaction& tx) { return tx.subscriptions().Insert(subscription); });
  }
  absl::StatusOr<Subscription> Get(const std::string& name) {
    return api_.Call(&Stub::GetSubscription, absl::StrCat("name: '", name, "'"));
  }
  absl::StatusOr<v1::ListSubscriptionsResponse> List(const std::string& fields,
                                                     const std::string& parent = kApp) {
    return api_.Call(&Stub::ListSubscriptions, absl::StrCat("parent: '", parent, "' ", fields));
  }
  absl::StatusOr<v1::ReconcileSubscriptionsResponse> Reconcile(const std::string& parent) {
    return api_.Call(&Stub::ReconcileSubscriptions, absl::StrCat("parent: '", parent, "'"));
  }

  ApiEnvironment env_;
  const store::v1::App app_ = env_.AddApp("crm", "hubspot");
  SubscriptionController controller_{
      {*env_.store, env_.connectors, env_.systems, env_.clock, env_.random}};
  SubscriptionServiceImpl service_{env_.context, controller_};
  InProcess<v1::SubscriptionService> api_{service_};
};

TEST_F(SubscriptionServiceTest, ShowsASubscriptionAndWhyItFailed) {
  Add("s");
  FC_ASSERT_OK_AND_ASSIGN(const Subscription subscription, Get(NameOf("s")));
  EXPECT_EQ(subscription.event_type(), "contact.propertyChange");
  EXPECT_EQ(subscription.property(), "email");
  EXPECT_EQ(subscription.state(), Subscription::STATE_FAILED);
  EXPECT_EQ(subscription.state_reason(), "the URL is another's");
  EXPECT_EQ(subscription.external_id(), "99");
  EXPECT_EQ(subscription.target_url(), "https://hooks.example/v1/hooks/token");
  EXPECT_THAT(subscription.mappings(), ElementsAre("workspaces/default/mappings/m"));
  EXPECT_EQ(subscription.failed_attempts(), 2);
  EXPECT_EQ(FromProto(subscription.next_attempt_time()), env_.clock.Now());
}

TEST_F(SubscriptionServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  EXPECT_THAT(Get(NameOf("none")).status(),
              StatusIs(StatusCode::kNotFound, HasSubstr(NameOf("none"))));
  EXPECT_THAT(Get("none").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("name: \"none\""), HasSubstr("subscriptions/"))));
  const std::string none = "workspaces/default/apps/none";
  EXPECT_THAT(List("", none).status(), StatusIs(StatusCode::kNotFound, HasSubstr(none)));
  EXPECT_THAT(Reconcile(none).status(), StatusIs(StatusCode::kNotFound, HasSubstr(none)));
  for (const absl::Status& status : {List("", "crm").status(), Reconcile("crm").status()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument,
                                 AllOf(HasSubstr("parent: \"crm\""),
                                       HasSubstr("workspaces/{workspace}/apps/{app}"))));
  }
}

TEST_F(SubscriptionServiceTest, ADeletedAppHasNoneAlthoughItsHookIsStillServed) {
  env_.Do([&](Transaction& tx) {
    store::v1::App deleted = app_;
    *deleted.mutable_delete_time() = ToProto(env_.clock.Now());
    return tx.apps().Update(deleted);
  });
  EXPECT_THAT(List("").status(), StatusIs(StatusCode::kNotFound, HasSubstr("was deleted")));
  EXPECT_THAT(Reconcile(kApp).status(), StatusIs(StatusCode::kNotFound, HasSubstr("was deleted")));
}

TEST_F(SubscriptionServiceTest, AListGivesAllOfTheAppOncePageByPage) {
  for (const char* id : {"c", "a", "b"}) Add(id);
  EXPECT_THAT(Walk([&](const std::string& token) { return List("page_size: 2 " + token); },
                   [](const auto& page) { return page.subscriptions(); }),
              ElementsAre(NameOf("a"), NameOf("b"), NameOf("c")));
  const auto other = env_.AddApp("other", "hubspot");
  EXPECT_THAT(List("", other.name())->subscriptions(), IsEmpty());
}

TEST_F(SubscriptionServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
}

TEST_F(SubscriptionServiceTest, AReconcileMakesWhatTheMappingsNeedAndSaysWhatItWaitsFor) {
  store::v1::Mapping mapping =
      env_.AddMapping("m", env_.AddConnection("acme", app_),
                      env_.AddConnection("sales", env_.AddApp("sales", "pipedrive")));
  FC_ASSERT_OK_AND_ASSIGN(const auto before, Reconcile(kApp));
  EXPECT_THAT(before.subscriptions(), IsEmpty()) << "real-time is off";
  mapping.set_realtime_enabled(true);
  env_.Do([&](Transaction& tx) { return tx.mappings().Update(mapping); });
  FC_ASSERT_OK_AND_ASSIGN(const auto answer, Reconcile(kApp));
  ASSERT_GT(answer.subscriptions_size(), 0);
  for (const Subscription& subscription : answer.subscriptions()) {
    EXPECT_EQ(subscription.state(), Subscription::STATE_PENDING);
    EXPECT_THAT(subscription.state_reason(), HasSubstr("waits for an edge of edgeGroups/main"));
    EXPECT_THAT(subscription.mappings(), ElementsAre(mapping.name()));
  }
  EXPECT_THAT(env_.systems.credentials_used(), IsEmpty()) << "the system is not called yet";
}

}  // namespace
}  // namespace fluxcascade
