// The fake's API as its callers see it, without sockets.
#include "tests/sandbox/hubspot/fake_hubspot.h"

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

class NullPoster final : public WebhookPoster {
 public:
  PostResult Post(const WebhookPost&) override { return {204, ""}; }
};

class FakeHubSpotTest : public testing::Test {
 protected:
  void SetUp() override {
    FC_ASSERT_OK_AND_ASSIGN(portal_, hubspot_.accounts().AddAccount(0));
    FC_ASSERT_OK_AND_ASSIGN(app_, hubspot_.accounts().AddApp({}));
    FC_ASSERT_OK_AND_ASSIGN(tokens_,
                            hubspot_.accounts().Install(app_.app_id, portal_, clock_.Now()));
    token_ = tokens_.access_token;
  }

  // Gives the answer's body; status_ has its status.
  json Call(const std::string& method, const std::string& target, const json& body = nullptr) {
    ApiRequest request;
    request.method = method;
    request.target = target;
    if (!token_.empty()) request.headers.emplace("authorization", "Bearer " + token_);
    if (!body.is_null()) request.body = body.is_string() ? body.get<std::string>() : body.dump();
    const ApiResponse response = hubspot_.Handle(request);
    status_ = response.status;
    return response.body.empty() ? json() : json::parse(response.body);
  }
  json Contact(const json& properties = json::object()) {
    return Call("POST", "/crm/v3/objects/contacts", {{"properties", properties}});
  }
  std::string AppPath(const std::string& rest) {
    return absl::StrCat("/webhooks/v3/", app_.app_id, rest);
  }

  FakeClock clock_;
  FakeRandom random_;
  NullPoster poster_;
  FakeHubSpot hubspot_{clock_, random_, poster_, [](absl::Duration) {}};
  int64_t portal_ = 0;
  HubSpotApp app_;
  TokenPair tokens_;
  std::string token_;
  int status_ = 0;
};

TEST_F(FakeHubSpotTest, CreatesAndReadsAContact) {
  const json made = Contact({{"email", "ann@example.com"}, {"city", "Oslo"}});
  EXPECT_EQ(status_, 201);
  EXPECT_EQ(made["properties"]["city"], "Oslo");
  EXPECT_EQ(made["archived"], false);
  const std::string id = made["id"];

  const json read = Call("GET", "/crm/v3/objects/contacts/" + id + "?properties=city,phone,nope");
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(read["properties"]["city"], "Oslo");
  EXPECT_TRUE(read["properties"]["phone"].is_null());
  EXPECT_FALSE(read["properties"].contains("nope"));
  EXPECT_FALSE(read["properties"].contains("email"));
  EXPECT_EQ(read["properties"]["hs_object_id"], id);

  const json by_email = Call("GET", "/crm/v3/objects/contacts/ann%40example.com?idProperty=email");
  EXPECT_EQ(by_email["id"], id);
  EXPECT_EQ(by_email["properties"]["email"], "ann@example.com");
}

TEST_F(FakeHubSpotTest, RefusesWhatHubSpotRefuses) {
  Contact({{"email", "ann@example.com"}});
  EXPECT_THAT(Contact({{"email", "ann@example.com"}})["message"], HasSubstr("Existing ID: 101"));
  EXPECT_EQ(status_, 409);
  Contact({{"shoesize", "44"}});
  EXPECT_EQ(status_, 400);
  Call("GET", "/crm/v3/objects/contacts/999");
  EXPECT_EQ(status_, 404);
  Call("GET", "/crm/v3/objects/unicorns");
  EXPECT_EQ(status_, 400);
  Call("POST", "/crm/v3/objects/contacts", "{");
  EXPECT_EQ(status_, 400);
  Call("GET", "/nowhere");
  EXPECT_EQ(status_, 404);
}

TEST_F(FakeHubSpotTest, UpdatesAndArchives) {
  const std::string path = "/crm/v3/objects/contacts/" +
                           Contact({{"email", "ann@example.com"}})["id"].get<std::string>();
  EXPECT_EQ(Call("PATCH", path, {{"properties", {{"city", "Rome"}}}})["properties"]["city"],
            "Rome");
  EXPECT_EQ(status_, 200);
  Call("DELETE", path);
  EXPECT_EQ(status_, 204);
  Call("GET", path);
  EXPECT_EQ(status_, 404);
  EXPECT_EQ(Call("GET", path + "?archived=true")["archived"], true);
  EXPECT_EQ(status_, 200);
}

TEST_F(FakeHubSpotTest, SearchLagsBehindWrites) {
  Contact({{"email", "ann@example.com"}});
  const json body = {{"filterGroups",
                      json::array({{{"filters", json::array({{{"propertyName", "email"},
                                                              {"operator", "EQ"},
                                                              {"value", "ann@example.com"}}})}}})}};
  EXPECT_EQ(Call("POST", "/crm/v3/objects/contacts/search", body)["total"], 0);
  clock_.Advance(hubspot_.search_lag());
  EXPECT_EQ(Call("POST", "/crm/v3/objects/contacts/search", body)["total"], 1);
  EXPECT_EQ(status_, 200);
}

TEST_F(FakeHubSpotTest, ListsByPages) {
  for (int i = 0; i < 3; ++i) Contact();
  const json first = Call("GET", "/crm/v3/objects/contacts?limit=2");
  EXPECT_EQ(first["results"].size(), 2);
  const std::string after = first["paging"]["next"]["after"];
  const json second = Call("GET", "/crm/v3/objects/contacts?limit=2&after=" + after);
  EXPECT_EQ(second["results"].size(), 1);
  EXPECT_FALSE(second.contains("paging"));
  Call("GET", "/crm/v3/objects/contacts?limit=101");
  EXPECT_EQ(status_, 400);
}

TEST_F(FakeHubSpotTest, BatchReadTellsWhichAreMissing) {
  const std::string id = Contact()["id"];
  const json found = Call("POST", "/crm/v3/objects/contacts/batch/read",
                          {{"inputs", {{{"id", id}}}}, {"properties", {"city"}}});
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(found["results"].size(), 1);
  const json partly = Call("POST", "/crm/v3/objects/contacts/batch/read",
                           {{"inputs", {{{"id", id}}, {{"id", "999"}}}}});
  EXPECT_EQ(status_, 207);
  EXPECT_EQ(partly["errors"][0]["context"]["ids"], json::array({"999"}));
  json too_many = {{"inputs", json::array()}};
  for (int i = 0; i < 101; ++i) too_many["inputs"].push_back({{"id", id}});
  Call("POST", "/crm/v3/objects/contacts/batch/read", too_many);
  EXPECT_EQ(status_, 400);
}

TEST_F(FakeHubSpotTest, ABatchWithOneBadInputWritesNothing) {
  Call("POST", "/crm/v3/objects/contacts/batch/create",
       {{"inputs", {{{"properties", {{"city", "Oslo"}}}}, {{"properties", {{"nope", "1"}}}}}}});
  EXPECT_EQ(status_, 400);
  EXPECT_EQ(Call("GET", "/crm/v3/objects/contacts")["results"].size(), 0);
  const json upserted = Call("POST", "/crm/v3/objects/contacts/batch/upsert",
                             {{"inputs",
                               {{{"id", "ann@example.com"},
                                 {"idProperty", "email"},
                                 {"properties", {{"city", "Oslo"}}}}}}});
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(upserted["results"][0]["new"], true);
}

TEST_F(FakeHubSpotTest, DescribesItsProperties) {
  const json answer = Call("GET", "/crm/v3/properties/contacts");
  bool found = false;
  for (const json& property : answer["results"]) {
    if (property["name"] != "createdate") continue;
    found = true;
    EXPECT_EQ(property["type"], "datetime");
    EXPECT_EQ(property["modificationMetadata"]["readOnlyValue"], true);
  }
  EXPECT_TRUE(found);
}

TEST_F(FakeHubSpotTest, AnExpiredTokenIsRefusedUntilItIsRefreshed) {
  clock_.Advance(tokens_.expires_in);
  EXPECT_EQ(Contact()["category"], "EXPIRED_AUTHENTICATION");
  EXPECT_EQ(status_, 401);
  const json fresh = Call("POST", "/oauth/v1/token",
                          absl::StrCat("grant_type=refresh_token&client_id=", app_.client_id,
                                       "&client_secret=", app_.client_secret,
                                       "&refresh_token=", tokens_.refresh_token));
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(fresh["expires_in"], 1800);
  token_ = fresh["access_token"];
  Contact();
  EXPECT_EQ(status_, 201);
  EXPECT_EQ(Call("GET", "/oauth/v1/access-tokens/" + token_)["hub_id"], portal_);
  EXPECT_EQ(Call("GET", "/account-info/v3/details")["portalId"], portal_);
  const json refused =
      Call("POST", "/oauth/v1/token",
           absl::StrCat("grant_type=refresh_token&client_id=", app_.client_id,
                        "&client_secret=", app_.client_secret, "&refresh_token=fake"));
  EXPECT_EQ(status_, 400);
  EXPECT_EQ(refused["status"], "BAD_REFRESH_TOKEN");
}

TEST_F(FakeHubSpotTest, RegistersWebhooksWithTheDeveloperKeyOrATokenOfTheApp) {
  Call("GET", AppPath("/settings"));
  EXPECT_EQ(status_, 404);
  const json settings = Call("PUT", AppPath("/settings"),
                             {{"targetUrl", "https://edge.example.com/v1/hooks/t"},
                              {"throttling", {{"maxConcurrentRequests", 10}}}});
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(settings["targetUrl"], "https://edge.example.com/v1/hooks/t");

  token_.clear();
  const std::string key = "?hapikey=" + app_.developer_key;
  const json made = Call("POST", AppPath("/subscriptions") + key,
                         {{"eventType", "contact.propertyChange"}, {"propertyName", "email"}});
  EXPECT_EQ(status_, 201);
  EXPECT_EQ(made["active"], false);
  const std::string id = made["id"];
  EXPECT_EQ(Call("PATCH", AppPath("/subscriptions/") + id + key, {{"active", true}})["active"],
            true);
  EXPECT_EQ(Call("GET", AppPath("/subscriptions") + key)["results"].size(), 1);
  const json batch = Call(
      "POST", AppPath("/subscriptions/batch/update") + key,
      {{"inputs", {{{"id", std::stoll(id)}, {"active", false}}, {{"id", 1}, {"active", false}}}}});
  EXPECT_EQ(status_, 207);
  EXPECT_EQ(batch["results"][0]["active"], false);
  Call("DELETE", AppPath("/subscriptions/") + id + key);
  EXPECT_EQ(status_, 204);
  Call("GET", AppPath("/subscriptions") + "?hapikey=fake");
  EXPECT_EQ(status_, 401);
  Call("GET", AppPath("/subscriptions"));
  EXPECT_EQ(status_, 401);
}

TEST_F(FakeHubSpotTest, LimitsAreOffUntilTheyAreTurnedOn) {
  for (int i = 0; i < 200; ++i) Call("GET", "/crm/v3/objects/contacts");
  EXPECT_EQ(status_, 200);
  HubSpotLimitSettings settings;
  settings.on = true;
  hubspot_.limits().set_settings(settings);
  for (int i = 0; i < 110; ++i) Call("GET", "/crm/v3/objects/contacts");
  EXPECT_EQ(status_, 200);
  Call("GET", "/crm/v3/objects/contacts");
  EXPECT_EQ(status_, 429);
}

TEST_F(FakeHubSpotTest, AResetForgetsEverything) {
  hubspot_.Reset();
  Contact();
  EXPECT_EQ(status_, 401);
  EXPECT_TRUE(hubspot_.accounts().Accounts().empty());
}

}  // namespace
}  // namespace fluxcascade::sandbox
