#include "tests/sandbox/hubspot/hubspot_errors.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

json BodyOf(const ApiResponse& response) { return json::parse(response.body); }

TEST(HubSpotErrorsTest, ADuplicateNamesTheContactThatIsThere) {
  const ApiResponse response = HubSpotCrmError(absl::AlreadyExistsError("12345"));
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(BodyOf(response)["message"], "Contact already exists. Existing ID: 12345");
  EXPECT_EQ(BodyOf(response)["category"], "CONFLICT");
  EXPECT_EQ(BodyOf(response)["status"], "error");
  EXPECT_EQ(BodyOf(response)["correlationId"].get<std::string>().size(), 36);
}

TEST(HubSpotErrorsTest, AValidationErrorListsWhatWasRefused) {
  const ApiResponse response = HubSpotCrmError(absl::InvalidArgumentError(
      R"([{"isValid":false,"message":"no","error":"INVALID_EMAIL","name":"email"}])"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(BodyOf(response)["category"], "VALIDATION_ERROR");
  const json error = BodyOf(response)["errors"][0];
  EXPECT_EQ(error["code"], "INVALID_EMAIL");
  EXPECT_EQ(error["context"]["propertyName"][0], "email");
}

TEST(HubSpotErrorsTest, AnExpiredTokenSaysForHowLong) {
  const absl::Time now = absl::FromUnixSeconds(1767225675);
  const ApiResponse response =
      HubSpotAuthenticationError(absl::DeadlineExceededError("2026-01-01T00:00:00.000Z"), now);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(BodyOf(response)["category"], "EXPIRED_AUTHENTICATION");
  EXPECT_EQ(BodyOf(response)["message"],
            "The OAuth token used to make this call expired 75 second(s) ago.");
}

TEST(HubSpotErrorsTest, AnUnknownTokenIsInvalid) {
  const ApiResponse response = HubSpotAuthenticationError(absl::UnauthenticatedError(""), {});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(BodyOf(response)["category"], "INVALID_AUTHENTICATION");
}

}  // namespace
}  // namespace fluxcascade::sandbox
