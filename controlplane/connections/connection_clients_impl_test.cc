#include "controlplane/connections/connection_clients_impl.h"

#include <string>

#include "common/http/fake_http_client.h"
#include "common/status/status_matchers.h"
#include "controlplane/connections/testing/connections_environment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::HasSubstr;

class ConnectionClientsTest : public ::testing::Test {
 protected:
  absl::Time Deadline() const { return env_.clock.Now() + absl::Minutes(1); }

  ConnectionsEnvironment env_;
  HttpResponse answer_;
  FakeHttpClient http_{[this](const HttpRequest&) { return answer_; }};
  std::unique_ptr<ConnectionClients> clients_ =
      MakeConnectionClients({*env_.store, env_.keyring, env_.connectors, http_, env_.clock,
                             [](absl::Duration) { return false; }});
};

TEST_F(ConnectionClientsTest, AllClientsOfAConnectionShareItsRateLimit) {
  PlainCredential plain;
  plain.token = "fake-token";
  env_.SetCredential(plain);
  EXPECT_FALSE(clients_->RateLimit(ConnectionsEnvironment::kConnection).has_value());

  answer_.status = 200;
  answer_.headers = {{"X-HubSpot-RateLimit-Max", "110"}, {"X-HubSpot-RateLimit-Remaining", "0"}};
  FC_ASSERT_OK_AND_ASSIGN(auto first,
                          clients_->ForConnection(env_.connection(), Deadline(), nullptr));
  FC_ASSERT_OK(first->Call({}, "read"));

  const auto state = clients_->RateLimit(ConnectionsEnvironment::kConnection);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->limit, 110);
  EXPECT_EQ(state->remaining, 0);
  EXPECT_EQ(state->blocked_until, env_.clock.Now() + absl::Seconds(10));
  FC_ASSERT_OK_AND_ASSIGN(auto second,
                          clients_->ForConnection(env_.connection(), Deadline(), nullptr));
  EXPECT_THAT(second->Call({}, "read"), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(ConnectionClientsTest, ARefusedSearchShowsOnTheConnection) {
  PlainCredential plain;
  plain.token = "fake-token";
  env_.SetCredential(plain);
  answer_.status = 429;
  FC_ASSERT_OK_AND_ASSIGN(auto client,
                          clients_->ForConnection(env_.connection(), Deadline(), nullptr));
  FC_ASSERT_OK(client->Call({}, "search"));
  EXPECT_EQ(clients_->RateLimit(ConnectionsEnvironment::kConnection)->blocked_until,
            env_.clock.Now() + absl::Seconds(10));
}

TEST_F(ConnectionClientsTest, AnAppsCallsUseItsWebhookCredential) {
  answer_.status = 200;
  FC_ASSERT_OK_AND_ASSIGN(auto client, clients_->ForApp(env_.app(), Deadline(), nullptr));
  HttpRequest request;
  request.url = "https://hs.test/webhooks";
  FC_ASSERT_OK(client->Call(request, "settings"));
  EXPECT_EQ(http_.requests()[0].url, "https://hs.test/webhooks?hapikey=fake-developer-key");
}

TEST_F(ConnectionClientsTest, AnIdentityHasTheSecretOpened) {
  FC_ASSERT_OK_AND_ASSIGN(const AppIdentity identity, clients_->Identity(env_.app()));
  EXPECT_EQ(identity.client_secret, "fake-secret");
}

TEST_F(ConnectionClientsTest, AConnectionOfAnUnknownSystemHasNoClient) {
  store::v1::Connection connection = env_.connection();
  connection.set_system("hubsport");
  EXPECT_THAT(clients_->ForConnection(connection, Deadline(), nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("hubsport")));
}

}  // namespace
}  // namespace fluxcascade
