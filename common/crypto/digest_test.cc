#include "common/crypto/digest.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/crypto/encoding.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

std::string Hex(const Sha256Digest& digest) { return HexEncode(AsBytes(digest)); }

TEST(Sha256Test, GivesTheDigestsOfFips180) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256Test, PartsAreJoined) {
  const std::vector<absl::string_view> parts = {"a", "", "bc"};
  EXPECT_EQ(Sha256(parts), Sha256("abc"));
  EXPECT_EQ(Sha256(absl::Span<const absl::string_view>()), Sha256(""));
}

struct HmacVector {
  std::string key;
  std::string data;
  const char* hex;
};

// RFC 4231, sections 4.2, 4.3, 4.4 and 4.7.
const std::vector<HmacVector> kRfc4231 = {
    {std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {std::string(20, '\xaa'), std::string(50, '\xdd'),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
};

TEST(HmacSha256Test, GivesTheCodesOfRfc4231) {
  for (const HmacVector& vector : kRfc4231) {
    EXPECT_EQ(Hex(HmacSha256(vector.key, vector.data)), vector.hex);
  }
}

TEST(HmacSha256Test, PartsAreJoined) {
  const std::vector<absl::string_view> parts = {"what do ya ", "", "want for nothing?"};
  EXPECT_EQ(Hex(HmacSha256("Jefe", parts)), kRfc4231[1].hex);
}

TEST(HmacSha256Test, AnEmptyKeyIsAKey) {
  EXPECT_EQ(Hex(HmacSha256(absl::string_view(), "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(ConstantTimeEqualsTest, ComparesLengthAndBytes) {
  EXPECT_TRUE(ConstantTimeEquals("", ""));
  EXPECT_TRUE(ConstantTimeEquals("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "Abc"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "ab"));
  EXPECT_FALSE(ConstantTimeEquals("", "a"));
}

}  // namespace
}  // namespace fluxcascade
