#include "common/crypto/hmac.h"

#include <string>
#include <utility>
#include <vector>

#include "common/crypto/encoding.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using Parts = std::vector<absl::string_view>;

std::string Hex(const HmacKey& key, const Parts& parts) {
  return HexEncode(key.Sign(parts).bytes());
}

struct Message {
  std::string key;
  std::string data;
  const char* sha1;
  const char* sha256;
  const char* sha512;
};

// SHA-1: RFC 2202, section 3; the others: RFC 4231, sections 4.2, 4.3 and 4.4, which take a key of
// 20 bytes in the third, too.
std::vector<Message> Messages() {
  return {
      {std::string(20, '\x0b'), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
       "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
      {"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
       "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'), "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
       "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
       "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
  };
}

TEST(HmacTest, GivesThePublishedCodes) {
  for (const Message& message : Messages()) {
    EXPECT_EQ(Hex(HmacKey(HmacHash::kSha1, message.key), {message.data}), message.sha1);
    EXPECT_EQ(Hex(HmacKey(HmacHash::kSha256, message.key), {message.data}), message.sha256);
    EXPECT_EQ(Hex(HmacKey(HmacHash::kSha512, message.key), {message.data}), message.sha512);
  }
}

// RFC 2202, section 3, case 6, and RFC 4231, section 4.7.
TEST(HmacTest, AKeyLongerThanABlockIsHashedFirst) {
  const Parts data = {"Test Using Larger Than Block-Size Key - Hash Key First"};
  EXPECT_EQ(Hex(HmacKey(HmacHash::kSha1, std::string(80, '\xaa')), data),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(Hex(HmacKey(HmacHash::kSha512, std::string(131, '\xaa')), data),
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
            "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

TEST(HmacTest, CodesAreAsLongAsStated) {
  for (const auto& [hash, bytes] :
       {std::pair(HmacHash::kSha1, 20), {HmacHash::kSha256, 32}, {HmacHash::kSha512, 64}}) {
    EXPECT_EQ(HmacBytes(hash), bytes);
    EXPECT_EQ(HmacKey(hash, "key").Sign({}).bytes().size(), bytes);
  }
}

TEST(HmacTest, PartsAreJoined) {
  const HmacKey key(HmacHash::kSha256, "Jefe");
  EXPECT_EQ(Hex(key, {"what do ya ", "", "want for nothing?"}), Messages()[1].sha256);
}

TEST(HmacTest, AKeySignsAgainAndAfterItWasMoved) {
  HmacKey key(HmacHash::kSha256, "Jefe");
  EXPECT_EQ(Hex(key, {"another"}), Hex(key, {"another"}));
  const HmacKey moved = std::move(key);
  EXPECT_EQ(Hex(moved, {Messages()[1].data}), Messages()[1].sha256);
}

}  // namespace
}  // namespace fluxcascade
