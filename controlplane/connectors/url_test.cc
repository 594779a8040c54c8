#include "controlplane/connectors/url.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(UrlTest, EncodesAllThatIsNotUnreserved) {
  EXPECT_EQ(PercentEncode("john+x@example.com/.."), "john%2Bx%40example.com%2F..");
  EXPECT_EQ(PercentEncode("ü~"), "%C3%BC~");
}

TEST(UrlTest, AddsParametersToAUrlWithAndWithoutAQuery) {
  EXPECT_EQ(WithParameters("https://a.test/p", {{"k", "a b"}}), "https://a.test/p?k=a%20b");
  EXPECT_EQ(WithParameters("https://a.test/p?x=1", {{"k", "v"}, {"l", "&"}}),
            "https://a.test/p?x=1&k=v&l=%26");
}

}  // namespace
}  // namespace fluxcascade
