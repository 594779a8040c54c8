// The recipes that the HubSpot connector writes, in the hands of the edge that follows them:
// HubSpot's own signatures are accepted, and what differs from them is refused.
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

TEST(HubSpotSignatureTest, PublishedSignaturesAreAccepted) {
  EXPECT_THAT(Verify({}, PublishedV3()).verified_by, ElementsAre("v3"));
  EXPECT_THAT(
      Verify({}, V3(kQuoted, "1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
             absl::FromUnixMillis(1700000300000))
          .verified_by,
      ElementsAre("v3"));
  EXPECT_THAT(Verify({"v1"}, V1(kOneEvent,
                                "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"))
                  .verified_by,
              ElementsAre("v1"));
  EXPECT_THAT(Verify({"v2"}, V2("GET", "",
                                "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"))
                  .verified_by,
              ElementsAre("v2"));
  EXPECT_THAT(
      Verify({"v1", "v2"},
             V2("POST", kJson, "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"))
          .verified_by,
      ElementsAre("v2"));
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
