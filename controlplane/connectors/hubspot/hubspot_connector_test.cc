#include "controlplane/connectors/hubspot/hubspot_connector.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "controlplane/connectors/status_payloads.h"
#include "controlplane/connectors/testing/fake_api_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json Contact(const std::string& id, const std::string& email, bool archived = false) {
  return {{"id", id},
          {"properties", {{"email", email}}},
          {"updatedAt", "2026-01-01T00:00:00Z"},
          {"archived", archived}};
}

class HubSpotConnectorTest : public ::testing::Test {
 protected:
  // Answers, in order, to what is asked.
  FakeApiClient Api(std::vector<HttpResponse> answers,
                    CallCredential credential = {CredentialKind::kApiToken, "fake-token"}) {
    return FakeApiClient(connector_, std::move(credential),
                         [answers = std::move(answers), next = size_t{0}](
                             const HttpRequest&) mutable -> absl::StatusOr<HttpResponse> {
                           if (next == answers.size()) return absl::UnavailableError("no answer");
                           return answers[next++];
                         });
  }

  HubSpotConnector connector_{HubSpotOptions{.api_base_url = "https://hs.test"}};
  const AppIdentity app_{.external_id = "54321",
                         .client_id = "client",
                         .client_secret = "fake-secret",
                         .accepted_signatures = {}};
};

TEST_F(HubSpotConnectorTest, ADeveloperKeyGoesIntoTheQueryAndATokenIntoTheHeader) {
  HttpRequest request;
  request.url = "https://hs.test/x?a=1";
  ASSERT_TRUE(connector_.Authorize({CredentialKind::kDeveloperKey, "fake key"}, request).ok());
  EXPECT_EQ(request.url, "https://hs.test/x?a=1&hapikey=fake%20key");
  ASSERT_TRUE(connector_.Authorize({CredentialKind::kOAuth, "fake-token"}, request).ok());
  EXPECT_EQ(request.headers.back().second, "Bearer fake-token");
}

TEST_F(HubSpotConnectorTest, ReadsManyRecordsInOneCall) {
  auto api =
      Api({FakeAnswer(200, {{"results", {Contact("1", "a@x.test"), Contact("2", "b@x.test")}}})});
  const auto records = connector_.Read(api, "contact", {"1", "2"}, {"email"});
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->size(), 2u);
  EXPECT_THAT(api.lines(), ElementsAre("POST https://hs.test/crm/v3/objects/contacts/batch/read"));
  EXPECT_EQ(json::parse(api.requests()[0].body)["inputs"].dump(), R"([{"id":"1"},{"id":"2"}])");
}

TEST_F(HubSpotConnectorTest, ReadsInBatchesOfAHundred) {
  std::vector<std::string> ids;
  json first = json::array();
  for (int i = 1001; i <= 1101; ++i) {
    ids.push_back(absl::StrCat(i));
    if (i <= 1100) first.push_back(Contact(ids.back(), "a@x.test"));
  }
  auto api = Api({FakeAnswer(200, {{"results", first}}),
                  FakeAnswer(200, {{"results", {Contact("1101", "a@x.test")}}})});
  const auto records = connector_.Read(api, "contact", ids, {"email"});
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->size(), 101u);
  EXPECT_EQ(api.requests().size(), 2u);
}

TEST_F(HubSpotConnectorTest, AMissingRecordIsLookedForAmongTheArchivedOnes) {
  auto api =
      Api({FakeAnswer(207, {{"results", {Contact("8", "there@x.test")}}, {"numErrors", 1}}),
           FakeAnswer(200, {{"results", {Contact("7", "gone@x.test", /*archived=*/true)}}})});
  const auto records = connector_.Read(api, "contact", {"7", "8"}, {"email"});
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_TRUE((*records)[1].archived);
  EXPECT_THAT(api.lines(),
              ElementsAre("POST https://hs.test/crm/v3/objects/contacts/batch/read",
                          "POST https://hs.test/crm/v3/objects/contacts/batch/read?archived=true"));
  EXPECT_EQ(json::parse(api.requests()[1].body)["inputs"].dump(), R"([{"id":"7"}])");
}

TEST_F(HubSpotConnectorTest, ARecordThatNobodyKnowsIsNoError) {
  auto api = Api({FakeAnswer(200, {{"results", json::array()}}),
                  FakeAnswer(207, {{"results", json::array()}})});
  const auto records = connector_.Read(api, "contact", {"7"}, {"email"});
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_THAT(*records, IsEmpty());
}

TEST_F(HubSpotConnectorTest, AnIdThatWasMergedAwayDoesNotGiveTheWinner) {
  auto api = Api({FakeAnswer(200, {{"results", {Contact("9", "winner@x.test")}}}),
                  FakeAnswer(200, {{"results", json::array()}})});
  const auto records = connector_.Read(api, "contact", {"7"}, {"email"});
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_THAT(*records, IsEmpty());
}

TEST_F(HubSpotConnectorTest, FindsByAddressWithoutTheSearchThatLags) {
  auto api = Api({FakeAnswer(200, Contact("5", "a+b@x.test"))});
  const auto records = connector_.Find(api, "contact", "email", "a+b@x.test", {"phone"});
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_THAT(api.lines()[0], HasSubstr("/contacts/a%2Bb%40x.test?"));
  EXPECT_THAT(api.lines()[0], HasSubstr("idProperty=email"));
}

TEST_F(HubSpotConnectorTest, FindsByOtherFieldsOldestFirst) {
  auto api = Api({FakeAnswer(200, {{"total", 1}, {"results", {Contact("5", "a@x.test")}}})});
  ASSERT_TRUE(connector_.Find(api, "contact", "phone", "123", {}).ok());
  const json body = json::parse(api.requests()[0].body);
  EXPECT_EQ(body["filterGroups"][0]["filters"][0].dump(),
            R"({"operator":"EQ","propertyName":"phone","value":"123"})");
  EXPECT_EQ(body["sorts"][0]["direction"], "ASCENDING");
  EXPECT_EQ(body["limit"], 10);
  EXPECT_THAT(api.phases(), ElementsAre("search"));
}

TEST_F(HubSpotConnectorTest, NobodyIsFoundByAnEmptyValue) {
  auto api = Api({});
  EXPECT_THAT(*connector_.Find(api, "contact", "email", nullptr, {}), IsEmpty());
}

TEST_F(HubSpotConnectorTest, CreatesUpdatesAndArchives) {
  auto api = Api({FakeAnswer(201, Contact("5", "a@x.test")),
                  FakeAnswer(200, Contact("5", "b@x.test")), FakeAnswer(204, json())});
  EXPECT_EQ(connector_.Create(api, "contact", {{"email", "a@x.test"}})->id, "5");
  EXPECT_EQ(connector_.Update(api, "contact", "5", {{"email", "b@x.test"}})->fields.at("email"),
            "b@x.test");
  EXPECT_TRUE(connector_.Remove(api, "contact", "5", DeleteMode::kArchive).ok());
  EXPECT_THAT(api.lines(), ElementsAre("POST https://hs.test/crm/v3/objects/contacts",
                                       "PATCH https://hs.test/crm/v3/objects/contacts/5",
                                       "DELETE https://hs.test/crm/v3/objects/contacts/5"));
}

TEST_F(HubSpotConnectorTest, WhatIsGoneIsRemoved) {
  auto api = Api({FakeAnswer(404, json::object())});
  EXPECT_TRUE(connector_.Remove(api, "contact", "5", DeleteMode::kArchive).ok());
}

TEST_F(HubSpotConnectorTest, ContactsCannotBeDeletedForGood) {
  auto api = Api({});
  EXPECT_EQ(connector_.Remove(api, "contact", "5", DeleteMode::kDelete).code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(HubSpotConnectorTest, AnUnknownObjectTypeIsAnsweredWithTheOnesThereAre) {
  auto api = Api({});
  const absl::Status status = connector_.DescribeObjectType(api, "contract").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("there are: contact"));
}

TEST_F(HubSpotConnectorTest, SubscribesToWhatTheMappedFieldsNeed) {
  EXPECT_THAT(
      connector_.RequiredSubscriptions("contact", {"phone", "email", "hs_lastmodifieddate"}),
      ElementsAre(SubscriptionSpec{"contact.creation", ""},
                  SubscriptionSpec{"contact.deletion", ""}, SubscriptionSpec{"contact.merge", ""},
                  SubscriptionSpec{"contact.propertyChange", "email"},
                  SubscriptionSpec{"contact.propertyChange", "phone"}));
}

TEST_F(HubSpotConnectorTest, ReadsTheRegistrationOfAnApp) {
  auto api = Api({FakeAnswer(200, {{"targetUrl", "https://hooks.test/x"}}),
                  FakeAnswer(200, {{"results",
                                    {{{"id", "12"},
                                      {"eventType", "contact.propertyChange"},
                                      {"propertyName", "email"},
                                      {"active", true}}}}})},
                 {CredentialKind::kDeveloperKey, "fake-key"});
  const auto registration = connector_.GetRegistration(api, app_);
  ASSERT_TRUE(registration.ok()) << registration.status();
  EXPECT_EQ(registration->target_url, "https://hooks.test/x");
  ASSERT_EQ(registration->subscriptions.size(), 1u);
  EXPECT_EQ(registration->subscriptions[0].spec.property, "email");
  EXPECT_TRUE(registration->subscriptions[0].active);
  EXPECT_THAT(api.lines()[1], HasSubstr("/webhooks/v3/54321/subscriptions?hapikey=fake-key"));
}

TEST_F(HubSpotConnectorTest, AnAppWithoutSettingsHasNoTargetUrl) {
  auto api = Api({FakeAnswer(404, json::object()), FakeAnswer(200, {{"results", json::array()}})});
  EXPECT_EQ(connector_.GetRegistration(api, app_)->target_url, "");
}

TEST_F(HubSpotConnectorTest, AnAppThatHubSpotDoesNotHaveIsNotFound) {
  auto api = Api({FakeAnswer(404, json::object()), FakeAnswer(404, json::object())});
  EXPECT_EQ(connector_.GetRegistration(api, app_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(HubSpotConnectorTest, SettingTheTargetUrlKeepsTheThrottling) {
  auto api = Api({FakeAnswer(200, {{"targetUrl", "https://old.test"},
                                   {"throttling", {{"maxConcurrentRequests", 25}}}}),
                  FakeAnswer(200, json::object())});
  ASSERT_TRUE(connector_.SetTargetUrl(api, app_, "https://new.test").ok());
  EXPECT_EQ(api.requests()[1].body,
            R"({"targetUrl":"https://new.test","throttling":{"maxConcurrentRequests":25}})");
}

TEST_F(HubSpotConnectorTest, SubscriptionsAreCreatedActiveAndTakenAwayTwiceWithoutHarm) {
  auto api = Api({FakeAnswer(201, {{"id", "77"}, {"active", true}}), FakeAnswer(204, json()),
                  FakeAnswer(404, json::object())});
  const auto id = connector_.CreateSubscription(api, app_, {"contact.propertyChange", "email"});
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, "77");
  EXPECT_EQ(api.requests()[0].body,
            R"({"active":true,"eventType":"contact.propertyChange","propertyName":"email"})");
  EXPECT_TRUE(connector_.DeleteSubscription(api, app_, "77").ok());
  EXPECT_TRUE(connector_.DeleteSubscription(api, app_, "77").ok());
}

TEST_F(HubSpotConnectorTest, TheAccountIsThePortal) {
  auto api = Api({FakeAnswer(200, {{"portalId", 62515}})});
  EXPECT_EQ(*connector_.CheckAccount(api), "62515");
}

TEST_F(HubSpotConnectorTest, RefreshesByForm) {
  const HttpRequest request = connector_.RefreshRequest(app_, "fake refresh");
  EXPECT_EQ(request.url, "https://hs.test/oauth/v1/token");
  EXPECT_EQ(request.body,
            "grant_type=refresh_token&client_id=client&client_secret=fake-secret&refresh_token="
            "fake%20refresh");
  const auto tokens = connector_.ParseRefresh(FakeAnswer(
      200, {{"access_token", "fake-a"}, {"refresh_token", "fake-r"}, {"expires_in", 1800}}));
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->access_token, "fake-a");
  EXPECT_EQ(tokens->refresh_token, "fake-r");
  EXPECT_EQ(tokens->expires_in, absl::Minutes(30));
}

}  // namespace
}  // namespace fluxcascade
