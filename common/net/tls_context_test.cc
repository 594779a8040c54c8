#include "common/net/tls_context.h"

#include <openssl/ssl.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "common/net/testing/tls_test_client.h"
#include "common/net/testing/tls_test_server.h"
#include "common/net/tls_ticket_keys.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "common/time/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ServerTlsContextTest : public testing::Test {
 protected:
  std::string WriteFile(const std::string& name, const std::string& text) {
    std::string path = testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  absl::Status Load(const std::string& chain, const std::string& key) {
    return ServerTlsContext::Load({.pairs = {{chain, key}}}, {}).status();
  }

  const TestAuthority authority_;
  const TestCertificate own_ = authority_.Issue({.dns_names = {"localhost"}});
  const TestCertificate other_ = authority_.Issue({.dns_names = {"localhost"}});
};

TEST_F(ServerTlsContextTest, LoadsACertificateWithItsChainAndKey) {
  const std::string chain = own_.certificate_pem + authority_.certificate_pem();
  FC_EXPECT_OK(Load(WriteFile("chain.pem", chain), WriteFile("key.pem", own_.key_pem)));
  FC_EXPECT_OK(
      ServerTlsContext::FromPem({.pairs = {{own_.certificate_pem, own_.key_pem}}}, {}).status());
}

TEST_F(ServerTlsContextTest, NamesAFileThatIsNotThere) {
  const std::string key = WriteFile("key.pem", own_.key_pem);
  EXPECT_THAT(Load("/nonexistent/chain.pem", key),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent/chain.pem")));
  const std::string chain = WriteFile("chain.pem", own_.certificate_pem);
  EXPECT_THAT(Load(chain, "/nonexistent/key.pem"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent/key.pem")));
}

TEST_F(ServerTlsContextTest, AFolderIsNoFile) {
  EXPECT_THAT(Load(testing::TempDir(), WriteFile("key.pem", own_.key_pem)),
              StatusIs(Not(absl::StatusCode::kOk), HasSubstr(testing::TempDir())));
}

TEST_F(ServerTlsContextTest, NamesAFileThatHoldsSomethingElse) {
  const std::string chain = WriteFile("chain.pem", own_.certificate_pem);
  const std::string key = WriteFile("key.pem", own_.key_pem);
  const std::string empty = WriteFile("empty.pem", "");
  EXPECT_THAT(Load(empty, key), StatusIs(absl::StatusCode::kInvalidArgument,
                                         AllOf(HasSubstr(empty), HasSubstr("no certificate"))));
  EXPECT_THAT(Load(chain, empty), StatusIs(absl::StatusCode::kInvalidArgument,
                                           AllOf(HasSubstr(empty), HasSubstr("no private key"))));
  EXPECT_THAT(Load(key, chain),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no certificate")));
}

TEST_F(ServerTlsContextTest, NoticesAnotherCertificatesKeyAndTellsNothingOfIt) {
  const std::string chain = WriteFile("chain.pem", own_.certificate_pem);
  const std::string key = WriteFile("other.pem", other_.key_pem);
  EXPECT_THAT(Load(chain, key), StatusIs(absl::StatusCode::kInvalidArgument,
                                         AllOf(HasSubstr(key), HasSubstr(chain),
                                               Not(HasSubstr(other_.key_pem.substr(40, 16))))));
}

TEST_F(ServerTlsContextTest, TakesPairsUpToTheLimitAndNotOneMore) {
  const std::vector<ServerTlsContext::Pair> most(ServerTlsContext::kMaxPairs,
                                                 {own_.certificate_pem, own_.key_pem});
  FC_EXPECT_OK(ServerTlsContext::FromPem({.pairs = most}, {}).status());
  std::vector<ServerTlsContext::Pair> more = most;
  more.push_back(most[0]);
  EXPECT_THAT(ServerTlsContext::FromPem({.pairs = more}, {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("within 1 to 64")));
  EXPECT_THAT(ServerTlsContext::FromPem({}, {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("within 1 to 64")));
}

TEST_F(ServerTlsContextTest, NamesAFileOfAuthoritiesThatHoldsNone) {
  const ServerTlsContext::Pair pair = {WriteFile("chain.pem", own_.certificate_pem),
                                       WriteFile("key.pem", own_.key_pem)};
  const std::string empty = WriteFile("empty.pem", "");
  EXPECT_THAT(ServerTlsContext::Load({.pairs = {pair}, .client_authorities = empty}, {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(empty)));
  EXPECT_THAT(
      ServerTlsContext::Load({.pairs = {pair}, .client_authorities = "/nonexistent/ca.pem"}, {})
          .status(),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent/ca.pem")));
}

TEST_F(ServerTlsContextTest, KnowsWhichCertificateExpiresFirst) {
  const TestCertificate later = authority_.Issue({.valid_until = absl::Hours(48)});
  const std::string chain = WriteFile("chain.pem", own_.certificate_pem);
  FC_ASSERT_OK_AND_ASSIGN(
      const auto context,
      ServerTlsContext::Load({.pairs = {{WriteFile("later.pem", later.certificate_pem),
                                         WriteFile("later.key", later.key_pem)},
                                        {chain, WriteFile("key.pem", own_.key_pem)}}},
                             {}));
  EXPECT_EQ(context->first_expiry().name, chain);
  EXPECT_LE(context->first_expiry().not_after, SystemClock().Now() + absl::Hours(24));
  EXPECT_GT(context->first_expiry().not_after, SystemClock().Now() + absl::Hours(23));
}

// Real handshakes, each with the context that is there at the time.
class TlsHandshakeTest : public testing::Test {
 protected:
  static ServerTlsContext::Pair PairOf(const TestCertificate& certificate) {
    return {certificate.certificate_pem, certificate.key_pem};
  }
  void Make() {
    FC_ASSERT_OK_AND_ASSIGN(
        context_, ServerTlsContext::FromPem(material_, {.tickets = &tickets_, .clock = &clock_}));
    server_ = std::make_unique<TlsTestServer>([this] { return context_; });
  }
  // The handshake must succeed.
  std::unique_ptr<TlsTestClient> Connect(const TlsTestClient::Options& options = {}) {
    auto client = TlsTestClient::Connect(server_->address(), options);
    EXPECT_THAT(client.status(), IsOk());
    EXPECT_EQ(server_->NextOutcome(), "");
    if (!client.ok()) return nullptr;
    EXPECT_EQ((*client)->ReceiveAll(), TlsTestServer::kGreeting);
    return *std::move(client);
  }
  // Of a handshake that must fail. In TLS 1.3 a client may hear of it only afterwards.
  std::string FailureOf(const TlsTestClient::Options& options) {
    const auto client = TlsTestClient::Connect(server_->address(), options);
    EXPECT_EQ(client.ok() ? (*client)->ReceiveAll() : "", "");
    return server_->NextOutcome();
  }
  bool Resumes(const std::unique_ptr<TlsTestClient>& earlier, uint16_t version = TLS1_3_VERSION) {
    return Connect({.max_version = version, .session = earlier->session()})->resumed();
  }
  std::string Served(const std::string& server_name, uint16_t version = TLS1_3_VERSION) {
    return Connect({.max_version = version, .server_name = server_name})->server_certificate_pem();
  }

  const TestAuthority authority_;
  const TestCertificate own_ = authority_.Issue({.dns_names = {"hooks.example.com"}});
  FakeClock clock_{SystemClock().Now()};
  FakeRandom random_;
  TlsTicketKeys tickets_{clock_, random_};
  ServerTlsContext::Material material_ = {.pairs = {PairOf(own_)}};
  std::shared_ptr<const ServerTlsContext> context_;
  std::unique_ptr<TlsTestServer> server_;
};

TEST_F(TlsHandshakeTest, ResumesASession) {
  Make();
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto first = Connect({.max_version = version});
    EXPECT_FALSE(first->resumed());
    ASSERT_EQ(first->tickets(), 1u);
    EXPECT_TRUE(Resumes(first, version)) << version;
  }
}

TEST_F(TlsHandshakeTest, AResumedSessionGetsItsNextTicket) {
  Make();
  const auto first = Connect();
  const auto second = Connect({.session = first->session()});
  ASSERT_EQ(second->tickets(), 1u);
  EXPECT_TRUE(Resumes(second));
}

TEST_F(TlsHandshakeTest, ResumesUntilTheKeyIsGone) {
  Make();
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    clock_.Advance(absl::Hours(24));  // the keys of before are gone
    const auto first = Connect({.max_version = version});
    clock_.Advance(absl::Hours(24) - absl::Seconds(1));
    EXPECT_TRUE(Resumes(first, version)) << version;
    clock_.Advance(absl::Seconds(1));
    EXPECT_FALSE(Resumes(first, version)) << version;
  }
}

// TLS 1.3's tickets are always of the present key.
TEST_F(TlsHandshakeTest, ATls12TicketOfAnEarlierKeyIsReplaced) {
  Make();
  const auto first = Connect({.max_version = TLS1_2_VERSION});
  const auto second = Connect({.max_version = TLS1_2_VERSION, .session = first->session()});
  EXPECT_EQ(second->tickets(), 0u) << "it has a good one";
  clock_.Advance(TlsTicketKeys::kSealsFor);
  const auto third = Connect({.max_version = TLS1_2_VERSION, .session = first->session()});
  EXPECT_TRUE(third->resumed());
  ASSERT_EQ(third->tickets(), 1u);
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_FALSE(Resumes(first, TLS1_2_VERSION));
  EXPECT_TRUE(Resumes(third, TLS1_2_VERSION));
}

TEST_F(TlsHandshakeTest, ClientsAreToldHowLongATicketIsGood) {
  Make();
  const auto tls12 = Connect({.max_version = TLS1_2_VERSION});
  EXPECT_EQ(SSL_SESSION_get_ticket_lifetime_hint(tls12->session()), 12 * 60 * 60);
  EXPECT_EQ(SSL_SESSION_get_timeout(Connect()->session()), 12 * 60 * 60);
}

TEST_F(TlsHandshakeTest, ContextsWithTheSameKeysResumeEachOthersSessions) {
  Make();
  const auto first = Connect();
  material_.pairs = {PairOf(authority_.Issue({.dns_names = {"hooks.example.com"}}))};
  Make();
  EXPECT_TRUE(Resumes(first));
}

TEST_F(TlsHandshakeTest, SessionsAreResumedWhicheverCertificateTheyBeganWith) {
  material_.pairs.push_back(PairOf(authority_.Issue({.dns_names = {"other.example.com"}})));
  Make();
  const auto first = Connect({.server_name = "other.example.com"});
  EXPECT_TRUE(
      Connect({.server_name = "other.example.com", .session = first->session()})->resumed());
}

TEST_F(TlsHandshakeTest, OtherKeysResumeNothing) {
  Make();
  const auto first = Connect();
  TlsTicketKeys others(clock_, random_);
  FC_ASSERT_OK_AND_ASSIGN(context_, ServerTlsContext::FromPem(material_, {.tickets = &others}));
  EXPECT_FALSE(Resumes(first));
  FC_ASSERT_OK_AND_ASSIGN(context_, ServerTlsContext::FromPem(material_, {}));
  const auto without = Connect({.session = first->session()});
  EXPECT_FALSE(without->resumed());
  EXPECT_EQ(without->tickets(), 0u);
  server_.reset();  // before `others`
}

TEST_F(TlsHandshakeTest, NoTicketAllowsEarlyData) {
  Make();
  EXPECT_FALSE(SSL_SESSION_early_data_capable(Connect()->session()));
}

TEST_F(TlsHandshakeTest, AClientGetsTheCertificateOfTheNameItAsksFor) {
  const TestCertificate wild = authority_.Issue({.dns_names = {"*.example.com"}});
  const TestCertificate both =
      authority_.Issue({.dns_names = {"Other.Example.ORG", "hooks.example.com"}});
  material_.pairs.push_back(PairOf(wild));
  material_.pairs.push_back(PairOf(both));
  Make();
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(Served("hooks.example.com", version), own_.certificate_pem) << "the first with it";
    EXPECT_EQ(Served("else.example.com", version), wild.certificate_pem);
    EXPECT_EQ(Served("other.example.org", version), both.certificate_pem);
    EXPECT_EQ(Served("OTHER.example.org", version), both.certificate_pem);
    EXPECT_EQ(Served("unknown.example.net", version), own_.certificate_pem);
    EXPECT_EQ(Served("", version), own_.certificate_pem);
  }
}

TEST_F(TlsHandshakeTest, EveryCertificateComesWithTheSameAgreements) {
  const TestCertificate other = authority_.Issue({.dns_names = {"other.example.com"}});
  material_.pairs.push_back(PairOf(other));
  Make();
  EXPECT_EQ(
      Connect({.protocols = {"h2", "http/1.1"}, .server_name = "other.example.com"})->protocol(),
      "http/1.1");
  EXPECT_NE(FailureOf({.protocols = {"h2"}, .server_name = "other.example.com"}), "");
  EXPECT_NE(FailureOf({.min_version = TLS1_1_VERSION,
                       .max_version = TLS1_1_VERSION,
                       .server_name = "other.example.com"}),
            "");
}

TEST_F(TlsHandshakeTest, RefusesOldVersions) {
  Make();
  for (const uint16_t version : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_EQ(FailureOf({.min_version = version, .max_version = version}), "UNSUPPORTED_PROTOCOL");
  }
}

TEST_F(TlsHandshakeTest, RefusesSuitesWithoutAuthenticatedEncryptionOrForwardSecrecy) {
  Make();
  for (const char* suite :
       {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "AES128-SHA", "AES128-GCM-SHA256"}) {
    EXPECT_EQ(FailureOf({.max_version = TLS1_2_VERSION, .tls12_suites = suite}), "NO_SHARED_CIPHER")
        << suite;
  }
  Connect({.max_version = TLS1_2_VERSION, .tls12_suites = "ECDHE-ECDSA-AES128-GCM-SHA256"});
}

TEST_F(TlsHandshakeTest, AgreesOnX25519OrP256AndOnNoOtherGroup) {
  Make();
  Connect({.groups = "X25519"});
  Connect({.groups = "P-256"});
  EXPECT_EQ(FailureOf({.groups = "P-384"}), "NO_SHARED_GROUP");
}

TEST_F(TlsHandshakeTest, WithoutAuthoritiesNoClientIsAskedForACertificate) {
  Make();
  Connect({.certificate = TestAuthority("stranger").Issue({})});
}

class ClientCertificateTest : public TlsHandshakeTest {
 protected:
  ClientCertificateTest() {
    material_.client_authorities = authority_.certificate_pem();
    Make();
  }
  const TestAuthority stranger_{"stranger"};
};

TEST_F(ClientCertificateTest, AClientWithACertificateOfTheAuthorityIsLetIn) {
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Connect({.max_version = version, .certificate = authority_.Issue({})});
  }
}

TEST_F(ClientCertificateTest, NobodyElseIs) {
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(FailureOf({.max_version = version}), "PEER_DID_NOT_RETURN_A_CERTIFICATE");
    EXPECT_EQ(FailureOf({.max_version = version, .certificate = stranger_.Issue({})}),
              "CERTIFICATE_VERIFY_FAILED");
  }
}

TEST_F(ClientCertificateTest, ACertificateCountsWhileItIsValidByTheClock) {
  const TestCertificate shown = authority_.Issue({.valid_until = absl::Hours(24)});
  Connect({.certificate = shown});
  clock_.Advance(absl::Hours(25));
  EXPECT_EQ(FailureOf({.certificate = shown}), "CERTIFICATE_VERIFY_FAILED");
}

// A resumed session would show none.
TEST_F(ClientCertificateTest, EveryConnectionShowsItsCertificate) {
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(Connect({.max_version = version, .certificate = authority_.Issue({})})->tickets(),
              0u);
  }
}

TEST_F(ClientCertificateTest, NorDoesASessionFromBeforeGetIn) {
  material_.client_authorities.clear();
  Make();
  const auto before = Connect();
  material_.client_authorities = authority_.certificate_pem();
  Make();
  EXPECT_EQ(FailureOf({.session = before->session()}), "PEER_DID_NOT_RETURN_A_CERTIFICATE");
}

TEST_F(ClientCertificateTest, ItIsAskedForWhicheverNameIsAskedFor) {
  material_.pairs.push_back(PairOf(authority_.Issue({.dns_names = {"other.example.com"}})));
  Make();
  EXPECT_EQ(FailureOf({.server_name = "other.example.com"}), "PEER_DID_NOT_RETURN_A_CERTIFICATE");
  Connect({.server_name = "other.example.com", .certificate = authority_.Issue({})});
}

TEST_F(ClientCertificateTest, OneCertificateAloneCanBeTrusted) {
  const TestCertificate known = stranger_.Issue({});
  material_.client_authorities = known.certificate_pem;
  Make();
  Connect({.certificate = known});
  EXPECT_EQ(FailureOf({.certificate = stranger_.Issue({})}), "CERTIFICATE_VERIFY_FAILED");
}

}  // namespace
}  // namespace fluxcascade
