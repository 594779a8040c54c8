// The recipes that the HubSpot connector writes, in the hands of the edge that follows them:
// HubSpot's own signatures are accepted, and what differs from them is refused.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "controlplane/connectors/hubspot/hubspot_hook.h"
#include "edge/http/raw_header.h"
#include "edge/verify/hook_verifier.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::ElementsAre;

constexpr char kUrl[] = "https://www.example.com/webhook_uri";
constexpr char kQuoted[] = "{'example_field':'example_value'}";
constexpr char kJson[] = R"({"example_field":"example_value"})";
constexpr char kOneEvent[] =
    R"([{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,)"
    R"("subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,)"
    R"("changeSource":"CRM","changeFlag":"NEW","appId":54321}])";

constexpr char kSeenOnTheWire[] =
    R"([{"eventId":1030198139,"subscriptionId":4578255,"portalId":242711451,"appId":19635961,)"
    R"("occurredAt":1769081993375,"subscriptionType":"deal.creation","attemptNumber":0,)"
    R"("objectId":267448862446,"changeFlag":"CREATED","changeSource":"CRM_UI",)"
    R"("sourceId":"userId:52530071"}])";

// As it came over the wire.
struct Request {
  std::string method = "POST";
  std::optional<std::string> query = {};
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

Request V1(std::string body, std::string signature) {
  return {.body = std::move(body), .headers = {{"X-HubSpot-Signature", std::move(signature)}}};
}

Request V2(std::string method, std::string body, std::string signature) {
  Request request = V1(std::move(body), std::move(signature));
  request.method = std::move(method);
  return request;
}

Request V3(std::string body, std::string timestamp, std::string signature) {
  return {.body = std::move(body),
          .headers = {{"X-HubSpot-Request-Timestamp", std::move(timestamp)},
                      {"X-HubSpot-Signature-v3", std::move(signature)}}};
}

// Published in hubspot-api-python, test_signature.py.
Request PublishedV3() {
  return V3(kQuoted, "1693657560000", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=");
}

// Computed by hand: no published one has a query.
Request WithQuery() {
  Request request = V3("[]", "1693657560000", "8M8oA6/LQp/6+AuyqWZS5+4vaJ2CmjLOWcFX0cOx7Rk=");
  request.query = "redirect=https%3A%2F%2Fa.b%2Fc%20d&x=%281%29%21%24%27%2A%2C%3B%40";
  return request;
}

edge::VerifyResult Verify(const std::vector<std::string>& accepted_signatures,
                          const Request& request,
                          absl::Time now = absl::FromUnixMillis(1693657560000)) {
  edge::v1::Hook hook;
  hook.set_id("crm");
  hook.set_public_url(kUrl);
  const AppIdentity app = {.external_id = "54321",
                           .client_id = "client",
                           .client_secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
                           .accepted_signatures = accepted_signatures};
  EXPECT_TRUE(FillHubSpotHook(app, hook).ok());
  const auto verifier = edge::HookVerifier::Compile(hook);
  if (!verifier.ok()) {
    ADD_FAILURE() << verifier.status();
    return {};
  }
  std::vector<edge::RawHeader> headers;
  for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  edge::SignedRequest view = {.method = request.method, .headers = headers, .body = request.body};
  if (request.query.has_value()) view.query = *request.query;
  return verifier->Verify(view, now);
}

TEST(HubSpotSignatureTest, TheirsAreAcceptedByTheRecipeOfTheirVersion) {
  struct Vector {
    const char* id;
    const char* version;
    Request request;
    int64_t now_ms = 1693657560000;
  };
  const Vector vectors[] = {
      {"v1-a", "v1",
       V1(kOneEvent, "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de")},
      {"v1-c", "v1",
       V1(kQuoted, "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750")},
      {"of a body seen on the wire", "v1",
       V1(kSeenOnTheWire, "f100c04cc2d60594d1b22c2218cca7b69b05ee2b2af82be9fd8fed77ca398ac7")},
      {"v2-a", "v2",
       V2("GET", "", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e")},
      {"v2-b", "v2",
       V2("POST", kJson, "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900")},
      {"v2-c", "v2",
       V2("POST", kQuoted, "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383")},
      {"v3-a", "v3", PublishedV3()},
      {"v3-b", "v3", V3(kQuoted, "1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
       1700000300000},
      {"with a query", "v3", WithQuery()},
      {"of a body seen on the wire", "v3",
       V3(kSeenOnTheWire, "1769081994066", "wTGuarr9HJvY1LDz3BZyknFD/MMMyjkya+qN4jOM/fk="),
       1769081994066},
  };
  for (const Vector& vector : vectors) {
    SCOPED_TRACE(std::string(vector.version) + " " + vector.id);
    const absl::Time now = absl::FromUnixMillis(vector.now_ms);
    EXPECT_THAT(Verify({"v1", "v2"}, vector.request, now).verified_by, ElementsAre(vector.version));
    // What is not the strongest counts only where the app says so.
    EXPECT_EQ(Verify({}, vector.request, now).accepted, vector.version == std::string("v3"));
    Request changed = vector.request;
    changed.body += " ";
    EXPECT_FALSE(Verify({"v1", "v2"}, changed, now).accepted);
  }
}

TEST(HubSpotSignatureTest, AQueryIsDecodedAsHubSpotDecodesIt) {
  EXPECT_THAT(Verify({}, WithQuery()).verified_by, ElementsAre("v3"));
  Request undecoded = WithQuery();
  undecoded.headers[1].second = "sMenCyeH+IkWSH5lP8tr4yifcOAMob6h362sncS/0g8=";
  EXPECT_FALSE(Verify({}, undecoded).accepted);
}

TEST(HubSpotSignatureTest, WithoutItsV3HeaderACapturedRequestIsRefusedUnlessTheAppTakesV1) {
  const Request captured =
      V1(kOneEvent, "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de");
  EXPECT_FALSE(Verify({}, captured).accepted);
  EXPECT_FALSE(Verify({"v2"}, captured).accepted);
  EXPECT_FALSE(Verify({"v3"}, captured).accepted);
}

TEST(HubSpotSignatureTest, WhatChangesTheSignedStringOrTheSignatureIsRefused) {
  const std::pair<const char*, std::function<void(Request&)>> changes[] = {
      {"method", [](Request& r) { r.method = "PUT"; }},
      {"query", [](Request& r) { r.query = "a=1"; }},
      {"empty query", [](Request& r) { r.query = ""; }},
      {"body", [](Request& r) { r.body += " "; }},
      {"timestamp", [](Request& r) { r.headers[0].second = "1693657560001"; }},
      {"timestamp twice", [](Request& r) { r.headers.push_back(r.headers[0]); }},
      {"timestamp missing", [](Request& r) { r.headers.erase(r.headers.begin()); }},
      {"signature in another case", [](Request& r) { r.headers[1].second[0] = 'k'; }},
      {"signature without padding", [](Request& r) { r.headers[1].second.pop_back(); }},
      {"signature twice", [](Request& r) { r.headers.push_back(r.headers[1]); }},
      {"signature missing", [](Request& r) { r.headers.pop_back(); }},
  };
  for (const auto& [what, change] : changes) {
    Request request = PublishedV3();
    ASSERT_TRUE(Verify({}, request).accepted);
    change(request);
    EXPECT_FALSE(Verify({}, request).accepted) << what;
  }
}

TEST(HubSpotSignatureTest, ARequestIsGoodForFiveMinutesAndAMinuteAhead) {
  const absl::Time signed_at = absl::FromUnixMillis(1693657560000);
  EXPECT_TRUE(Verify({}, PublishedV3(), signed_at + absl::Minutes(5)).accepted);
  EXPECT_FALSE(
      Verify({}, PublishedV3(), signed_at + absl::Minutes(5) + absl::Milliseconds(1)).accepted);
  EXPECT_TRUE(Verify({}, PublishedV3(), signed_at - absl::Minutes(1)).accepted);
  EXPECT_FALSE(
      Verify({}, PublishedV3(), signed_at - absl::Minutes(1) - absl::Milliseconds(1)).accepted);
}

}  // namespace
}  // namespace fluxcascade
