#include "common/net/server_names.h"

#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::Optional;

class ServerNamesTest : public testing::Test {
 protected:
  ServerNamesTest() {
    names_.Add("hooks.example.com", 0);
    names_.Add("*.example.com", 1);
    names_.Add("Other.Example.ORG", 2);
  }

  ServerNames names_;
};

TEST_F(ServerNamesTest, AWholeNameComesBeforeAWildcard) {
  EXPECT_THAT(names_.Find("hooks.example.com"), Optional(0));
  EXPECT_THAT(names_.Find("else.example.com"), Optional(1));
}

TEST_F(ServerNamesTest, AStarIsOneLabelAndNotNone) {
  EXPECT_EQ(names_.Find("example.com"), std::nullopt);
  EXPECT_EQ(names_.Find(".example.com"), std::nullopt);
  EXPECT_EQ(names_.Find("a.b.example.com"), std::nullopt);
}

TEST_F(ServerNamesTest, CaseDoesNotCount) {
  EXPECT_THAT(names_.Find("HOOKS.example.COM"), Optional(0));
  EXPECT_THAT(names_.Find("other.example.org"), Optional(2));
  EXPECT_THAT(names_.Find("A.EXAMPLE.COM"), Optional(1));
}

TEST_F(ServerNamesTest, AFinalDotIsNoPartOfTheName) {
  EXPECT_THAT(names_.Find("hooks.example.com."), Optional(0));
  EXPECT_EQ(names_.Find("hooks.example.com.."), std::nullopt);
}

TEST_F(ServerNamesTest, AnUnknownNameIsNotFound) {
  for (const char* host : {"", ".", "com", "hooks.example.net", "*", "localhost"}) {
    EXPECT_EQ(names_.Find(host), std::nullopt) << host;
  }
}

TEST_F(ServerNamesTest, ANameKeepsWhatItWasGivenFirst) {
  names_.Add("HOOKS.example.com", 7);
  names_.Add("*.EXAMPLE.com", 7);
  EXPECT_THAT(names_.Find("hooks.example.com"), Optional(0));
  EXPECT_THAT(names_.Find("else.example.com"), Optional(1));
}

}  // namespace
}  // namespace fluxcascade
