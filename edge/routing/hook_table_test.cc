#include "edge/routing/hook_table.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_matchers.h"
#include "edge/routing/active_hook_table.h"
#include "edge/verify/recipes_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr uint32_t kMaxBody = 1 << 20;
const absl::Time kNow = absl::FromUnixSeconds(1767225600);

// 22 characters, another for each number.
std::string Token(int number) {
  std::string bytes(16, '\0');
  bytes[0] = static_cast<char>(number);
  bytes[1] = static_cast<char>(number >> 8);
  return Base64UrlEncode(bytes);
}

v1::Hook HookNumber(int number) {
  v1::Hook hook;
  hook.set_id(absl::StrCat("hook-", number));
  hook.set_token(Token(number));
  hook.set_public_url(absl::StrCat("https://hooks.example.com/v1/hooks/", hook.token()));
  *hook.add_required() = Basic("password", "hook:not-a-secret");
  return hook;
}

v1::Config ConfigOf(int hooks) {
  v1::Config config;
  config.set_version(7);
  for (int i = 0; i < hooks; ++i) *config.add_hooks() = HookNumber(i);
  return config;
}

TEST(HookTableTest, FindsAHookByItsToken) {
  v1::Config config = ConfigOf(3);
  config.mutable_hooks(1)->add_logged_headers("x-request-id");
  const auto table = *HookTable::Build(config, kMaxBody);
  EXPECT_EQ(table->version(), 7);
  EXPECT_EQ(table->size(), 3);
  const RoutedHook* hook = table->Find(Token(1), kNow);
  ASSERT_NE(hook, nullptr);
  EXPECT_EQ(hook->id, "hook-1");
  EXPECT_THAT(hook->logged_headers, ElementsAre("x-request-id"));
}

TEST(HookTableTest, FindsAHookByItsIdWhileItIsServed) {
  v1::Config config = ConfigOf(3);
  *config.mutable_hooks(1)->mutable_not_after() = ToProto(kNow);
  const auto table = *HookTable::Build(config, kMaxBody);
  EXPECT_EQ(table->FindById("hook-1", kNow), table->Find(Token(1), kNow));
  EXPECT_EQ(table->FindById("hook-1", kNow + absl::Nanoseconds(1)), nullptr);
  EXPECT_EQ(table->FindById("hook-3", kNow), nullptr);
}

TEST(HookTableTest, AQuarantineMayBeAsLargeAndAsSmallAsItsLimits) {
  v1::Config config = ConfigOf(3);
  v1::QuarantineRule& least = *config.mutable_hooks(1)->mutable_quarantine();
  least.set_max_requests(1);
  least.set_max_bytes(4096);
  v1::QuarantineRule& most = *config.mutable_hooks(2)->mutable_quarantine();
  most.set_max_requests(100000);
  most.set_max_bytes(1 << 30);
  FC_ASSERT_OK_AND_ASSIGN(const auto table, HookTable::Build(config, kMaxBody));
  EXPECT_FALSE(table->FindById("hook-0", kNow)->quarantine.has_value());
  EXPECT_EQ(table->FindById("hook-1", kNow)->quarantine->max_requests(), 1u);
  EXPECT_EQ(table->FindById("hook-2", kNow)->quarantine->max_bytes(), 1u << 30);
}

TEST(HookTableTest, AHookWaitsForTheCommitAsLongAsItSays) {
  v1::Config config = ConfigOf(2);
  config.mutable_hooks(1)->mutable_ack()->set_mode(v1::AckRule::MODE_CONTROL_PLANE);
  *config.mutable_hooks(1)->mutable_ack()->mutable_fallback_after() = ToProto(absl::Seconds(2));
  FC_ASSERT_OK_AND_ASSIGN(const auto table, HookTable::Build(config, kMaxBody));
  EXPECT_EQ(table->FindById("hook-0", kNow)->commit_wait, std::nullopt);
  EXPECT_EQ(table->FindById("hook-1", kNow)->commit_wait, absl::Seconds(2));
}

TEST(HookTableTest, KnowsItsHooksByTheirIds) {
  const auto table = *HookTable::Build(ConfigOf(2), kMaxBody);
  EXPECT_TRUE(table->HasHook("hook-1"));
  EXPECT_FALSE(table->HasHook("hook-2"));
}

TEST(HookTableTest, AnUnknownTokenFindsNothing) {
  const auto table = *HookTable::Build(ConfigOf(3), kMaxBody);
  for (const std::string& token : {std::string(), Token(3), Token(1) + "A", Token(1).substr(1)}) {
    EXPECT_EQ(table->Find(token, kNow), nullptr) << token;
  }
}

TEST(HookTableTest, AHookIsServedUntilItsTimeIsOverAndNotAMomentLonger) {
  v1::Config config = ConfigOf(2);
  *config.mutable_hooks(0)->mutable_not_after() = ToProto(kNow);
  const auto table = *HookTable::Build(config, kMaxBody);
  const absl::Time later = kNow + absl::Nanoseconds(1);
  EXPECT_NE(table->Find(Token(0), kNow), nullptr);
  EXPECT_EQ(table->Find(Token(0), later), nullptr);
  EXPECT_NE(table->Find(Token(1), later), nullptr) << "it has no end";
}

TEST(HookTableTest, AConfigurationWithoutHooksIsOne) {
  const auto table = *HookTable::Build(ConfigOf(0), kMaxBody);
  EXPECT_EQ(table->size(), 0);
  EXPECT_EQ(table->Find("", kNow), nullptr);
}

TEST(HookTableTest, ABodyLimitIsTheHooksOwnOrElseTheEdges) {
  v1::Config config = ConfigOf(2);
  config.mutable_hooks(1)->set_max_body_bytes(100);
  const auto table = *HookTable::Build(config, kMaxBody);
  EXPECT_EQ(table->Find(Token(0), kNow)->max_body_bytes, kMaxBody);
  EXPECT_EQ(table->Find(Token(1), kNow)->max_body_bytes, 100);
}

// How many of 100 requests at once a hook of `table` takes.
int Burst(const HookTable& table, int number) {
  const RoutedHook* hook = table.Find(Token(number), kNow);
  int taken = 0;
  for (int i = 0; i < 100; ++i) {
    if (hook->rate == nullptr || hook->rate->Take(absl::Hours(1))) ++taken;
  }
  return taken;
}

TEST(HookTableTest, ARateLimitIsTheHooksOwnOrElseTheEdges) {
  v1::Config config = ConfigOf(2);
  config.mutable_hooks(1)->mutable_rate_limit()->set_requests_per_second(5);
  config.mutable_hooks(1)->mutable_rate_limit()->set_burst(20);
  const auto table = *HookTable::Build(config, kMaxBody, nullptr, {.requests_per_second = 10});
  EXPECT_EQ(Burst(*table, 0), 10);
  EXPECT_EQ(Burst(*table, 1), 20);
  const auto without = *HookTable::Build(config, kMaxBody);
  EXPECT_EQ(Burst(*without, 0), 100) << "neither has one";
  EXPECT_EQ(Burst(*without, 1), 20);
}

TEST(HookTableTest, HooksDoNotShareABucket) {
  const auto table = *HookTable::Build(ConfigOf(2), kMaxBody, nullptr, {.requests_per_second = 10});
  EXPECT_EQ(Burst(*table, 0), 10);
  EXPECT_EQ(Burst(*table, 1), 10);
}

TEST(HookTableTest, ANewConfigurationFillsNoBucket) {
  v1::Config config = ConfigOf(2);
  config.mutable_hooks(0)->mutable_rate_limit()->set_requests_per_second(5);
  const auto previous = *HookTable::Build(config, kMaxBody, nullptr, {.requests_per_second = 10});
  EXPECT_EQ(Burst(*previous, 0), 5);
  // The same hooks, in another order and under other tokens.
  v1::Config next = ConfigOf(3);
  next.mutable_hooks(0)->set_id("hook-1");
  next.mutable_hooks(1)->set_id("hook-0");
  *next.mutable_hooks(1)->mutable_rate_limit() = config.hooks(0).rate_limit();
  const auto table = *HookTable::Build(next, kMaxBody, previous.get(), {.requests_per_second = 10});
  EXPECT_EQ(Burst(*table, 1), 0);
  EXPECT_EQ(Burst(*table, 0), 10);
  EXPECT_EQ(Burst(*previous, 1), 0) << "who still holds the previous table counts, too";
  EXPECT_EQ(Burst(*table, 2), 10);
}

TEST(HookTableTest, AnotherLimitCountsAtOnce) {
  v1::Config config = ConfigOf(1);
  v1::RateLimit& limit = *config.mutable_hooks(0)->mutable_rate_limit();
  limit.set_requests_per_second(5);
  const auto previous = *HookTable::Build(config, kMaxBody);
  EXPECT_EQ(Burst(*previous, 0), 5);
  limit.set_burst(50);
  EXPECT_EQ(Burst(**HookTable::Build(config, kMaxBody, previous.get()), 0), 50);
  config.mutable_hooks(0)->clear_rate_limit();
  EXPECT_EQ(Burst(**HookTable::Build(config, kMaxBody, previous.get()), 0), 100);
}

TEST(HookTableTest, AsManyHooksAsAllowedAndNotOneMore) {
  v1::Config config = ConfigOf(HookTable::kMaxHooks);
  FC_EXPECT_OK(HookTable::Build(config, kMaxBody));
  *config.add_hooks() = HookNumber(HookTable::kMaxHooks);
  EXPECT_THAT(
      HookTable::Build(config, kMaxBody).status(),
      StatusIs(absl::StatusCode::kInvalidArgument, "hooks must be at most 10000, are 10001"));
}

TEST(HookTableTest, AVersionIsAboveZero) {
  v1::Config config = ConfigOf(1);
  config.set_version(0);
  EXPECT_THAT(HookTable::Build(config, kMaxBody).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "version must be above 0"));
}

struct BadHook {
  const char* name;
  std::function<void(v1::Hook&)> change;
  std::string error;
};

std::vector<BadHook> BadHooks() {
  using Hook = v1::Hook;
  const std::string id = "hooks[1].id must be 1 to 128 visible ASCII characters";
  const std::string token =
      "hooks[1].token must be base64url without padding, of at least 16 bytes, in at most 128 "
      "characters";
  const std::string url =
      "hooks[1].public_url must be https://host/path without query and fragment, at most 2048 "
      "characters";
  return {
      {"NoId", [](Hook& h) { h.clear_id(); }, id},
      {"LongId", [](Hook& h) { h.set_id(std::string(129, 'i')); }, id},
      {"IdWithSpace", [](Hook& h) { h.set_id("a b"); }, id},
      {"SameId", [](Hook& h) { h.set_id("hook-0"); }, "hooks[1].id is another hook's, too"},
      {"NoToken", [](Hook& h) { h.clear_token(); }, token},
      {"ShortToken", [](Hook& h) { h.set_token(Base64UrlEncode(std::string(15, 't'))); }, token},
      {"LongToken", [](Hook& h) { h.set_token(Base64UrlEncode(std::string(97, 't'))); }, token},
      {"PaddedToken", [](Hook& h) { h.set_token(h.token() + "=="); }, token},
      {"TokenOfAnotherAlphabet", [](Hook& h) { h.set_token(std::string(24, '+')); }, token},
      {"SameToken", [](Hook& h) { h.set_token(Token(0)); },
       "hooks[1].token is another hook's, too"},
      {"NoUrl", [](Hook& h) { h.clear_public_url(); }, url},
      {"PlainHttp", [](Hook& h) { h.set_public_url("http://e.com/h"); }, url},
      {"NoHost", [](Hook& h) { h.set_public_url("https:///h"); }, url},
      {"SchemeAlone", [](Hook& h) { h.set_public_url("https://"); }, url},
      {"UrlWithQuery", [](Hook& h) { h.set_public_url("https://e.com/h?a=b"); }, url},
      {"UrlWithFragment", [](Hook& h) { h.set_public_url("https://e.com/h#a"); }, url},
      {"UrlWithSpace", [](Hook& h) { h.set_public_url("https://e.com/h h"); }, url},
      {"LongUrl", [](Hook& h) { h.set_public_url("https://" + std::string(2041, 'h')); }, url},
      {"BigBody", [](Hook& h) { h.set_max_body_bytes(kMaxBody + 1); },
       "hooks[1].max_body_bytes must be at most 1048576, this edge's limit, is 1048577"},
      {"HighRate", [](Hook& h) { h.mutable_rate_limit()->set_requests_per_second(1000001); },
       "hooks[1].rate_limit.requests_per_second must be at most 1000000, is 1000001"},
      {"HighBurst", [](Hook& h) { h.mutable_rate_limit()->set_burst(1000001); },
       "hooks[1].rate_limit.burst must be at most 1000000, is 1000001"},
      {"QuarantineOfNone", [](Hook& h) { h.mutable_quarantine()->set_max_bytes(4096); },
       "hooks[1].quarantine.max_requests must be 1 to 100000, is 0"},
      {"QuarantineOfMany",
       [](Hook& h) {
         h.mutable_quarantine()->set_max_requests(100001);
         h.mutable_quarantine()->set_max_bytes(4096);
       },
       "hooks[1].quarantine.max_requests must be 1 to 100000, is 100001"},
      {"SmallQuarantine",
       [](Hook& h) {
         h.mutable_quarantine()->set_max_requests(1);
         h.mutable_quarantine()->set_max_bytes(4095);
       },
       "hooks[1].quarantine.max_bytes must be 4096 to 1073741824, is 4095"},
      {"LargeQuarantine",
       [](Hook& h) {
         h.mutable_quarantine()->set_max_requests(1);
         h.mutable_quarantine()->set_max_bytes(1073741825);
       },
       "hooks[1].quarantine.max_bytes must be 4096 to 1073741824, is 1073741825"},
      {"AckOfNoMode", [](Hook& h) { h.mutable_ack(); },
       "hooks[1].ack.mode must be MODE_LOCAL or MODE_CONTROL_PLANE, is 0"},
      {"LoggedAuthorization", [](Hook& h) { h.add_logged_headers("authorization"); },
       "hooks[1].logged_headers[0] must not be authorization: it is never logged"},
      {"LoggedCookie", [](Hook& h) { h.add_logged_headers("cookie"); },
       "hooks[1].logged_headers[0] must not be cookie: it is never logged"},
      {"LoggedToken",
       [](Hook& h) {
         *h.add_any_of() = HeaderToken("token", "X-Token", "not-a-secret");
         h.add_logged_headers("x-token");
       },
       "hooks[1].logged_headers[0] must not be x-token: a recipe's token stands there"},
      {"LoggedUpperCase", [](Hook& h) { h.add_logged_headers("X-Id"); },
       "hooks[1].logged_headers[0] must be in lower case"},
      {"LoggedNonsense", [](Hook& h) { h.add_logged_headers("x id"); },
       "hooks[1].logged_headers[0] must be the name of a header, 1 to 64 characters"},
      {"ManyLogged",
       [](Hook& h) {
         for (int i = 0; i < 33; ++i) h.add_logged_headers("x");
       },
       "hooks[1].logged_headers must be at most 32, are 33"},
      {"NoRecipe", [](Hook& h) { h.clear_required(); },
       "hooks[1].required and any_of must hold 1 to 8 recipes together, hold 0"},
      {"BadRecipe", [](Hook& h) { *h.add_any_of() = Basic("second", "colonless"); },
       "hooks[1].any_of[0].basic.credentials[0].value must be `user:password`"},
  };
}

class BadHooksTest : public testing::TestWithParam<BadHook> {};

TEST_P(BadHooksTest, RefusesTheWholeConfigurationByHookAndField) {
  v1::Config config = ConfigOf(3);
  GetParam().change(*config.mutable_hooks(1));
  EXPECT_THAT(HookTable::Build(config, kMaxBody).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(All, BadHooksTest, testing::ValuesIn(BadHooks()),
                         [](const auto& info) { return info.param.name; });

TEST(HookTableTest, EachLimitItselfIsTaken) {
  v1::Config config = ConfigOf(1);
  v1::Hook& hook = *config.mutable_hooks(0);
  hook.set_id(std::string(128, 'i'));
  hook.set_token(Base64UrlEncode(std::string(96, 't')));
  hook.set_public_url("https://" + std::string(2040, 'h'));
  hook.set_max_body_bytes(kMaxBody);
  while (hook.logged_headers_size() < 32) hook.add_logged_headers("x");
  hook.mutable_rate_limit()->set_requests_per_second(1000000);
  hook.mutable_rate_limit()->set_burst(1000000);
  FC_EXPECT_OK(HookTable::Build(config, kMaxBody));
}

TEST(HookTableTest, ErrorsShowNoToken) {
  v1::Config config = ConfigOf(2);
  config.mutable_hooks(1)->set_token(config.hooks(0).token());
  EXPECT_THAT(HookTable::Build(config, kMaxBody).status().ToString(), Not(HasSubstr(Token(0))));
}

TEST(HookTableTest, AHookCountsOnThroughConfigurationsAndTokens) {
  const auto first = *HookTable::Build(ConfigOf(2), kMaxBody);
  first->Find(Token(0), kNow)->counters->Add(HookOutcome::kAccepted);
  first->Find(Token(1), kNow)->counters->Add(HookOutcome::kUnauthorized);

  v1::Config config = ConfigOf(3);
  config.mutable_hooks(1)->set_token(Token(9));
  const auto second = *HookTable::Build(config, kMaxBody, first.get());
  second->Find(Token(0), kNow)->counters->Add(HookOutcome::kAccepted);
  // A request that came while the first table was in use.
  first->Find(Token(0), kNow)->counters->Add(HookOutcome::kAccepted);
  EXPECT_EQ(second->Find(Token(0), kNow)->counters->count(HookOutcome::kAccepted), 3u);
  EXPECT_EQ(second->Find(Token(9), kNow)->counters->count(HookOutcome::kUnauthorized), 1u);
  EXPECT_EQ(second->Find(Token(2), kNow)->counters->count(HookOutcome::kAccepted), 0u);
}

TEST(HookTableTest, ForEachVisitsEveryHookOnce) {
  std::vector<std::string> ids;
  (*HookTable::Build(ConfigOf(3), kMaxBody))->ForEach([&](const RoutedHook& hook) {
    ids.push_back(hook.id);
  });
  EXPECT_THAT(ids, UnorderedElementsAre("hook-0", "hook-1", "hook-2"));
}

TEST(ActiveHookTableTest, WhoHoldsATableKeepsItWhileItIsReplaced) {
  ActiveHookTable active;
  EXPECT_EQ(active.Get(), nullptr);
  active.Replace(*HookTable::Build(ConfigOf(1), kMaxBody));
  const auto held = active.Get();
  active.Replace(*HookTable::Build(ConfigOf(2), kMaxBody));
  EXPECT_EQ(held->size(), 1);
  EXPECT_EQ(active.Get()->size(), 2);
}

TEST(ActiveHookTableTest, WhatAHookHasTakenStaysWithItAndGoesWithIt) {
  ActiveHookTable active;
  active.Replace(*HookTable::Build(ConfigOf(1), kMaxBody));
  const SeenIds::Key key = SeenIds::KeyOf("hook-0", {}, "[]");
  const auto claim = [&] {
    return active.seen_ids().Claim("hook-0", key, absl::UnixEpoch(), absl::UnixEpoch());
  };
  EXPECT_EQ(claim(), SeenIds::Sight::kNew);
  active.Replace(*HookTable::Build(ConfigOf(2), kMaxBody));
  EXPECT_EQ(claim(), SeenIds::Sight::kBeingTaken);
  active.Replace(*HookTable::Build(ConfigOf(0), kMaxBody));
  EXPECT_EQ(claim(), SeenIds::Sight::kNew);
}

}  // namespace
}  // namespace fluxcascade::edge
