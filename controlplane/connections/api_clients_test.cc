#include "controlplane/connections/api_clients.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/fake_http_client.h"
#include "common/status/status_matchers.h"
#include "controlplane/connections/testing/connections_environment.h"
#include "controlplane/connectors/status_payloads.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Connection;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto& kConnection = ConnectionsEnvironment::kConnection;

HttpResponse Answer(int status, std::string body = "{}", HttpHeaders headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

HttpHeaders Remaining(int remaining) {
  return {{"X-HubSpot-RateLimit-Max", "110"},
          {"X-HubSpot-RateLimit-Remaining", absl::StrCat(remaining)},
          {"X-HubSpot-RateLimit-Interval-Milliseconds", "10000"}};
}

class ApiClientsTest : public ::testing::Test {
 protected:
  std::unique_ptr<ApiClient> NewClient(absl::Duration until_deadline = absl::Minutes(1),
                                       AccountLimits* limits = nullptr) {
    return MakeApiClient({.resource = kConnection,
                          .connector = **env_.connectors.Find("hubspot"),
                          .http = http_,
                          .tokens = tokens_,
                          .limits = limits == nullptr ? limits_ : *limits,
                          .clock = env_.clock,
                          .deadline = env_.clock.Now() + until_deadline,
                          .recorder = &recorder_,
                          .pause = [this](absl::Duration time) { return Pause(time); }});
  }

  bool Pause(absl::Duration time) {
    if (given_up_) return false;
    env_.clock.Advance(time);
    return true;
  }

  absl::StatusOr<HttpResponse> Call(absl::string_view phase = "read") {
    HttpRequest request;
    request.method = "POST";
    request.url = "https://hs.test/crm";
    request.body = "body";
    return NewClient()->Call(std::move(request), phase);
  }

  void UseApiToken() {
    PlainCredential plain;
    plain.token = "fake-token";
    env_.SetCredential(plain);
  }

  // The Authorization headers of calls that were not for a token.
  std::vector<std::string> Authorizations() const {
    std::vector<std::string> values;
    for (const HttpRequest& request : http_.requests()) {
      if (absl::EndsWith(request.url, "/token")) continue;
      for (const auto& [name, value] : request.headers) {
        if (name == "Authorization") values.push_back(value);
      }
    }
    return values;
  }

  ConnectionsEnvironment env_;
  std::function<absl::StatusOr<HttpResponse>(const HttpRequest&)> system_ = [](const HttpRequest&) {
    return Answer(200);
  };
  FakeHttpClient http_{[this](const HttpRequest& request) -> absl::StatusOr<HttpResponse> {
    if (absl::EndsWith(request.url, "/token")) return env_.tokens.Answer(request);
    return system_(request);
  }};
  TokenSource tokens_{*env_.store, env_.keyring, env_.connectors, http_, env_.clock};
  AccountLimits limits_{env_.clock};
  bool given_up_ = false;
  CallRecorder recorder_;
};

TEST_F(ApiClientsTest, CallsAreAuthorizedAndRecorded) {
  FC_ASSERT_OK(Call("read"));
  FC_ASSERT_OK(Call("write"));
  EXPECT_THAT(Authorizations(), ElementsAre("Bearer fake-access-1", "Bearer fake-access-1"));
  store::v1::Attempt attempt;
  recorder_.FillAttempt(attempt);
  EXPECT_EQ(attempt.phases_size(), 2);
  EXPECT_EQ(attempt.http_status(), 200);
}

TEST_F(ApiClientsTest, ARefusedTokenIsRefreshedOnceAndTheCallRepeated) {
  system_ = [](const HttpRequest& request) {
    EXPECT_EQ(request.body, "body");
    const bool old = request.headers.back().second == "Bearer fake-access-1";
    return Answer(old ? 401 : 200);
  };
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse response, Call());
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(Authorizations(), ElementsAre("Bearer fake-access-1", "Bearer fake-access-2"));
  EXPECT_EQ(env_.connection().state(), Connection::STATE_ACTIVE);
}

TEST_F(ApiClientsTest, AFreshTokenThatIsRefusedFailsTheConnection) {
  system_ = [](const HttpRequest&) { return Answer(401, R"({"message":"app uninstalled"})"); };
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse response, Call());
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(env_.connection().state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_THAT(env_.connection().state_reason(), HasSubstr("app uninstalled"));
  EXPECT_EQ(Authorizations().size(), 2u);
}

TEST_F(ApiClientsTest, ARefusedApiTokenFailsTheConnectionAtOnce) {
  UseApiToken();
  system_ = [](const HttpRequest&) { return Answer(401, R"({"message":"bad token"})"); };
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse response, Call());
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(Authorizations().size(), 1u);
  EXPECT_EQ(env_.connection().state(), Connection::STATE_AUTHORIZATION_FAILED);
  store::v1::Attempt attempt;
  recorder_.FillAttempt(attempt);
  EXPECT_EQ(attempt.http_status(), 401);
}

TEST_F(ApiClientsTest, ASystemThatRepeatsTheTokenDoesNotSpreadIt) {
  UseApiToken();
  system_ = [](const HttpRequest& request) {
    return Answer(401, absl::StrCat(R"({"message":"no )", request.headers.back().second, "\"}"));
  };
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse response, Call());
  EXPECT_THAT(response.body, HasSubstr("Bearer [secret]"));
  EXPECT_THAT(env_.connection().state_reason(), HasSubstr("[secret]"));
  store::v1::Attempt attempt;
  recorder_.FillAttempt(attempt);
  EXPECT_THAT(attempt.response_preview(), Not(HasSubstr("fake-token")));
}

TEST_F(ApiClientsTest, AnErrorOfTheNetworkDoesNotSpreadTheTokenEither) {
  UseApiToken();
  system_ = [](const HttpRequest&) { return absl::UnavailableError("sent fake-token in vain"); };
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable, "sent [secret] in vain"));
}

TEST_F(ApiClientsTest, WhenTheLimitIsUsedUpACallWaitsForItsTurn) {
  UseApiToken();
  system_ = [](const HttpRequest&) { return Answer(200, "{}", Remaining(0)); };
  FC_ASSERT_OK(Call());
  const absl::Time start = env_.clock.Now();
  FC_ASSERT_OK(Call());
  EXPECT_EQ(env_.clock.Now() - start, absl::Seconds(10));
}

TEST_F(ApiClientsTest, AWaitThatIsGivenUpSendsNothing) {
  UseApiToken();
  system_ = [](const HttpRequest&) { return Answer(200, "{}", Remaining(0)); };
  FC_ASSERT_OK(Call());
  given_up_ = true;
  const absl::Status status = Call().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("HubSpot")));
  EXPECT_EQ(RetryAfter(status), absl::Seconds(10));
  EXPECT_EQ(http_.requests().size(), 1u);
}

TEST_F(ApiClientsTest, ATurnIsAwaitedForSoLongAndNoLonger) {
  UseApiToken();
  for (const absl::Duration beyond : {absl::ZeroDuration(), absl::Milliseconds(1)}) {
    const absl::Duration wait = kMaxTurnWait + beyond;
    AccountLimits limits(env_.clock);
    {
      RateLimiter::Turn turn(limits.calls);
      ASSERT_EQ(turn.Start(), absl::ZeroDuration());
    }
    limits.calls.Finish(std::nullopt, wait);
    const auto client = NewClient(absl::Minutes(1), &limits);
    const absl::Status status = client->Call({}, "read").status();
    if (beyond == absl::ZeroDuration()) {
      FC_EXPECT_OK(status);
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
      EXPECT_EQ(RetryAfter(status), wait);
    }
  }
}

TEST_F(ApiClientsTest, ATurnAfterTheDeadlineIsNotAwaited) {
  UseApiToken();
  system_ = [](const HttpRequest&) { return Answer(200, "{}", Remaining(0)); };
  FC_ASSERT_OK(Call());
  const auto client = NewClient(absl::Seconds(9));
  EXPECT_THAT(client->Call({}, "read"), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(ApiClientsTest, ARefusalForTheLimitsSakeHoldsBackTheNextCalls) {
  UseApiToken();
  system_ = [](const HttpRequest&) {
    return Answer(429, R"({"policyName":"TEN_SECONDLY_ROLLING"})");
  };
  EXPECT_EQ(Call()->status, 429);
  given_up_ = true;
  EXPECT_EQ(RetryAfter(Call().status()), absl::Seconds(10));
  EXPECT_EQ(http_.requests().size(), 1u);
}

TEST_F(ApiClientsTest, TheLimitOfSearchesHoldsBackNothingElse) {
  UseApiToken();
  system_ = [](const HttpRequest&) { return Answer(429, R"({"policyName":"SECONDLY"})"); };
  EXPECT_EQ(Call("search")->status, 429);
  given_up_ = true;
  EXPECT_THAT(Call("search"), StatusIs(absl::StatusCode::kResourceExhausted));
  system_ = [](const HttpRequest&) { return Answer(200); };
  FC_EXPECT_OK(Call("write"));
}

TEST_F(ApiClientsTest, ACallThatFailedInTheNetworkCountsAllTheSame) {
  UseApiToken();
  system_ = [](const HttpRequest&) { return Answer(200, "{}", Remaining(5)); };
  FC_ASSERT_OK(Call());
  system_ = [](const HttpRequest&) { return absl::UnavailableError("down"); };
  given_up_ = true;
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(ApiClientsTest, AfterTheDeadlineNothingIsSent) {
  UseApiToken();
  const auto client = NewClient(absl::ZeroDuration());
  EXPECT_THAT(client->Call({}, "write"), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(http_.requests().empty());
}

// Notes the timeouts that it is given.
class TimeoutNotingClient final : public HttpClient {
 public:
  void Send(HttpRequest, absl::Duration timeout, Done done) override {
    timeouts.push_back(timeout);
    done(Answer(200));
  }
  std::vector<absl::Duration> timeouts;
};

TEST_F(ApiClientsTest, ACallMayTakeWhatIsLeftButNeverMoreThanItsOwnLimit) {
  UseApiToken();
  TimeoutNotingClient http;
  for (const absl::Duration left : {absl::Seconds(5), absl::Hours(1)}) {
    FC_EXPECT_OK(MakeApiClient({.resource = kConnection,
                                .connector = **env_.connectors.Find("hubspot"),
                                .http = http,
                                .tokens = tokens_,
                                .limits = limits_,
                                .clock = env_.clock,
                                .deadline = env_.clock.Now() + left})
                     ->Call({}, "read"));
  }
  EXPECT_THAT(http.timeouts, ElementsAre(absl::Seconds(5), kCallTimeout));
}

}  // namespace
}  // namespace fluxcascade
