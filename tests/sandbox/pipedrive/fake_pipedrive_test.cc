// The fake's API as its callers see it, without sockets.
#include "tests/sandbox/pipedrive/fake_pipedrive.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class FakePipedriveTest : public testing::Test {
 protected:
  void SetUp() override {
    FC_ASSERT_OK_AND_ASSIGN(company_, pipedrive_.companies().AddCompany(0));
    authorization_ = {"x-api-token", company_.api_token};
  }

  // Gives the answer's body; status_ has its status.
  json Call(const std::string& method, const std::string& target, const json& body = nullptr) {
    ApiRequest request;
    request.method = method;
    request.target = target;
    request.headers.insert(authorization_);
    if (!body.is_null()) request.body = body.is_string() ? body.get<std::string>() : body.dump();
    const ApiResponse response = pipedrive_.Handle(request);
    status_ = response.status;
    return json::parse(response.body);
  }
  json Person(const std::string& name, const std::string& email) {
    return Call("POST", "/api/v2/persons",
                {{"name", name}, {"emails", {{{"value", email}, {"primary", true}}}}})["data"];
  }
  size_t Found(const std::string& email) {
    return Call("GET", absl::StrCat("/api/v2/persons/search?term=", email,
                                    "&fields=email&exact_match=true"))["data"]["items"]
        .size();
  }

  FakeClock clock_;
  FakeRandom random_;
  FakePipedrive pipedrive_{clock_, random_, [](absl::Duration) {}};
  PipedriveCompany company_;
  std::pair<std::string, std::string> authorization_;
  int status_ = 0;
};

TEST_F(FakePipedriveTest, CreatesReadsUpdatesAndDeletesAPerson) {
  const json made = Person("Ann Lee", "ann@example.com");
  EXPECT_EQ(status_, 200);
  const std::string path = absl::StrCat("/api/v2/persons/", made["id"].get<int64_t>());
  EXPECT_EQ(Call("GET", path)["data"], made);
  EXPECT_EQ(Call("PATCH", path, {{"job_title", "Boss"}})["data"]["job_title"], "Boss");
  EXPECT_EQ(Call("DELETE", path)["data"]["id"], made["id"]);
  EXPECT_EQ(Call("GET", path)["data"]["is_deleted"], true);
  Call("DELETE", path);
  EXPECT_EQ(status_, 410);
  Call("PATCH", path, json::object());
  EXPECT_EQ(status_, 404);
}

TEST_F(FakePipedriveTest, RefusesWhatPipedriveRefuses) {
  const json answer = Call("POST", "/api/v2/persons", {{"emails", json::array()}});
  EXPECT_EQ(status_, 400);
  EXPECT_EQ(answer["success"], false);
  EXPECT_THAT(answer["error"].get<std::string>(), HasSubstr("name"));
  EXPECT_EQ(Call("GET", "/api/v2/persons/99")["error"], "Person not found");
  EXPECT_EQ(status_, 404);
  authorization_.second = "fake";
  EXPECT_EQ(Call("GET", "/api/v2/persons")["error"], "unauthorized access");
  EXPECT_EQ(status_, 401);
}

TEST_F(FakePipedriveTest, SearchLagsBehindWrites) {
  Person("Ann", "ann@example.com");
  EXPECT_EQ(Found("ann@example.com"), 0);
  clock_.Advance(absl::Seconds(2) - absl::Milliseconds(1));
  EXPECT_EQ(Found("ann@example.com"), 0);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Found("ann@example.com"), 1);
  const json item = Call("GET", "/api/v2/persons/search?term=ann")["data"]["items"][0];
  EXPECT_EQ(item["item"]["type"], "person");
  EXPECT_EQ(item["item"]["emails"], json::array({"ann@example.com"}));
  Call("GET", "/api/v2/persons/search?term=a");
  EXPECT_EQ(status_, 400);
}

TEST_F(FakePipedriveTest, ListsByCursorAndByIds) {
  for (const char* name : {"One", "Two", "Three"}) Person(name, "x@example.com");
  const json first = Call("GET", "/api/v2/persons?limit=2");
  EXPECT_EQ(first["data"].size(), 2);
  const std::string cursor = first["additional_data"]["next_cursor"];
  const json second = Call("GET", "/api/v2/persons?limit=2&cursor=" + cursor);
  EXPECT_EQ(second["data"].size(), 1);
  EXPECT_TRUE(second["additional_data"]["next_cursor"].is_null());
  EXPECT_EQ(Call("GET", "/api/v2/persons?ids=3,1,99")["data"].size(), 2);
}

TEST_F(FakePipedriveTest, TellsItsFieldsInBothVersions) {
  const std::string key =
      pipedrive_.companies()
          .Store(company_.company_id)
          ->fields()
          .AddCustom(*FindEntityKind("persons"), "Shoe size", "double", random_);
  const json v1 = Call("GET", "/v1/personFields");
  EXPECT_EQ(v1["data"].back()["key"], key);
  EXPECT_EQ(v1["data"].back()["edit_flag"], true);
  EXPECT_EQ(v1["additional_data"]["pagination"]["more_items_in_collection"], false);
  const json page = Call("GET", "/v1/personFields?start=1&limit=2");
  EXPECT_EQ(page["data"].size(), 2);
  EXPECT_EQ(page["additional_data"]["pagination"]["next_start"], 3);
  EXPECT_EQ(Call("GET", "/api/v2/personFields")["data"].back()["field_code"], key);
}

TEST_F(FakePipedriveTest, MergesPersons) {
  const int64_t loser = Person("Ann", "ann@example.com")["id"];
  const int64_t winner = Person("Anna", "anna@example.com")["id"];
  const json merged =
      Call("PUT", absl::StrCat("/v1/persons/", loser, "/merge"), {{"merge_with_id", winner}});
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(merged["data"]["id"], winner);
  EXPECT_EQ(merged["data"]["merge_what_id"], loser);
  Call("PUT", absl::StrCat("/v1/persons/", loser, "/merge"), json::object());
  EXPECT_EQ(status_, 400);
}

TEST_F(FakePipedriveTest, RefreshesAnExpiredAccessToken) {
  pipedrive_.set_api_domain("https://localhost:1");
  const PipedriveApp app = pipedrive_.companies().AddApp({});
  FC_ASSERT_OK_AND_ASSIGN(
      const PipedriveTokens tokens,
      pipedrive_.companies().Install(app.client_id, company_.company_id, clock_.Now()));
  authorization_ = {"authorization", "Bearer " + tokens.access_token};
  EXPECT_EQ(Call("GET", "/v1/users/me")["data"]["company_id"], company_.company_id);
  clock_.Advance(tokens.expires_in);
  Call("GET", "/v1/users/me");
  EXPECT_EQ(status_, 401);

  authorization_ = {"authorization",
                    "Basic " + absl::Base64Escape(app.client_id + ":" + app.client_secret)};
  const json fresh = Call("POST", "/oauth/token",
                          "grant_type=refresh_token&refresh_token=" + tokens.refresh_token);
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(fresh["expires_in"], 3599);
  EXPECT_EQ(fresh["api_domain"], "https://localhost:1");
  EXPECT_EQ(Call("POST", "/oauth/token", "grant_type=refresh_token&refresh_token=x")["error"],
            "invalid_grant");
  authorization_ = {"authorization", "Bearer " + fresh["access_token"].get<std::string>()};
  Call("GET", "/v1/users/me");
  EXPECT_EQ(status_, 200);
}

TEST_F(FakePipedriveTest, RegistersFortyWebhooksOfAUserAndNotOneMore) {
  const json body = {{"subscription_url", "https://edge.example.com/h"},
                     {"event_action", "*"},
                     {"event_object", "person"},
                     {"name", "FluxCascade"}};
  for (int i = 0; i < 40; ++i) Call("POST", "/v1/webhooks", body);
  EXPECT_EQ(status_, 201);
  Call("POST", "/v1/webhooks", body);
  EXPECT_EQ(status_, 422);
  EXPECT_EQ(Call("GET", "/v1/webhooks")["data"].size(), 40);
  Call("DELETE", "/v1/webhooks/1");
  EXPECT_EQ(status_, 200);
  Call("DELETE", "/v1/webhooks/1");
  EXPECT_EQ(status_, 404);
  json bad = body;
  bad["subscription_url"] = "http://edge.example.com/h";
  EXPECT_TRUE(Call("POST", "/v1/webhooks", bad)["errors"].contains("subscription_url"));
}

TEST_F(FakePipedriveTest, LimitsAreOffUntilTheyAreTurnedOn) {
  for (int i = 0; i < 100; ++i) Call("GET", "/api/v2/persons/1");
  EXPECT_EQ(status_, 404);
  PipedriveLimitSettings settings;
  settings.on = true;
  pipedrive_.limits().set_settings(settings);
  for (int i = 0; i < 41; ++i) Call("GET", "/api/v2/persons/1");
  EXPECT_EQ(status_, 429);
}

}  // namespace
}  // namespace fluxcascade::sandbox
