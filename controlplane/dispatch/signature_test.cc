#include "controlplane/dispatch/signature.h"

#include "common/random/fake_random.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

// RFC 4231, test case 2.
TEST(SignatureTest, IsTheHmacOfTheBodyInHex) {
  EXPECT_EQ(SignatureOf("Jefe", "what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(SignatureTest, DependsOnEveryByteOfBodyAndSecret) {
  EXPECT_NE(SignatureOf("secret", "{}"), SignatureOf("secret", "{} "));
  EXPECT_NE(SignatureOf("secret", "{}"), SignatureOf("secreT", "{}"));
}

TEST(SignatureTest, SecretsAreLongAndNeverTheSame) {
  FakeRandom random;
  const std::string first = NewEndpointSecret(random);
  EXPECT_EQ(first.rfind("whsec_", 0), 0u);
  EXPECT_EQ(first.size(), 6u + 43u);
  EXPECT_NE(first, NewEndpointSecret(random));
}

}  // namespace
}  // namespace fluxcascade
