#include "tests/sandbox/hubspot/webhook_sender.h"

#include <functional>

#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sandbox/hubspot/webhook_signature.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

// Answers with what it is told to, and lets a test wait for a number of requests.
class FakePoster final : public WebhookPoster {
 public:
  PostResult Post(const WebhookPost& post) override {
    MutexLock lock(mutex_);
    posts_.push_back(post);
    arrived_.NotifyAll();
    if (static_cast<int>(posts_.size()) <= failures_) return {503, ""};
    return {204, ""};
  }
  std::vector<WebhookPost> Wait(size_t count) {
    MutexLock lock(mutex_);
    while (posts_.size() < count) arrived_.Wait(mutex_);
    return posts_;
  }
  void FailFirst(int count) {
    MutexLock lock(mutex_);
    failures_ = count;
  }

 private:
  Mutex mutex_;
  CondVar arrived_;
  int failures_ FC_GUARDED_BY(mutex_) = 0;
  std::vector<WebhookPost> posts_ FC_GUARDED_BY(mutex_);
};

class WebhookSenderTest : public testing::Test {
 protected:
  WebhookSenderTest() {
    WebhookQueueSettings settings;
    settings.batch_window = absl::ZeroDuration();
    settings.retry_time_scale = 0;
    sender_.set_queue_settings(settings);
    portal_ = *accounts_.AddAccount(0);
    app_ = *accounts_.AddApp({});
    EXPECT_THAT(accounts_.Install(app_.app_id, portal_, absl::Now()), IsOk());
    EXPECT_THAT(subscriptions_.SetSettings(app_.app_id, kUrl, 10, absl::Now()), IsOk());
    Subscribe("contact.creation");
  }
  void Subscribe(const std::string& type, const std::string& property = "") {
    WebhookSubscription subscription;
    subscription.event_type = type;
    subscription.property_name = property;
    subscription.active = true;
    EXPECT_THAT(subscriptions_.Create(app_.app_id, subscription, absl::Now()), IsOk());
  }
  void CreateContact() {
    const auto write = accounts_.Store(portal_)->Create(
        *FindCrmType("contact"), {{"email", "ann@example.com"}}, absl::Now());
    sender_.Publish(portal_, {"CRM_UI", "userId:1"}, write->changes);
  }
  void WaitUntilIdle() {
    while (sender_.unfinished() > 0) absl::SleepFor(absl::Milliseconds(1));
  }
  static std::string Header(const WebhookPost& post, const std::string& name) {
    for (const auto& [key, value] : post.headers) {
      if (key == name) return value;
    }
    return "";
  }

  static constexpr char kUrl[] = "https://edge.example.com/v1/hooks/t";
  FakeRandom random_;
  FakePoster poster_;
  AccountRegistry accounts_{random_};
  SubscriptionStore subscriptions_;
  WebhookSender sender_{{2, absl::Seconds(5)}, SystemClock(), random_, poster_, accounts_,
                        subscriptions_};
  int64_t portal_ = 0;
  HubSpotApp app_;
};

TEST_F(WebhookSenderTest, SendsASignedBatchToTheAppsTarget) {
  CreateContact();
  const WebhookPost post = poster_.Wait(1)[0];
  EXPECT_EQ(post.url, kUrl);
  const json events = json::parse(post.body);
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0]["subscriptionType"], "contact.creation");
  EXPECT_EQ(events[0]["portalId"], portal_);
  EXPECT_EQ(events[0]["attemptNumber"], 0);
  EXPECT_EQ(Header(post, "X-HubSpot-Signature"), SignatureV1(app_.client_secret, post.body));
  EXPECT_EQ(Header(post, "X-HubSpot-Signature-v3"),
            SignatureV3(app_.client_secret, "POST", kUrl, post.body,
                        Header(post, "X-HubSpot-Request-Timestamp")));
}

TEST_F(WebhookSenderTest, SendsAgainWhatWasNotTaken) {
  poster_.FailFirst(2);
  CreateContact();
  const std::vector<WebhookPost> posts = poster_.Wait(3);
  EXPECT_EQ(json::parse(posts[2].body)[0]["attemptNumber"], 2);
  EXPECT_EQ(json::parse(posts[0].body)[0]["eventId"], json::parse(posts[2].body)[0]["eventId"]);
  WaitUntilIdle();
  EXPECT_EQ(sender_.log().Events(true).size(), 1);
  EXPECT_EQ(sender_.log().Events(true)[0].attempts, 3);
}

TEST_F(WebhookSenderTest, TellsOfTheFirstPropertiesOnlyIfItIsToldTo) {
  Subscribe("contact.propertyChange", "email");
  sender_.set_property_changes_on_create(false);
  CreateContact();
  WaitUntilIdle();
  EXPECT_EQ(sender_.log().Events(std::nullopt).size(), 1);
}

TEST_F(WebhookSenderTest, DropsEventsOfAnAppWithoutATarget) {
  subscriptions_.ClearSettings(app_.app_id);
  CreateContact();
  WaitUntilIdle();
  EXPECT_EQ(sender_.log().Counts()["requests"], 0);
}

}  // namespace
}  // namespace fluxcascade::sandbox
