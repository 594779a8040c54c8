#include "common/crypto/ed25519.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

struct Signed {
  std::string public_key;
  std::string message;
  std::string signature;
};

Signed FromHex(const char* public_key, const char* message, const char* signature) {
  return {absl::HexStringToBytes(public_key), absl::HexStringToBytes(message),
          absl::HexStringToBytes(signature)};
}

// RFC 8032, section 7.1, tests 1 to 3.
std::vector<Signed> Rfc8032() {
  return {
      FromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
              "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
              "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
      FromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
      FromHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
              "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
              "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
  };
}

bool Verify(const Signed& it) { return Ed25519Verify(it.public_key, it.message, it.signature); }

TEST(Ed25519Test, TakesThePublishedSignatures) {
  for (const Signed& it : Rfc8032()) EXPECT_TRUE(Verify(it));
}

TEST(Ed25519Test, EveryChangedBitOfASignatureIsNoticed) {
  Signed it = Rfc8032()[1];
  for (size_t bit = 0; bit < 8 * it.signature.size(); ++bit) {
    it.signature[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_FALSE(Verify(it)) << bit;
    it.signature[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
}

TEST(Ed25519Test, AnotherMessageOrKeyIsRefused) {
  Signed it = Rfc8032()[1];
  it.message += "r";
  EXPECT_FALSE(Verify(it));
  it = Rfc8032()[1];
  it.public_key = Rfc8032()[2].public_key;
  EXPECT_FALSE(Verify(it));
}

TEST(Ed25519Test, AnotherLengthIsRefused) {
  for (const int change : {-1, 1}) {
    Signed it = Rfc8032()[0];
    it.signature.resize(it.signature.size() + change);
    EXPECT_FALSE(Verify(it));
    it = Rfc8032()[0];
    it.public_key.resize(it.public_key.size() + change);
    EXPECT_FALSE(Verify(it));
  }
  EXPECT_FALSE(Ed25519Verify("", "", ""));
}

TEST(Ed25519Test, AKeyThatIsNoPointVerifiesNothing) {
  Signed it = Rfc8032()[0];
  it.public_key = std::string(31, '\0') + "\x7f";
  it.public_key[0] = '\x02';
  EXPECT_FALSE(Verify(it));
}

// RFC 8032, section 5.1.7: the second half, a number below the group's order.
TEST(Ed25519Test, TheSameScalarPlusTheOrderIsRefused) {
  const std::string order =
      absl::HexStringToBytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Signed it = Rfc8032()[0];
  int carry = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    char& byte = it.signature[32 + i];
    carry += static_cast<uint8_t>(byte) + static_cast<uint8_t>(order[i]);
    byte = static_cast<char>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_FALSE(Verify(it));
}

}  // namespace
}  // namespace fluxcascade
