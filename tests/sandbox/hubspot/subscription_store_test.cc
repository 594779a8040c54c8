#include "tests/sandbox/hubspot/subscription_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

constexpr int64_t kApp = 7;

class SubscriptionStoreTest : public testing::Test {
 protected:
  absl::StatusOr<WebhookSubscription> Create(const std::string& type,
                                             const std::string& property = "") {
    WebhookSubscription subscription;
    subscription.event_type = type;
    subscription.property_name = property;
    return store_.Create(kApp, subscription, now_);
  }

  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  SubscriptionStore store_;
};

TEST_F(SubscriptionStoreTest, ANewSubscriptionIsPausedUntilItIsActivated) {
  FC_ASSERT_OK_AND_ASSIGN(const WebhookSubscription made, Create("contact.creation"));
  EXPECT_FALSE(made.active);
  FC_ASSERT_OK(store_.SetActive(kApp, made.id, true, now_).status());
  EXPECT_TRUE(store_.Get(kApp, made.id)->active);
  FC_ASSERT_OK(store_.Delete(kApp, made.id));
  EXPECT_THAT(store_.Delete(kApp, made.id), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.Get(kApp, made.id), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SubscriptionStoreTest, RefusesWhatHubSpotRefuses) {
  EXPECT_THAT(Create("contact.sneeze"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Create("product.associationChange"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Create("contact.propertyChange"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Create("contact.propertyChange", "hs_lastmodifieddate"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  FC_EXPECT_OK(Create("contact.propertyChange", "email").status());
  FC_EXPECT_OK(Create("contact.propertyChange", "city").status());
  EXPECT_THAT(Create("contact.propertyChange", "city"), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(SubscriptionStoreTest, TakesAThousandSubscriptionsOfAnAppAndNotOneMore) {
  for (size_t i = 0; i < SubscriptionStore::kMaxSubscriptions; ++i) {
    FC_ASSERT_OK(Create("contact.propertyChange", absl::StrCat("p", i)).status());
  }
  EXPECT_THAT(Create("contact.creation"), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(store_.List(kApp + 1).size(), 0);
}

TEST_F(SubscriptionStoreTest, SettingsNeedHttpsAndMoreThanFive) {
  EXPECT_THAT(store_.SetSettings(kApp, "http://a.b/", 10, now_),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(store_.SetSettings(kApp, "https://a.b/", 5, now_),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(store_.Settings(kApp), StatusIs(absl::StatusCode::kNotFound));
  FC_ASSERT_OK(store_.SetSettings(kApp, "https://a.b/", 6, now_).status());
  FC_ASSERT_OK_AND_ASSIGN(const WebhookSettings changed,
                          store_.SetSettings(kApp, "https://a.b/c", 10, now_ + absl::Seconds(1)));
  EXPECT_EQ(changed.create_time, now_);
  EXPECT_EQ(changed.update_time, now_ + absl::Seconds(1));
  store_.ClearSettings(kApp);
  EXPECT_THAT(store_.Settings(kApp), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace fluxcascade::sandbox
