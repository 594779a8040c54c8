#include "tests/sandbox/hubspot/webhook_log.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

const absl::Time kStart = absl::FromUnixSeconds(1767225600);

SentWebhook Sent(int status, int second) {
  SentWebhook sent;
  sent.status = status;
  sent.portal_id = 62515;
  sent.send_time = kStart + absl::Seconds(second);
  sent.answer_time = sent.send_time + absl::Milliseconds(5);
  return sent;
}

TEST(WebhookLogTest, AnEventIsAcknowledgedByItsFirstSuccess) {
  WebhookLog log;
  const std::vector<json> events = {
      {{"eventId", 1}, {"objectId", 9}, {"subscriptionType", "contact.creation"}}};
  log.Add(Sent(500, 0), events);
  EXPECT_EQ(log.Events(false).size(), 1);
  EXPECT_TRUE(log.FirstAcknowledgements(62515).empty());
  log.Add(Sent(204, 1), events);
  log.Add(Sent(204, 2), events);
  const std::vector<EventFate> fates = log.Events(true);
  ASSERT_EQ(fates.size(), 1);
  EXPECT_EQ(fates[0].attempts, 3);
  EXPECT_EQ(fates[0].first_send_time, kStart);
  EXPECT_EQ(log.FirstAcknowledgements(62515).at(9),
            kStart + absl::Seconds(1) + absl::Milliseconds(5));
  EXPECT_TRUE(log.FirstAcknowledgements(62516).empty());
  EXPECT_EQ(log.Counts()["requests"], 3);
  EXPECT_EQ(log.Counts()["requests_answered_2xx"], 2);
}

TEST(WebhookLogTest, AMergeCountsForTheObjectThatStays) {
  WebhookLog log;
  log.Add(Sent(200, 0), {{{"eventId", 1}, {"primaryObjectId", 9}}});
  EXPECT_EQ(log.Events(std::nullopt)[0].object_id, 9);
}

TEST(WebhookLogTest, GivesRequestsByPages) {
  WebhookLog log;
  for (int i = 0; i < 3; ++i) log.Add(Sent(200, i), {});
  EXPECT_EQ(log.Requests(0, 2).size(), 2);
  EXPECT_EQ(log.Requests(2, 2).size(), 1);
  EXPECT_EQ(log.Requests(2, 2)[0].number, 3);
}

}  // namespace
}  // namespace fluxcascade::sandbox
