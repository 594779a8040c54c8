#include "common/crypto/encoding.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

std::string AllBytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

// RFC 4648, section 10.
const std::vector<std::pair<std::string, std::string>> kBase64 = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(HexTest, EncodesInLowerCase) {
  EXPECT_EQ(HexEncode(""), "");
  EXPECT_EQ(HexEncode(std::string("\x00\x0f\xa0\xff", 4)), "000fa0ff");
}

TEST(HexTest, DecodesWhatItEncodes) {
  EXPECT_EQ(CanonicalHexDecode(HexEncode(AllBytes())), AllBytes());
  EXPECT_EQ(CanonicalHexDecode(""), "");
}

TEST(HexTest, RefusesEveryOtherSpelling) {
  for (const char* text : {"0", "0F", "fF", "0g", " 0f", "0f ", "0x0f", "0:", "/0", "`0"}) {
    EXPECT_EQ(CanonicalHexDecode(text), std::nullopt) << text;
  }
}

TEST(Base64Test, GivesTheVectorsOfRfc4648) {
  for (const auto& [bytes, text] : kBase64) {
    EXPECT_EQ(Base64Encode(bytes), text);
    EXPECT_EQ(CanonicalBase64Decode(text), bytes);
  }
}

TEST(Base64Test, DecodesWhatItEncodes) {
  EXPECT_EQ(CanonicalBase64Decode(Base64Encode(AllBytes())), AllBytes());
}

TEST(Base64Test, RefusesEveryOtherSpelling) {
  const std::vector<std::string> others = {
      "Zg",      // no padding
      "Zg=",     // half of it
      "Zg===",   // too much
      "Zh==",    // trailing bits that are not zero
      "Zm9=",    // the same
      "Zm9v\n",  // white space
      " Zm9v",  "Zm 9v", "Zm9v====",
      "_-8=",  // the other alphabet
      "Zg..",  // dots for padding
      "=",      "Z",     "Zm9v*",    std::string("Zm9v\0", 5),
  };
  for (const std::string& text : others) {
    EXPECT_EQ(CanonicalBase64Decode(text), std::nullopt) << text;
  }
}

TEST(Base64UrlTest, UsesItsOwnAlphabetWithoutPadding) {
  EXPECT_EQ(Base64UrlEncode("\xff\xef"), "_-8");
  EXPECT_EQ(Base64Encode("\xff\xef"), "/+8=");
  EXPECT_EQ(CanonicalBase64UrlDecode("_-8"), "\xff\xef");
  EXPECT_EQ(CanonicalBase64UrlDecode(Base64UrlEncode(AllBytes())), AllBytes());
  EXPECT_EQ(CanonicalBase64UrlDecode(""), "");
}

TEST(Base64UrlTest, RefusesEveryOtherSpelling) {
  for (const char* text : {"_-8=", "/+8", "_-9", "_", "_-8 ", " _-8"}) {
    EXPECT_EQ(CanonicalBase64UrlDecode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace fluxcascade
