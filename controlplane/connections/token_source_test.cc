#include "controlplane/connections/token_source.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/http/fake_http_client.h"
#include "common/status/status_matchers.h"
#include "controlplane/connections/testing/connections_environment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Connection;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto& kConnection = ConnectionsEnvironment::kConnection;

class TokenSourceTest : public ::testing::Test {
 protected:
  // As a process that has just started has it.
  TokenSource NewProcess() {
    return TokenSource(env_.dying_store, env_.keyring, env_.connectors, http_, env_.clock);
  }

  absl::Time Soon() const { return env_.clock.Now() + absl::Minutes(1); }

  std::string Token(TokenSource& source) {
    const auto credential = source.Current(kConnection, Soon());
    return credential.ok() ? credential->secret : credential.status().ToString();
  }

  PlainCredential Oauth(const std::string& access_token, absl::Duration lifetime) {
    PlainCredential plain;
    plain.kind = CredentialKind::kOAuth;
    plain.refresh_token = "fake-refresh-0";
    plain.access_token = access_token;
    plain.access_token_expire_time = env_.clock.Now() + lifetime;
    return plain;
  }

  ConnectionsEnvironment env_;
  FakeHttpClient http_{[this](const HttpRequest& request) { return env_.tokens.Answer(request); }};
};

TEST_F(TokenSourceTest, AnApiTokenIsUsedAsItIs) {
  PlainCredential plain;
  plain.token = "fake-token";
  env_.SetCredential(plain);
  TokenSource source = NewProcess();
  EXPECT_EQ(Token(source), "fake-token");
  EXPECT_EQ(env_.tokens.refreshes(), 0);
}

TEST_F(TokenSourceTest, AFetchedTokenIsStoredAndUsedUntilItRunsOut) {
  TokenSource source = NewProcess();
  EXPECT_EQ(Token(source), "fake-access-1");
  EXPECT_EQ(env_.credential().access_token, "fake-access-1");
  EXPECT_EQ(env_.credential().refresh_token, "fake-refresh-1");
  EXPECT_EQ(env_.credential().access_token_expire_time, env_.clock.Now() + absl::Minutes(30));
  EXPECT_EQ(Token(source), "fake-access-1");
  EXPECT_EQ(env_.tokens.refreshes(), 1);
}

TEST_F(TokenSourceTest, ATokenIsNotUsedWithinTheSkewOfItsEnd) {
  env_.SetCredential(Oauth("fake-access-0", kExpirySkew + absl::Microseconds(1)));
  TokenSource source = NewProcess();
  EXPECT_EQ(Token(source), "fake-access-0");
  env_.clock.Advance(absl::Microseconds(1));
  EXPECT_EQ(Token(source), "fake-access-1");
}

TEST_F(TokenSourceTest, ATokenWithoutAKnownEndIsUsedUntilItIsRefused) {
  PlainCredential plain = Oauth("fake-access-0", absl::Hours(1));
  plain.access_token_expire_time.reset();
  env_.SetCredential(plain);
  TokenSource source = NewProcess();
  EXPECT_EQ(Token(source), "fake-access-0");
  const auto fresh =
      source.AfterRefusal(kConnection, {CredentialKind::kOAuth, "fake-access-0"},
                          absl::UnauthenticatedError("HubSpot answered 401"), Soon());
  FC_ASSERT_OK(fresh);
  EXPECT_EQ(fresh->secret, "fake-access-1");
  EXPECT_EQ(env_.connection().state(), Connection::STATE_ACTIVE);
}

TEST_F(TokenSourceTest, ARefusalOfATokenThatWasReplacedMeanwhileRefreshesNothing) {
  env_.SetCredential(Oauth("fake-access-newer", absl::Hours(1)));
  TokenSource source = NewProcess();
  const auto fresh = source.AfterRefusal(kConnection, {CredentialKind::kOAuth, "fake-access-0"},
                                         absl::UnauthenticatedError(""), Soon());
  FC_ASSERT_OK(fresh);
  EXPECT_EQ(fresh->secret, "fake-access-newer");
  EXPECT_EQ(env_.tokens.refreshes(), 0);
}

TEST_F(TokenSourceTest, ManyThreadsThatNeedATokenRefreshOnce) {
  constexpr int kThreads = 8;
  std::atomic<int> begun{0};
  std::atomic<int> got{0};
  // The first answer comes when all have begun: without turns, each would ask.
  FakeHttpClient http([&](const HttpRequest& request) {
    while (begun < kThreads) std::this_thread::yield();
    return env_.tokens.Answer(request);
  });
  TokenSource source(*env_.store, env_.keyring, env_.connectors, http, env_.clock);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      ++begun;
      if (Token(source) == "fake-access-1") ++got;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(got, kThreads);
  EXPECT_EQ(env_.tokens.refreshes(), 1);
}

// Tells when a thread has come to reckon how long it may wait.
class WatchedClock final : public Clock {
 public:
  explicit WatchedClock(const Clock& clock) : clock_(clock) {}
  absl::Time Now() const override {
    if (std::this_thread::get_id() == watched.load()) asked = true;
    return clock_.Now();
  }
  absl::Duration Monotonic() const override { return clock_.Monotonic(); }

  std::atomic<std::thread::id> watched;
  mutable std::atomic<bool> asked{false};

 private:
  const Clock& clock_;
};

TEST_F(TokenSourceTest, WhoWaitsForARefreshSharesItsFailure) {
  WatchedClock clock(env_.clock);
  TokenSource* source = nullptr;
  std::thread waiting;
  absl::Status shared;
  int asked = 0;
  FakeHttpClient http([&](const HttpRequest&) -> absl::StatusOr<HttpResponse> {
    ++asked;
    waiting = std::thread([&] {
      clock.watched = std::this_thread::get_id();
      shared = source->Current(kConnection, Soon()).status();
    });
    while (!clock.asked) std::this_thread::yield();
    return absl::UnavailableError("nobody answers");
  });
  TokenSource own(*env_.store, env_.keyring, env_.connectors, http, clock);
  source = &own;
  EXPECT_THAT(own.Current(kConnection, Soon()), StatusIs(absl::StatusCode::kUnavailable));
  waiting.join();
  EXPECT_THAT(shared, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("nobody answers")));
  EXPECT_EQ(asked, 1);
}

TEST_F(TokenSourceTest, NobodyWaitsForARefreshBeyondTheirDeadline) {
  TokenSource* source = nullptr;
  absl::Status late;
  FakeHttpClient http([&](const HttpRequest& request) {
    std::thread([&] { late = source->Current(kConnection, env_.clock.Now()).status(); }).join();
    return env_.tokens.Answer(request);
  });
  TokenSource own(*env_.store, env_.keyring, env_.connectors, http, env_.clock);
  source = &own;
  EXPECT_EQ(Token(own), "fake-access-1");
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(TokenSourceTest, ARefusedRefreshTokenFailsTheConnectionInTheSystemsWords) {
  env_.tokens.RevokeAll();
  TokenSource source = NewProcess();
  EXPECT_THAT(source.Current(kConnection, Soon()).status(),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("invalid_grant")));
  EXPECT_EQ(env_.connection().state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_THAT(env_.connection().state_reason(),
              AllOf(HasSubstr("invalid_grant"), Not(HasSubstr("fake-refresh-0")),
                    Not(HasSubstr("fake-secret"))));
}

TEST_F(TokenSourceTest, ARefusedApiTokenFailsTheConnection) {
  PlainCredential plain;
  plain.token = "fake-token";
  env_.SetCredential(plain);
  TokenSource source = NewProcess();
  EXPECT_THAT(
      source.AfterRefusal(kConnection, {CredentialKind::kApiToken, "fake-token"},
                          absl::UnauthenticatedError("HubSpot answered 401: expired"), Soon()),
      StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(env_.connection().state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_EQ(env_.connection().state_reason(), "HubSpot answered 401: expired");
}

TEST_F(TokenSourceTest, ATokenThatAUserHasJustReplacedDoesNotFailTheConnection) {
  PlainCredential plain;
  plain.token = "fake-new-token";
  env_.SetCredential(plain);
  TokenSource source = NewProcess();
  FC_EXPECT_OK(source.MarkRefused(kConnection, {CredentialKind::kApiToken, "fake-old-token"},
                                  absl::UnauthenticatedError("expired")));
  EXPECT_EQ(env_.connection().state(), Connection::STATE_ACTIVE);
}

TEST_F(TokenSourceTest, ASystemThatIsDownSaysNothingOfTheCredential) {
  FakeHttpClient down([](const HttpRequest&) { return absl::UnavailableError("no route"); });
  TokenSource source(*env_.store, env_.keyring, env_.connectors, down, env_.clock);
  EXPECT_THAT(source.Current(kConnection, Soon()), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(env_.connection().state(), Connection::STATE_ACTIVE);
}

TEST_F(TokenSourceTest, AConnectionThatIsGoneIsNoMissingRecord) {
  TokenSource source = NewProcess();
  EXPECT_THAT(source.Current("workspaces/default/connections/gone", Soon()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("connections/gone")));
}

// --- The process dies
// ------------------------------------------------------------------------------

TEST_F(TokenSourceTest, NoTokenIsUsedBeforeItIsCommitted) {
  env_.dying_store.dead = true;
  TokenSource source = NewProcess();
  EXPECT_THAT(source.Current(kConnection, Soon()), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(env_.tokens.refreshes(), 1);
  EXPECT_EQ(env_.credential().access_token, "");
}

TEST_F(TokenSourceTest, AfterADeathBetweenAnswerAndCommitTheOldTokenIsTried) {
  {
    TokenSource source = NewProcess();
    env_.dying_store.dead = true;
    EXPECT_FALSE(source.Current(kConnection, Soon()).ok());
  }
  env_.dying_store.dead = false;
  TokenSource source = NewProcess();
  EXPECT_EQ(Token(source), "fake-access-2");
  EXPECT_EQ(env_.credential().refresh_token, "fake-refresh-2");
  EXPECT_EQ(env_.connection().state(), Connection::STATE_ACTIVE);
}

TEST_F(TokenSourceTest, WhereTheOldTokenIsDeadByThenTheConnectionSaysSo) {
  env_.tokens.TakeOldTokensBackAtOnce();
  {
    TokenSource source = NewProcess();
    env_.dying_store.dead = true;
    EXPECT_FALSE(source.Current(kConnection, Soon()).ok());
  }
  env_.dying_store.dead = false;
  TokenSource source = NewProcess();
  EXPECT_THAT(source.Current(kConnection, Soon()), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(env_.connection().state(), Connection::STATE_AUTHORIZATION_FAILED);
}

TEST_F(TokenSourceTest, AfterADeathBetweenCommitAndUseTheStoredTokenIsUsed) {
  env_.tokens.TakeOldTokensBackAtOnce();
  {
    TokenSource source = NewProcess();
    FC_EXPECT_OK(source.Current(kConnection, Soon()));
  }
  TokenSource source = NewProcess();
  EXPECT_EQ(Token(source), "fake-access-1");
  EXPECT_EQ(env_.tokens.refreshes(), 1);
}

TEST_F(TokenSourceTest, AnAnswerThatCouldNotBeCommittedIsCommittedByTheNextCall) {
  env_.tokens.TakeOldTokensBackAtOnce();
  TokenSource source = NewProcess();
  env_.dying_store.dead = true;
  EXPECT_FALSE(source.Current(kConnection, Soon()).ok());
  EXPECT_FALSE(source.Current(kConnection, Soon()).ok());
  env_.dying_store.dead = false;
  EXPECT_EQ(Token(source), "fake-access-1");
  EXPECT_EQ(env_.credential().refresh_token, "fake-refresh-1");
  EXPECT_EQ(env_.tokens.refreshes(), 1);
}

TEST_F(TokenSourceTest, ACredentialThatAUserGivesMeanwhileStays) {
  TokenSource source = NewProcess();
  env_.dying_store.dead = true;
  EXPECT_FALSE(source.Current(kConnection, Soon()).ok());
  env_.dying_store.dead = false;
  env_.SetCredential(Oauth("fake-access-of-user", absl::Hours(1)));
  EXPECT_EQ(Token(source), "fake-access-of-user");
  EXPECT_EQ(env_.credential().access_token, "fake-access-of-user");
}

TEST_F(TokenSourceTest, WhenAnotherProcessRefreshedFirstItsTokenIsUsed) {
  env_.tokens.TakeOldTokensBackAtOnce();
  FakeHttpClient http([this](const HttpRequest& request) {
    // The other one gets in before us: its token is stored, ours is refused.
    TokenSource other(*env_.store, env_.keyring, env_.connectors, http_, env_.clock);
    EXPECT_EQ(Token(other), "fake-access-1");
    return env_.tokens.Answer(request);
  });
  TokenSource source(*env_.store, env_.keyring, env_.connectors, http, env_.clock);
  EXPECT_EQ(Token(source), "fake-access-1");
  EXPECT_EQ(env_.connection().state(), Connection::STATE_ACTIVE);
}

}  // namespace
}  // namespace fluxcascade
