// Signatures made by others, checked stage by stage: the string that is signed, the signature, and
// the verdict on a request that carries it. The vectors named self-* were computed by hand, because
// no published one has a query or a body as it was seen on the wire.

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/crypto/encoding.h"
#include "edge/verify/digest_check.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "edge/verify/signed_parts.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr char kSeenOnTheWire[] =
    R"([{"eventId":1030198139,"subscriptionId":4578255,"portalId":242711451,"appId":19635961,)"
    R"("occurredAt":1769081993375,"subscriptionType":"deal.creation","attemptNumber":0,)"
    R"("objectId":267448862446,"changeFlag":"CREATED","changeSource":"CRM_UI",)"
    R"("sourceId":"userId:52530071"}])";
constexpr char kOneEvent[] =
    R"([{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,)"
    R"("subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,)"
    R"("changeSource":"CRM","changeFlag":"NEW","appId":54321}])";
constexpr char kEncodedQuery[] =
    "redirect=https%3A%2F%2Fa.b%2Fc%20d&x=%281%29%21%24%27%2A%2C%3B%40";

enum class Scheme { kHashOfBody, kHashOfRequest, kTimedHmac };

struct Vector {
  const char* id;
  Scheme scheme;
  const char* method;
  const char* query;  // nullptr: none
  std::string body;
  const char* timestamp;  // nullptr: none
  std::string signed_string;
  const char* signature;
};

std::vector<Vector> Vectors() {
  const std::string secret = kTestSecret;
  const std::string url = kTestUrl;
  const std::string json = R"({"example_field":"example_value"})";
  const std::string quoted = "{'example_field':'example_value'}";
  return {
      {"v1-a", Scheme::kHashOfBody, "POST", nullptr, kOneEvent, nullptr, secret + kOneEvent,
       "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"},
      {"v1-c", Scheme::kHashOfBody, "POST", nullptr, quoted, nullptr, secret + quoted,
       "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750"},
      {"self-real-v1", Scheme::kHashOfBody, "POST", nullptr, kSeenOnTheWire, nullptr,
       secret + kSeenOnTheWire, "f100c04cc2d60594d1b22c2218cca7b69b05ee2b2af82be9fd8fed77ca398ac7"},
      {"v2-a", Scheme::kHashOfRequest, "GET", nullptr, "", nullptr, secret + "GET" + url,
       "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"},
      {"v2-b", Scheme::kHashOfRequest, "POST", nullptr, json, nullptr, secret + "POST" + url + json,
       "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"},
      {"v2-c", Scheme::kHashOfRequest, "POST", nullptr, quoted, nullptr,
       secret + "POST" + url + quoted,
       "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383"},
      {"v3-a", Scheme::kTimedHmac, "POST", nullptr, quoted, "1693657560000",
       "POST" + url + quoted + "1693657560000", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="},
      {"v3-b", Scheme::kTimedHmac, "POST", nullptr, quoted, "1700000300000",
       "POST" + url + quoted + "1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="},
      {"self-q", Scheme::kTimedHmac, "POST", kEncodedQuery, "[]", "1693657560000",
       "POST" + url + "?redirect=https://a.b/c%20d&x=(1)!$'*,;@" + "[]" + "1693657560000",
       "8M8oA6/LQp/6+AuyqWZS5+4vaJ2CmjLOWcFX0cOx7Rk="},
      {"self-real-v3", Scheme::kTimedHmac, "POST", nullptr, kSeenOnTheWire, "1769081994066",
       "POST" + url + kSeenOnTheWire + "1769081994066",
       "wTGuarr9HJvY1LDz3BZyknFD/MMMyjkya+qN4jOM/fk="},
  };
}

v1::DigestRecipe RecipeOf(Scheme scheme) {
  switch (scheme) {
    case Scheme::kHashOfBody:
      return HashOfBody();
    case Scheme::kHashOfRequest:
      return HashOfRequest();
    case Scheme::kTimedHmac:
      break;
  }
  return TimedHmac();
}

OwnedRequest RequestOf(const Vector& vector) {
  OwnedRequest request{.method = vector.method, .body = vector.body};
  if (vector.query != nullptr) request.query = vector.query;
  const bool timed = vector.scheme == Scheme::kTimedHmac;
  request.headers.emplace_back(timed ? "X-Signature-V3" : "X-Signature", vector.signature);
  if (timed) request.headers.emplace_back("X-Request-Timestamp", vector.timestamp);
  return request;
}

std::string SignedStringOf(const v1::DigestRecipe& recipe, OwnedRequest& request,
                           absl::string_view timestamp, absl::string_view secret) {
  const SignedParts parts = *SignedParts::Compile(recipe.parts(), kTestUrl);
  SignedPieces pieces;
  EXPECT_EQ(parts.Read(request.View(), timestamp, pieces), std::nullopt);
  return absl::StrJoin(pieces.With(secret), "");
}

absl::Time SentAt(const Vector& vector) {
  return vector.timestamp == nullptr ? absl::UnixEpoch()
                                     : absl::FromUnixMillis(std::stoll(vector.timestamp));
}

class GoldenVectorsTest : public testing::TestWithParam<Vector> {
 protected:
  const Vector& vector() const { return GetParam(); }
};

TEST_P(GoldenVectorsTest, TheSignedStringIsAsPublished) {
  OwnedRequest request = RequestOf(vector());
  const std::string timestamp = vector().timestamp == nullptr ? "" : vector().timestamp;
  EXPECT_EQ(SignedStringOf(RecipeOf(vector().scheme), request, timestamp, kTestSecret),
            vector().signed_string);
}

TEST_P(GoldenVectorsTest, TheSignatureIsAsPublished) {
  const SenderForTest sender(RecipeOf(vector().scheme), kTestUrl);
  EXPECT_EQ(sender.Signature(vector().signed_string, kTestSecret), vector().signature);
}

TEST_P(GoldenVectorsTest, TheRequestIsAccepted) {
  OwnedRequest request = RequestOf(vector());
  EXPECT_EQ(DigestCheck::Compile(RecipeOf(vector().scheme), kTestUrl)
                ->Check(request.View(), SentAt(vector())),
            std::nullopt);
}

TEST_P(GoldenVectorsTest, AnotherSecretIsRefused) {
  v1::DigestRecipe recipe = RecipeOf(vector().scheme);
  recipe.mutable_secrets(0)->set_value("zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz");
  OwnedRequest request = RequestOf(vector());
  EXPECT_EQ(DigestCheck::Compile(recipe, kTestUrl)->Check(request.View(), SentAt(vector())),
            v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenVectorsTest, testing::ValuesIn(Vectors()),
                         [](const testing::TestParamInfo<Vector>& info) {
                           std::string name = info.param.id;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

// self-q-wrong: signed over the query as sent, which a sender that follows the rule does not do.
TEST(UndecodedQueryTest, ASignatureOverTheQueryAsSentIsRefused) {
  OwnedRequest request{.query = kEncodedQuery, .body = "[]"};
  request.headers = {{"X-Signature-V3", "sMenCyeH+IkWSH5lP8tr4yifcOAMob6h362sncS/0g8="},
                     {"X-Request-Timestamp", "1693657560000"}};
  const absl::Time now = absl::FromUnixMillis(1693657560000);

  EXPECT_EQ(DigestCheck::Compile(TimedHmac(), kTestUrl)->Check(request.View(), now),
            v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);

  v1::DigestRecipe undecoded = TimedHmac();
  undecoded.mutable_parts(1)->set_uri_decoding(v1::SignedPart::URI_DECODING_NONE);
  EXPECT_EQ(DigestCheck::Compile(undecoded, kTestUrl)->Check(request.View(), now), std::nullopt);
}

// base64(HMAC-SHA-256(body)), as another kind of sender does it.
TEST(OtherSchemesTest, AnHmacOfTheBodyAlone) {
  v1::DigestRecipe recipe;
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA256);
  recipe.set_encoding(v1::DigestRecipe::ENCODING_BASE64);
  recipe.set_header("X-Hmac-SHA256");
  recipe.add_parts()->set_part(v1::SignedPart::PART_BODY);
  recipe.add_secrets()->set_value("my app's OAuth client secret");
  OwnedRequest request;
  request.body = R"({"data":{"webHookEvent":{"topic":"APP_CONNECT","appId":"id","accountId":"id",)"
                 R"("itemId":"id","occurredAt":"ISO8601DateTime"}}})";
  request.headers = {{"x-hmac-sha256", "+PXo5mRPCuHqX3CePBACS8afHQPY9rXzPlp9AG/a8BI="}};
  EXPECT_EQ(DigestCheck::Compile(recipe, kTestUrl)->Check(request.View(), absl::UnixEpoch()),
            std::nullopt);
}

// The vectors of the reference implementations of Standard Webhooks, in Go: webhook_test.go and
// webhook_asymmetric_test.go.
class StandardWebhooksVectorTest : public testing::Test {
 protected:
  StandardWebhooksVectorTest() {
    shared_.mutable_secrets(0)->set_value(
        *CanonicalBase64Decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  }

  Refusal Verify(const v1::DigestRecipe& recipe, const std::string& signatures) {
    OwnedRequest request = Request();
    request.headers.emplace_back("webhook-signature", signatures);
    return DigestCheck::Compile(recipe, kTestUrl)
        ->Check(request.View(), absl::FromUnixSeconds(1614265330));
  }

  static OwnedRequest Request() {
    return {.headers = {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                        {"webhook-timestamp", "1614265330"}},
            .body = R"({"test": 2432232314})"};
  }

  const std::string code_ = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  const std::string signature_ =
      "v1a,tQ9V2XOqn7jL/"
      "DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";
  const std::string wrong_ = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
  v1::DigestRecipe shared_ = StandardWebhook();
  const v1::DigestRecipe key_ = StandardWebhookOfAKey();
};

TEST_F(StandardWebhooksVectorTest, TheSignedStringIsIdTimestampAndBody) {
  OwnedRequest request = Request();
  const std::string expected = R"(msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314})";
  EXPECT_EQ(SignedStringOf(shared_, request, "1614265330", ""), expected);
  EXPECT_EQ(SenderForTest(shared_, kTestUrl).Signature(expected, shared_.secrets(0).value()),
            code_);
  EXPECT_EQ(SenderForTest(key_, kTestUrl).Signature(expected, kTestSeed), signature_);
}

TEST_F(StandardWebhooksVectorTest, ThePublishedSignaturesAreAccepted) {
  EXPECT_EQ(Verify(shared_, code_), std::nullopt);
  EXPECT_EQ(Verify(key_, signature_), std::nullopt);
}

TEST_F(StandardWebhooksVectorTest, OneRightSignatureOfSeveralIsEnough) {
  const std::string others = wrong_ + " v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= ";
  EXPECT_EQ(Verify(shared_, others + code_ + " " + wrong_), std::nullopt);
  EXPECT_EQ(Verify(key_, others + signature_ + " " + wrong_), std::nullopt);
}

TEST_F(StandardWebhooksVectorTest, WhatTheReferenceRefusesIsRefused) {
  EXPECT_EQ(Verify(shared_, wrong_), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
  EXPECT_EQ(Verify(shared_, "v1,"), v1::RejectedRequest::REASON_SIGNATURE_MALFORMED);
  EXPECT_EQ(Verify(key_, "v1a,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="),
            v1::RejectedRequest::REASON_SIGNATURE_MALFORMED);
  EXPECT_EQ(Verify(shared_, signature_), v1::RejectedRequest::REASON_SIGNATURE_MISSING);
  EXPECT_EQ(Verify(key_, code_), v1::RejectedRequest::REASON_SIGNATURE_MISSING);
}

// Computed by hand (Python's hmac): no published one comes with its secret.
TEST(OtherSchemesTest, TimeAndSignaturesInOneHeader) {
  v1::DigestRecipe recipe = TimedItems();
  recipe.mutable_secrets(0)->set_value("whsec_test_secret");
  OwnedRequest request{.body = R"({"id":"evt_1"})"};
  request.headers = {
      {"X-Signatures",
       "t=1492774577,v1=0000000000000000000000000000000000000000000000000000000000000000,"
       "v1=799c4ba7bb339f3c8601adfd112f0e477c930a268be1243d341abb8286501c2f,"
       "v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"}};
  EXPECT_EQ(DigestCheck::Compile(recipe, kTestUrl)
                ->Check(request.View(), absl::FromUnixSeconds(1492774577)),
            std::nullopt);
}

// As an older sender does it: RFC 2202, section 3, case 2, for a body.
TEST(OtherSchemesTest, ASha1OfTheBodyAlone) {
  v1::DigestRecipe recipe = HashOfBody();
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA1);
  recipe.mutable_parts()->DeleteSubrange(0, 1);
  recipe.set_prefix("sha1=");
  recipe.mutable_secrets(0)->set_value("Jefe");
  OwnedRequest request{.body = "what do ya want for nothing?"};
  request.headers = {{"X-Signature", "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"}};
  EXPECT_EQ(DigestCheck::Compile(recipe, kTestUrl)->Check(request.View(), absl::UnixEpoch()),
            std::nullopt);
}

}  // namespace
}  // namespace fluxcascade::edge
