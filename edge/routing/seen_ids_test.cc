#include "edge/routing/seen_ids.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using Sight = SeenIds::Sight;

SeenIds::Key KeyOf(absl::string_view hook, const std::vector<std::string>& ids,
                   absl::string_view body) {
  std::vector<SignedId> signed_ids;
  for (const std::string& id : ids)
    signed_ids.push_back({.recipe = "r", .id = id, .good_until = {}});
  return SeenIds::KeyOf(hook, signed_ids, body);
}

TEST(SeenIdsKeyTest, IsOfTheHookTheIdsAndTheBody) {
  const SeenIds::Key key = KeyOf("hook", {"id"}, "[]");
  EXPECT_EQ(key, KeyOf("hook", {"id"}, "[]"));
  EXPECT_NE(key, KeyOf("hoo", {"kid"}, "[]"));
  EXPECT_NE(key, KeyOf("hook", {"id", ""}, "[]"));
  EXPECT_NE(key, KeyOf("hook", {"i", "d"}, "[]"));
  EXPECT_NE(key, KeyOf("hook", {"id["}, "]"));
  EXPECT_NE(key, KeyOf("hook", {"id"}, "[1]"));
}

// Three messages of a hook and five of all hooks; a message is good for a minute.
class SeenIdsTest : public testing::Test {
 protected:
  Sight Claim(const std::string& hook, int id) {
    return seen_.Claim(hook, Key(hook, id), now_ + absl::Minutes(1), now_);
  }

  void Take(const std::string& hook, int id) {
    EXPECT_EQ(Claim(hook, id), Sight::kNew) << hook << id;
    seen_.Taken(Key(hook, id));
  }

  static SeenIds::Key Key(const std::string& hook, int id) {
    return KeyOf(hook, {absl::StrCat(id)}, "[]");
  }

  SeenIds seen_{{.ids = 5, .ids_of_a_hook = 3}};
  absl::Time now_ = absl::FromUnixSeconds(1700000000);
};

TEST_F(SeenIdsTest, AMessageIsTakenOnce) {
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
  seen_.Taken(Key("hook", 1));
  EXPECT_EQ(Claim("hook", 1), Sight::kTaken);
  EXPECT_EQ(Claim("hook", 1), Sight::kTaken);
}

TEST_F(SeenIdsTest, OfTwoAtOnceOneIsTaken) {
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
  EXPECT_EQ(Claim("hook", 1), Sight::kBeingTaken);
  seen_.Taken(Key("hook", 1));
  EXPECT_EQ(Claim("hook", 1), Sight::kTaken);
}

TEST_F(SeenIdsTest, WhatWasGivenUpIsNewAgain) {
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
  seen_.GiveUp(Key("hook", 1));
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
}

TEST_F(SeenIdsTest, AMessageIsRememberedToTheEndOfItsWindowAndNoLonger) {
  Take("hook", 1);
  now_ += absl::Minutes(1);
  EXPECT_EQ(seen_.Claim("hook", Key("hook", 1), now_, now_), Sight::kTaken);
  now_ += absl::Nanoseconds(1);
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
  EXPECT_EQ(seen_.forgotten(), 0);
}

TEST_F(SeenIdsTest, ACopyThatIsGoodForLongerIsRememberedForLonger) {
  Take("hook", 1);
  Take("hook", 2);
  now_ += absl::Seconds(50);
  EXPECT_EQ(Claim("hook", 1), Sight::kTaken);
  now_ += absl::Seconds(60);
  EXPECT_EQ(Claim("hook", 2), Sight::kNew) << "of which no copy came";
  EXPECT_EQ(seen_.Claim("hook", Key("hook", 1), now_, now_), Sight::kTaken)
      << "that copy, recorded and sent again";
  now_ += absl::Nanoseconds(1);
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
}

TEST_F(SeenIdsTest, ACopyThatIsGoodForLessChangesNothing) {
  Take("hook", 1);
  EXPECT_EQ(seen_.Claim("hook", Key("hook", 1), now_, now_), Sight::kTaken);
  now_ += absl::Minutes(1);
  EXPECT_EQ(Claim("hook", 1), Sight::kTaken);
}

TEST_F(SeenIdsTest, WhoseCopyCameLastIsForgottenLast) {
  for (int id = 1; id <= 3; ++id) Take("hook", id);
  now_ += absl::Seconds(1);
  EXPECT_EQ(Claim("hook", 1), Sight::kTaken);
  Take("hook", 4);
  EXPECT_EQ(seen_.forgotten(), 1);
  EXPECT_EQ(Claim("hook", 1), Sight::kTaken);
  EXPECT_EQ(Claim("hook", 2), Sight::kNew);
}

TEST_F(SeenIdsTest, AnOldOneBehindAYoungOneIsNewToo) {
  EXPECT_EQ(seen_.Claim("hook", Key("hook", 1), now_ + absl::Hours(1), now_), Sight::kNew);
  Take("hook", 2);
  now_ += absl::Minutes(2);
  EXPECT_EQ(Claim("hook", 2), Sight::kNew);
  EXPECT_EQ(Claim("hook", 1), Sight::kBeingTaken);
}

TEST_F(SeenIdsTest, AHookAtItsLimitForgetsItsOwnOldest) {
  Take("quiet", 1);
  for (int id = 1; id <= 3; ++id) Take("loud", id);
  EXPECT_EQ(Claim("loud", 1), Sight::kTaken);
  EXPECT_EQ(seen_.forgotten(), 0);
  Take("loud", 4);
  EXPECT_EQ(seen_.forgotten(), 1);
  EXPECT_EQ(Claim("quiet", 1), Sight::kTaken);
  EXPECT_EQ(Claim("loud", 2), Sight::kTaken);
  EXPECT_EQ(Claim("loud", 1), Sight::kNew);
}

TEST_F(SeenIdsTest, WhenAllIsFullTheOldestOfAllIsForgotten) {
  for (const char* hook : {"a", "b", "c", "d", "e"}) Take(hook, 1);
  EXPECT_EQ(Claim("a", 1), Sight::kTaken);
  EXPECT_EQ(seen_.forgotten(), 0);
  Take("f", 1);
  EXPECT_EQ(seen_.forgotten(), 1);
  EXPECT_EQ(Claim("b", 1), Sight::kTaken);
  EXPECT_EQ(Claim("a", 1), Sight::kNew);
}

TEST_F(SeenIdsTest, WhatIsTooOldMakesRoomUncounted) {
  for (int id = 1; id <= 3; ++id) Take("hook", id);
  now_ += absl::Minutes(2);
  for (int id = 4; id <= 6; ++id) Take("hook", id);
  EXPECT_EQ(seen_.forgotten(), 0);
}

TEST_F(SeenIdsTest, TheEndOfAClaimThatWasForgottenChangesNothing) {
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
  for (int id = 2; id <= 4; ++id) Take("hook", id);
  seen_.Taken(Key("hook", 1));
  seen_.GiveUp(Key("hook", 1));
  EXPECT_EQ(Claim("hook", 1), Sight::kNew);
}

TEST_F(SeenIdsTest, TheMessagesOfAHookGoWithIt) {
  Take("stays", 1);
  Take("goes", 1);
  EXPECT_EQ(Claim("goes", 2), Sight::kNew);
  seen_.KeepOnly([](const std::string& hook) { return hook == "stays"; });
  seen_.Taken(Key("goes", 2));
  EXPECT_EQ(Claim("stays", 1), Sight::kTaken);
  EXPECT_EQ(Claim("goes", 1), Sight::kNew);
  EXPECT_EQ(Claim("goes", 2), Sight::kNew);
  EXPECT_EQ(seen_.forgotten(), 0);
}

TEST(SeenIdsOfManyTest, AllMessagesOfAHookGoWithIt) {
  SeenIds seen{{}};
  const absl::Time now = absl::FromUnixSeconds(1700000000);
  for (int id = 0; id < 1000; ++id) {
    for (const char* hook : {"stays", "goes"}) {
      seen.Claim(hook, KeyOf(hook, {absl::StrCat(id)}, ""), now, now);
    }
  }
  seen.KeepOnly([](const std::string& hook) { return hook == "stays"; });
  for (int id = 0; id < 1000; ++id) {
    EXPECT_EQ(seen.Claim("stays", KeyOf("stays", {absl::StrCat(id)}, ""), now, now),
              Sight::kBeingTaken);
    EXPECT_EQ(seen.Claim("goes", KeyOf("goes", {absl::StrCat(id)}, ""), now, now), Sight::kNew);
  }
}

TEST(SeenIdsThreadsTest, OfManyThatClaimTheSameOneWins) {
  SeenIds seen{{}};
  const absl::Time now = absl::FromUnixSeconds(1700000000);
  constexpr int kMessages = 1000;
  std::vector<int> won(4, 0);
  std::vector<std::thread> threads;
  for (int& wins : won) {
    threads.emplace_back([&seen, &wins, now] {
      for (int id = 0; id < kMessages; ++id) {
        const SeenIds::Key key = KeyOf("hook", {absl::StrCat(id)}, "");
        if (seen.Claim("hook", key, now, now) != Sight::kNew) continue;
        ++wins;
        seen.Taken(key);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won[0] + won[1] + won[2] + won[3], kMessages);
}

}  // namespace
}  // namespace fluxcascade::edge
