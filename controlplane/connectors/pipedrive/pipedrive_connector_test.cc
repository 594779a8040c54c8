#include "controlplane/connectors/pipedrive/pipedrive_connector.h"

#include <string>
#include <utility>
#include <vector>

#include "controlplane/connectors/testing/fake_api_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kHash[] = "0123456789abcdef0123456789abcdef01234567";

json Person(int id, const std::string& email) {
  return {{"id", id},
          {"name", "John"},
          {"emails", {{{"value", email}, {"primary", true}, {"label", "work"}}}},
          {"phones", json::array()},
          {"is_deleted", false},
          {"update_time", "2026-01-01T00:00:00Z"}};
}

HttpResponse Data(const json& data) { return FakeAnswer(200, {{"success", true}, {"data", data}}); }

HttpResponse Found(const std::vector<int>& ids) {
  json items = json::array();
  for (const int id : ids) items.push_back({{"result_score", 1}, {"item", {{"id", id}}}});
  return Data({{"items", items}});
}

class PipedriveConnectorTest : public ::testing::Test {
 protected:
  FakeApiClient Api(std::vector<HttpResponse> answers) {
    return FakeApiClient(connector_, {CredentialKind::kApiToken, "fake-token"},
                         [answers = std::move(answers), next = size_t{0}](
                             const HttpRequest&) mutable -> absl::StatusOr<HttpResponse> {
                           if (next == answers.size()) return absl::UnavailableError("no answer");
                           return answers[next++];
                         });
  }

  PipedriveConnector connector_{
      PipedriveOptions{.api_base_url = "https://pd.test", .oauth_base_url = "https://oauth.test"}};
};

TEST_F(PipedriveConnectorTest, AnApiTokenHasItsOwnHeader) {
  HttpRequest request;
  ASSERT_TRUE(connector_.Authorize({CredentialKind::kApiToken, "fake-token"}, request).ok());
  EXPECT_THAT(request.headers, ElementsAre(testing::Pair("x-api-token", "fake-token")));
  EXPECT_EQ(connector_.Authorize({CredentialKind::kDeveloperKey, "k"}, request).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PipedriveConnectorTest, ReadsOnePersonDirectly) {
  auto api = Api({Data(Person(8, "a@x.test"))});
  const auto records = connector_.Read(api, "person", {"8"}, {"email"});
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->at(0).fields.at("email"), "a@x.test");
  EXPECT_THAT(api.lines(), ElementsAre("GET https://pd.test/api/v2/persons/8"));
}

TEST_F(PipedriveConnectorTest, ReadsManyInOneListAndWhatIsNotInItOneByOne) {
  json deleted = Person(9, "gone@x.test");
  deleted["is_deleted"] = true;
  auto api = Api({Data(json::array({Person(8, "a@x.test")})), FakeAnswer(404, {{"success", false}}),
                  Data(deleted)});
  const auto records = connector_.Read(api, "person", {"8", "9", "10"}, {});
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_TRUE((*records)[1].archived);
  EXPECT_THAT(
      api.lines(),
      ElementsAre("GET https://pd.test/api/v2/persons?ids=8%2C9%2C10&limit=100",
                  "GET https://pd.test/api/v2/persons/10", "GET https://pd.test/api/v2/persons/9"));
}

TEST_F(PipedriveConnectorTest, FindsByAddressAndReadsWhatItFound) {
  auto api = Api(
      {Found({12, 8}), Data(json::array({Person(12, "John@x.test"), Person(8, "john@x.test")}))});
  const auto records = connector_.Find(api, "person", "email", "john@x.test", {"name"});
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ((*records)[0].id, "8");
  EXPECT_EQ(api.lines()[0],
            "GET https://pd.test/api/v2/persons/search?term=john%40x.test&fields=email&"
            "exact_match=true&limit=100");
}

TEST_F(PipedriveConnectorTest, WhatTheSearchRemembersButIsNoLongerTrueIsNotFound) {
  auto api = Api({Found({8}), Data(Person(8, "changed@x.test"))});
  EXPECT_THAT(*connector_.Find(api, "person", "email", "john@x.test", {}), IsEmpty());
  auto deleted = Person(8, "john@x.test");
  deleted["is_deleted"] = true;
  auto again = Api({Found({8}), Data(deleted)});
  EXPECT_THAT(*connector_.Find(again, "person", "email", "john@x.test", {}), IsEmpty());
}

TEST_F(PipedriveConnectorTest, AtMostTenAreFound) {
  std::vector<int> ids;
  json persons = json::array();
  for (int id = 1; id <= 11; ++id) {
    ids.push_back(id);
    persons.push_back(Person(id, "john@x.test"));
  }
  auto api = Api({Found(ids), Data(persons)});
  EXPECT_EQ(connector_.Find(api, "person", "email", "john@x.test", {})->size(), 10u);
}

TEST_F(PipedriveConnectorTest, NotEveryFieldCanBeSearched) {
  auto api = Api({});
  const absl::Status status = connector_.Find(api, "person", "owner_id", 5, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("name, email, phone"));
}

TEST_F(PipedriveConnectorTest, CreatesAPerson) {
  auto api = Api({FakeAnswer(201, {{"success", true}, {"data", Person(8, "a@x.test")}})});
  const auto record = connector_.Create(api, "person", {{"name", "John"}, {"email", "a@x.test"}});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->id, "8");
  EXPECT_EQ(api.requests()[0].method, "POST");
}

TEST_F(PipedriveConnectorTest, AnUpdateOfTheAddressKeepsTheOtherAddresses) {
  json person = Person(8, "old@x.test");
  person["emails"].push_back({{"value", "home@x.test"}, {"primary", false}, {"label", "home"}});
  auto api = Api({Data(person), Data(person)});
  ASSERT_TRUE(connector_.Update(api, "person", "8", {{"email", "new@x.test"}}).ok());
  EXPECT_EQ(api.requests()[1].method, "PATCH");
  EXPECT_EQ(api.requests()[1].body,
            R"({"emails":[{"label":"work","primary":true,"value":"new@x.test"},)"
            R"({"label":"home","primary":false,"value":"home@x.test"}]})");
}

TEST_F(PipedriveConnectorTest, AnUpdateOfOtherFieldsReadsNothing) {
  auto api = Api({Data(Person(8, "a@x.test"))});
  ASSERT_TRUE(connector_.Update(api, "person", "8", {{"name", "Jane"}}).ok());
  EXPECT_THAT(api.lines(), ElementsAre("PATCH https://pd.test/api/v2/persons/8"));
}

TEST_F(PipedriveConnectorTest, ADeletedPersonIsNotUpdated) {
  json person = Person(8, "a@x.test");
  person["is_deleted"] = true;
  auto api = Api({Data(person)});
  EXPECT_EQ(connector_.Update(api, "person", "8", {{"email", "b@x.test"}}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(PipedriveConnectorTest, NumbersThatComeAsTextAreWrittenAsTheFieldWantsThem) {
  auto api = Api({Data(json::array({{{"key", kHash}, {"field_type", "double"}}})),
                  Data(Person(8, "a@x.test"))});
  ASSERT_TRUE(connector_.Update(api, "person", "8", {{kHash, "5"}}).ok());
  EXPECT_THAT(api.requests()[1].body, HasSubstr("\":5.0}"));
}

TEST_F(PipedriveConnectorTest, DescribesAllPagesOfFields) {
  const json more = {{"success", true},
                     {"data", {{{"key", "name"}, {"field_type", "varchar"}}}},
                     {"additional_data", {{"pagination", {{"more_items_in_collection", true}}}}}};
  auto api = Api(
      {FakeAnswer(200, more), Data(json::array({{{"key", "email"}, {"field_type", "varchar"}}}))});
  const auto info = connector_.DescribeObjectType(api, "person");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->fields.size(), 2u);
  EXPECT_THAT(api.lines()[1], HasSubstr("start=500"));
}

TEST_F(PipedriveConnectorTest, WhatIsGoneIsDeletedAndNothingCanBeArchived) {
  auto api = Api({FakeAnswer(404, {{"success", false}}), FakeAnswer(410, {{"success", false}})});
  EXPECT_TRUE(connector_.Remove(api, "person", "8", DeleteMode::kDelete).ok());
  EXPECT_TRUE(connector_.Remove(api, "person", "8", DeleteMode::kDelete).ok());
  EXPECT_EQ(connector_.Remove(api, "person", "8", DeleteMode::kArchive).code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(PipedriveConnectorTest, TheAccountIsTheCompany) {
  auto api = Api({Data({{"id", 1}, {"company_id", 123}})});
  EXPECT_EQ(*connector_.CheckAccount(api), "123");
  EXPECT_THAT(api.lines(), ElementsAre("GET https://pd.test/v1/users/me"));
}

TEST_F(PipedriveConnectorTest, RefreshesWithBasicAuthorization) {
  const HttpRequest request = connector_.RefreshRequest({.external_id = "",
                                                         .client_id = "id",
                                                         .client_secret = "fake-secret",
                                                         .accepted_signatures = {}},
                                                        "fake-refresh");
  EXPECT_EQ(request.url, "https://oauth.test/oauth/token");
  EXPECT_EQ(request.headers[0].second, "Basic aWQ6ZmFrZS1zZWNyZXQ=");
  EXPECT_EQ(request.body, "grant_type=refresh_token&refresh_token=fake-refresh");
}

TEST_F(PipedriveConnectorTest, IsNoSourceYet) {
  edge::v1::Hook hook;
  EXPECT_FALSE(connector_.info().source);
  EXPECT_EQ(connector_.FillHook({}, hook).code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(connector_.ParseRequest({}).status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace fluxcascade
