#include "edge/verify/public_uri.h"

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr auto kNone = v1::SignedPart::URI_DECODING_NONE;
constexpr auto kReserved = v1::SignedPart::URI_DECODING_RESERVED_CHARACTERS;
constexpr char kUrl[] = "https://hooks.example.com/v1/hooks/t";

TEST(PublicUriTest, WithoutAQueryItIsThePublicUrl) {
  EXPECT_EQ(PublicUri(kUrl, std::nullopt, kNone), kUrl);
  EXPECT_EQ(PublicUri(kUrl, std::nullopt, kReserved), kUrl);
}

TEST(PublicUriTest, AQueryFollowsAQuestionMark) {
  EXPECT_EQ(PublicUri(kUrl, "a=b", kNone), "https://hooks.example.com/v1/hooks/t?a=b");
}

TEST(PublicUriTest, AnEmptyQueryIsNotNoQuery) {
  EXPECT_EQ(PublicUri(kUrl, "", kNone), "https://hooks.example.com/v1/hooks/t?");
}

TEST(PublicUriTest, WithoutDecodingItIsAsSent) {
  EXPECT_EQ(PublicUri("https://e/%3A", "x=%3a%2F%20", kNone), "https://e/%3A?x=%3a%2F%20");
}

TEST(PublicUriTest, DecodesUrlAndQueryAlike) {
  EXPECT_EQ(PublicUri("https://e/%3A", "x=%3F", kReserved), "https://e/:?x=?");
}

TEST(DecodeReservedCharactersTest, TwelveCharactersAreDecoded) {
  EXPECT_EQ(DecodeReservedCharacters("%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B"), ":/?@!$'()*,;");
}

TEST(DecodeReservedCharactersTest, HexDigitsMayBeInEitherCase) {
  EXPECT_EQ(DecodeReservedCharacters("%3a%2f%3f%2a%2c%3b"), ":/?*,;");
}

TEST(DecodeReservedCharactersTest, EverythingElseStaysAsItIs) {
  for (const char* text : {"%20", "%26", "%3D", "%2B", "%25", "%23", "%5B", "%5D", "%00", "%80",
                           "%FF", "%C3%A9", "a+b", "", "plain"}) {
    EXPECT_EQ(DecodeReservedCharacters(text), text);
  }
}

TEST(DecodeReservedCharactersTest, AllOtherBytesStayEscaped) {
  constexpr absl::string_view kDigits = "0123456789ABCDEF";
  int decoded = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string escape = {'%', kDigits[byte / 16], kDigits[byte % 16]};
    if (DecodeReservedCharacters(escape) != escape) ++decoded;
  }
  EXPECT_EQ(decoded, 12);
}

TEST(DecodeReservedCharactersTest, DecodesOnlyOnce) {
  EXPECT_EQ(DecodeReservedCharacters("%253A"), "%253A");
  EXPECT_EQ(DecodeReservedCharacters("%2%3A"), "%2:");
  EXPECT_EQ(DecodeReservedCharacters("%%3A"), "%:");
}

TEST(DecodeReservedCharactersTest, MalformedEscapesStay) {
  for (const char* text : {"%", "%3", "a%", "%3G", "%G3", "%%", "% 3A", "%-1"}) {
    EXPECT_EQ(DecodeReservedCharacters(text), text);
  }
}

}  // namespace
}  // namespace fluxcascade::edge
