// Recipes and requests that the tests of this folder share.
#ifndef FLUXCASCADE_EDGE_VERIFY_RECIPES_FOR_TEST_H_
#define FLUXCASCADE_EDGE_VERIFY_RECIPES_FOR_TEST_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

inline constexpr char kTestSecret[] = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
inline constexpr char kTestUrl[] = "https://www.example.com/webhook_uri";
inline constexpr absl::Time kTestSentAt = absl::FromUnixMillis(1693657560000);

// hex(SHA-256(secret, body)) in X-Signature; replayable for ever.
v1::DigestRecipe HashOfBody();
// hex(SHA-256(secret, method, uri, body)) in X-Signature.
v1::DigestRecipe HashOfRequest();
// base64(HMAC-SHA-256(method, uri, body, timestamp)) in X-Signature-V3, the time in milliseconds in
// X-Request-Timestamp, at most 5 minutes old and 1 minute ahead.
v1::DigestRecipe TimedHmac();

// base64(HMAC-SHA-256(id, timestamp, body)), with dots between, among other items `v1,…` of
// Webhook-Signature, as standardwebhooks.com describes it; replays are not taken. Five minutes to
// either side.
v1::DigestRecipe StandardWebhook();
// The same with Ed25519, as `v1a,…`.
v1::DigestRecipe StandardWebhookOfAKey();
// hex(HMAC-SHA-256(timestamp, body)), with a dot between, in X-Signatures: `t=<seconds>,v1=<hex>`,
// with as many `v1=` as the sender has secrets.
v1::DigestRecipe TimedItems();

v1::Recipe Labelled(std::string label, v1::DigestRecipe digest);
v1::Recipe Basic(std::string label, std::string credentials);
v1::Recipe HeaderToken(std::string label, std::string header, std::string token);

// A request that owns what a SignedRequest only views.
struct OwnedRequest {
  std::string method = "POST";
  std::optional<std::string> query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};

  // Valid until the next call, or until this changes.
  SignedRequest View();

  std::vector<RawHeader> header_views = {};  // what the last View shows
};

// A request with the query `a=1%2F2` and the id `msg_1`, signed as the recipe says with kTestSecret
// (or kTestSeed) at kTestSentAt. Its signature is the first of its headers, and its id the last.
OwnedRequest SignedRequestOf(const v1::DigestRecipe& recipe);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_RECIPES_FOR_TEST_H_
