#include "tests/sandbox/hubspot/webhook_signature.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

// From the tests of HubSpot's own SDKs (Apache-2.0): hubspot-api-nodejs test/unit/signature.spec.ts
// and hubspot-api-python tests/spec/utils/test_signature.py.
constexpr char kSecret[] = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";

TEST(WebhookSignatureTest, V1IsTheSdksVector) {
  EXPECT_EQ(
      SignatureV1(kSecret, R"([{"eventId":1,"subscriptionId":12345,"portalId":62515,)"
                           R"("occurredAt":1564113600000,"subscriptionType":"contact.creation",)"
                           R"("attemptNumber":0,"objectId":123,"changeSource":"CRM",)"
                           R"("changeFlag":"NEW","appId":54321}])"),
      "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de");
}

TEST(WebhookSignatureTest, V3IsTheSdksVector) {
  EXPECT_EQ(SignatureV3(kSecret, "POST", "https://www.example.com/webhook_uri",
                        "{'example_field':'example_value'}", "1693657560000"),
            "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=");
}

TEST(WebhookSignatureTest, V3SignsTheDecodedUri) {
  EXPECT_EQ(SignatureV3(kSecret, "POST",
                        "https://www.example.com/webhook_uri?redirect=https%3A%2F%2Fa.b%2Fc%20d"
                        "&x=%281%29%21%24%27%2A%2C%3B%40",
                        "[]", "1693657560000"),
            "8M8oA6/LQp/6+AuyqWZS5+4vaJ2CmjLOWcFX0cOx7Rk=");
}

TEST(WebhookSignatureTest, UndoesOnlyTheEscapesThatHubSpotUndoes) {
  EXPECT_EQ(DecodeSignedUri("/a%3ab%20c%26d%3De%2Bf%25?g=%2f%"), "/a:b%20c%26d%3De%2Bf%25?g=/%");
}

}  // namespace
}  // namespace fluxcascade::sandbox
