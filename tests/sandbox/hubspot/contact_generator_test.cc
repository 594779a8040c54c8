#include "tests/sandbox/hubspot/contact_generator.h"

#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

class NullPoster final : public WebhookPoster {
 public:
  PostResult Post(const WebhookPost&) override { return {204, ""}; }
};

class ContactGeneratorTest : public testing::Test {
 protected:
  ContactGeneratorTest() {
    session_.portal_id = *accounts_.AddAccount(0);
    session_.store = accounts_.Store(session_.portal_id);
  }
  void Run(const GenerateRequest& request) {
    FC_ASSERT_OK(generator_.Start(session_, request).status());
    while (generator_.Progress().back().running) absl::SleepFor(absl::Milliseconds(1));
  }

  FakeRandom random_;
  NullPoster poster_;
  AccountRegistry accounts_{random_};
  SubscriptionStore subscriptions_;
  WebhookSender sender_{{1, absl::Seconds(1)}, SystemClock(), random_, poster_, accounts_,
                        subscriptions_};
  CrmService service_{SystemClock(), sender_};
  ContactGenerator generator_{SystemClock(), service_};
  CrmSession session_;
};

TEST_F(ContactGeneratorTest, MakesContactsAndThenNewVersionsOfThem) {
  GenerateRequest request;
  request.count = 3;
  request.rate_per_s = 1e6;
  Run(request);
  EXPECT_EQ(generator_.Progress()[0].done, 3);
  ASSERT_EQ(generator_.Contacts().size(), 3);
  EXPECT_EQ(generator_.Contacts()[2].email, "load-000003@example.com");

  request.update = true;
  request.contacts = 3;
  request.count = 7;
  Run(request);
  FC_ASSERT_OK_AND_ASSIGN(
      const CrmObject first,
      session_.store->Get(*FindCrmType("contact"), "load-000001@example.com", "email", false));
  EXPECT_EQ(first.properties.at("jobtitle"), "3");
}

TEST_F(ContactGeneratorTest, CountsWhatCouldNotBeMade) {
  GenerateRequest request;
  request.count = 2;
  request.rate_per_s = 1e6;
  Run(request);
  Run(request);
  EXPECT_EQ(generator_.Progress()[1].failed, 2) << "their e-mail addresses are taken";
}

TEST_F(ContactGeneratorTest, RefusesARunWithoutAnEndOrARate) {
  GenerateRequest request;
  EXPECT_THAT(generator_.Start(session_, request), StatusIs(absl::StatusCode::kInvalidArgument));
  request.count = 1;
  request.rate_per_s = 0;
  EXPECT_THAT(generator_.Start(session_, request), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ContactGeneratorTest, StopsARunOnTheWay) {
  GenerateRequest request;
  request.count = 1000000;
  request.rate_per_s = 0.01;
  FC_ASSERT_OK(generator_.Start(session_, request).status());
  generator_.Stop();
  EXPECT_TRUE(generator_.Progress().empty());
}

}  // namespace
}  // namespace fluxcascade::sandbox
