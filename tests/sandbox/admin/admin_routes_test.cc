// The admin API as its callers see it, without sockets.
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/random/fake_random.h"
#include "common/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sandbox/admin/hubspot_admin.h"
#include "tests/sandbox/admin/latency_route.h"
#include "tests/sandbox/admin/pipedrive_admin.h"
#include "tests/sandbox/admin/sink_admin.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Takes everything but what is sent to the forger's URL.
class FakePoster final : public WebhookPoster {
 public:
  PostResult Post(const WebhookPost& post) override {
    return {absl::StrContains(post.url, "forged") ? 401 : 204, ""};
  }
};

void NoSleep(absl::Duration) {}

class AdminRoutesTest : public testing::Test {
 protected:
  AdminRoutesTest() {
    AddHubSpotAdmin(hubspot_, SystemClock(), router_);
    AddPipedriveAdmin(pipedrive_, SystemClock(), router_);
    AddSinkAdmin(sink_, router_);
    AddLatencyRoute(hubspot_, pipedrive_, router_);
  }

  static ApiRequest Request(const std::string& method, const std::string& target,
                            const json& body) {
    ApiRequest request;
    request.method = method;
    request.target = target;
    if (!body.is_null()) request.body = body.dump();
    return request;
  }
  // Gives the answer's body; status_ has its status.
  json Admin(const std::string& method, const std::string& target, const json& body = nullptr) {
    const ApiResponse response = router_.Route(Request(method, "/_admin" + target, body));
    status_ = response.status;
    return response.body.empty() ? json() : json::parse(response.body);
  }
  int HubSpot(const std::string& method, const std::string& target, const std::string& token,
              const json& body = nullptr) {
    ApiRequest request = Request(method, "/crm/v3/objects/contacts" + target, body);
    request.headers.emplace("authorization", "Bearer " + token);
    return hubspot_.Handle(request).status;
  }
  int Pipedrive(const std::string& method, const std::string& target, const std::string& token,
                const json& body = nullptr) {
    ApiRequest request = Request(method, "/api/v2/persons" + target, body);
    request.headers.emplace("x-api-token", token);
    return pipedrive_.Handle(request).status;
  }
  int64_t NewPortal() { return Admin("POST", "/hubspot/accounts")["portalId"]; }

  FakeRandom random_;
  FakePoster poster_;
  FakeHubSpot hubspot_{SystemClock(), random_, poster_, NoSleep};
  FakePipedrive pipedrive_{SystemClock(), random_, NoSleep};
  FakeSink sink_{NoSleep};
  Router router_{[](const ApiRequest&) { return EmptyResponse(404); }};
  int status_ = 0;
};

TEST_F(AdminRoutesTest, SetsUpAHubSpotAccountWithAnApp) {
  const int64_t portal = NewPortal();
  const json app = Admin("POST", "/hubspot/apps", {{"clientSecret", "fake-secret"}});
  EXPECT_EQ(app["clientSecret"], "fake-secret");
  const std::string path = absl::StrCat("/hubspot/apps/", app["appId"].get<int64_t>());
  const json tokens = Admin("POST", path + "/install", {{"portalId", portal}});
  EXPECT_EQ(HubSpot("POST", "", tokens["accessToken"], {{"properties", json::object()}}), 201);
  Admin("POST", path + "/expire-access-tokens");
  EXPECT_EQ(HubSpot("GET", "", tokens["accessToken"]), 401);
  const json lasting = Admin("POST", "/hubspot/private-tokens", {{"portalId", portal}});
  EXPECT_EQ(HubSpot("GET", "", lasting["token"]), 200);
  EXPECT_EQ(Admin("GET", "/hubspot/calls?method=POST")["calls"].size(), 1);
  EXPECT_EQ(Admin("GET", "/hubspot/call-counts")["GET /crm/v3/objects/contacts 401"], 1);
}

TEST_F(AdminRoutesTest, RestoresAContactAsAUserWould) {
  const int64_t portal = NewPortal();
  const json token = Admin("POST", "/hubspot/private-tokens", {{"portalId", portal}})["token"];
  HubSpot("POST", "", token, {{"properties", json::object()}});
  HubSpot("DELETE", "/101", token);
  EXPECT_EQ(HubSpot("GET", "/101", token), 404);
  Admin("POST", "/hubspot/contacts/101/restore", {{"portalId", portal}});
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(HubSpot("GET", "/101", token), 200);
  Admin("POST", "/hubspot/contacts/101/restore", {{"portalId", portal + 1}});
  EXPECT_EQ(status_, 404);
}

TEST_F(AdminRoutesTest, ShowsEverythingThatWasWrittenToAPerson) {
  const json company = Admin("POST", "/pipedrive/companies");
  const std::string token = company["apiToken"];
  const json person = {{"name", "Ann"}, {"emails", {{{"value", "ann@example.com"}}}}};
  EXPECT_EQ(Pipedrive("POST", "", token, person), 200);
  EXPECT_EQ(Pipedrive("PATCH", "/1", token, {{"name", "Anna"}}), 200);
  EXPECT_EQ(Pipedrive("DELETE", "/1", token), 200);
  EXPECT_EQ(Pipedrive("POST", "", token, person), 200);
  const std::string path =
      absl::StrCat("/pipedrive/companies/", company["companyId"].get<int64_t>());
  const json versions = Admin("GET", path + "/persons")["persons"]["1"];
  ASSERT_EQ(versions.size(), 3);
  EXPECT_EQ(versions[1]["operation"], "update");
  EXPECT_EQ(versions[1]["value"]["name"], "Anna");
  EXPECT_EQ(Admin("GET", path + "/creates-by-email")["ann@example.com"], 2);
  const std::string key =
      Admin("POST", path + "/person-fields", {{"name", "Shoe size"}, {"type", "double"}})["key"];
  EXPECT_EQ(Pipedrive("PATCH", "/2", token, {{"custom_fields", {{key, 44.5}}}}), 200);
  Admin("GET", "/pipedrive/companies/1/persons");
  EXPECT_EQ(status_, 404);
}

TEST_F(AdminRoutesTest, ChangesTheSettingsThatItIsGivenAndKeepsTheRest) {
  const json settings = Admin("PUT", "/hubspot/settings", {{"searchLagMs", 5}, {"retries", false}});
  EXPECT_EQ(settings["searchLagMs"], 5);
  EXPECT_EQ(settings["retries"], false);
  EXPECT_EQ(settings["limits"], false);
  EXPECT_EQ(Admin("PUT", "/hubspot/settings", {{"limits", true}})["searchLagMs"], 5);
  const json limits = Admin("PUT", "/pipedrive/settings", {{"limits", true}, {"oauthBurst", 80}});
  EXPECT_EQ(limits["oauthBurst"], 80);
  EXPECT_EQ(limits["apiTokenBurst"], 40);
  EXPECT_THAT(Admin("PUT", "/hubspot/settings", {{"retries", "no"}})["error"].get<std::string>(),
              HasSubstr("retries"));
  EXPECT_EQ(status_, 400);
}

TEST_F(AdminRoutesTest, FaultsHitTheFakes) {
  const json fault = Admin("POST", "/pipedrive/faults", {{"status", 503}, {"count", -1}});
  EXPECT_EQ(Pipedrive("GET", "", ""), 503);
  EXPECT_EQ(Admin("GET", "/pipedrive/faults")["faults"][0]["hits"], 1);
  const std::string path = "/pipedrive/faults/" + fault["id"].get<std::string>();
  Admin("DELETE", path);
  EXPECT_EQ(Pipedrive("GET", "", ""), 401);
  Admin("DELETE", path);
  EXPECT_EQ(status_, 404);
  EXPECT_THAT(Admin("POST", "/hubspot/faults", {{"stauts", 503}})["error"].get<std::string>(),
              HasSubstr("stauts"));
  EXPECT_EQ(status_, 400);
}

TEST_F(AdminRoutesTest, ShowsWhatTheSinkReceived) {
  Admin("PUT", "/sink/secret", {{"path", "/hook"}, {"secret", "fake-secret"}});
  Admin("PUT", "/sink/answers", {{"path", "/hook"}, {"answers", {{{"status", 500}}}}});
  EXPECT_EQ(sink_.Handle(Request("POST", "/hook", json::object())).status, 500);
  EXPECT_EQ(sink_.Handle(Request("POST", "/hook", json::object())).status, 200);
  const json records = Admin("GET", "/sink/records")["records"];
  ASSERT_EQ(records.size(), 2);
  EXPECT_EQ(records[0]["status"], 500);
  EXPECT_EQ(records[0]["verified"], false);
  EXPECT_EQ(Admin("GET", "/sink/records?after=1")["records"].size(), 1);
}

TEST_F(AdminRoutesTest, SendsAForgedWebhookAndTellsTheAnswer) {
  const json answer = Admin("POST", "/hubspot/send",
                            {{"url", "https://edge.example.com/forged"}, {"secret", "wrong"}});
  EXPECT_EQ(answer["status"], 401);
}

TEST_F(AdminRoutesTest, MeasuresGeneratedContacts) {
  const int64_t portal = NewPortal();
  const json company = Admin("POST", "/pipedrive/companies");
  Admin("POST", "/hubspot/contacts/generate",
        {{"portalId", portal}, {"count", 2}, {"ratePerS", 1e6}});
  EXPECT_EQ(status_, 200);
  while (Admin("GET", "/hubspot/contacts/generate")["runs"][0]["running"] == true) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  SentWebhook sent;
  sent.portal_id = portal;
  sent.status = 204;
  sent.answer_time = absl::Now();
  hubspot_.sender().log().Add(sent, {{{"eventId", 1}, {"objectId", 101}}});
  Pipedrive("POST", "", company["apiToken"],
            {{"name", "One"}, {"emails", {{{"value", "load-000001@example.com"}}}}});
  const json report =
      Admin("GET", absl::StrCat("/latency?company=", company["companyId"].get<int64_t>()));
  EXPECT_EQ(report["count"], 1);
  EXPECT_EQ(report["missing"], 1);
  EXPECT_GE(report["p99Ms"].get<double>(), 0.0);
  Admin("POST", "/hubspot/contacts/generate", {{"portalId", portal}});
  EXPECT_EQ(status_, 400) << "a run of no contacts";
}

}  // namespace
}  // namespace fluxcascade::sandbox
