#include "edge/tls/server_certificates.h"

#include <memory>
#include <string>
#include <utility>

#include "common/net/testing/tls_test_client.h"
#include "common/net/testing/tls_test_server.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "common/time/fake_clock.h"
#include "edge/tls/certificate_files_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ServerCertificatesTest : public testing::Test {
 protected:
  ServerCertificatesTest() { material_.pairs = {WriteForTest("own", first_)}; }

  void Load() {
    FC_ASSERT_OK_AND_ASSIGN(certificates_, ServerCertificates::Load(material_, clock_, random_));
  }
  // A handshake with what is in service now; it must succeed.
  std::unique_ptr<TlsTestClient> Connect(TlsTestClient::Options options = {}) {
    if (server_ == nullptr) {
      server_ = std::make_unique<TlsTestServer>([this] { return certificates_->Get(); });
    }
    auto client = TlsTestClient::Connect(server_->address(), options);
    EXPECT_THAT(client.status(), IsOk());
    if (!client.ok()) return nullptr;
    EXPECT_EQ((*client)->ReceiveAll(), TlsTestServer::kGreeting);
    return *std::move(client);
  }
  std::string Served() { return Connect()->server_certificate_pem(); }
  TestCertificate Issue(absl::Duration valid_until = absl::Hours(24)) {
    return authority_.Issue({.dns_names = {"hooks.example.com"}, .valid_until = valid_until});
  }

  const TestAuthority authority_;
  const TestCertificate first_ = Issue();
  ServerTlsContext::Material material_;
  // Certificates are valid at the machine's time.
  FakeClock clock_{SystemClock().Now()};
  FakeRandom random_;
  std::unique_ptr<ServerCertificates> certificates_;
  std::unique_ptr<TlsTestServer> server_;
};

TEST_F(ServerCertificatesTest, NewConnectionsHaveWhatTheFilesHadAtTheLastReload) {
  Load();
  EXPECT_EQ(Served(), first_.certificate_pem);
  const TestCertificate second = Issue();
  WriteForTest("own", second);
  EXPECT_EQ(Served(), first_.certificate_pem);
  FC_EXPECT_OK(certificates_->Reload());
  EXPECT_EQ(Served(), second.certificate_pem);
}

TEST_F(ServerCertificatesTest, SessionsOutliveAReload) {
  Load();
  const auto before = Connect();
  WriteForTest("own", Issue());
  FC_ASSERT_OK(certificates_->Reload());
  EXPECT_TRUE(Connect({.session = before->session()})->resumed());
  clock_.Advance(TlsTicketKeys::kSealsFor + TlsTicketKeys::kTicketLife);
  certificates_->DropExpiredTicketKeys();
  EXPECT_FALSE(Connect({.session = before->session()})->resumed());
}

TEST_F(ServerCertificatesTest, WhatCanNotBeServedLeavesTheOldInService) {
  Load();
  WriteForTest("own.pem", Issue().certificate_pem);
  EXPECT_THAT(certificates_->Reload(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(PathForTest("own.key"))));
  EXPECT_EQ(Served(), first_.certificate_pem);
  WriteForTest("own.pem", "");
  EXPECT_THAT(certificates_->Reload(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(PathForTest("own.pem"))));
  EXPECT_EQ(Served(), first_.certificate_pem);
}

TEST_F(ServerCertificatesTest, OneBadPairOfSeveralLeavesAllAsTheyWere) {
  material_.pairs.push_back(WriteForTest("other", Issue()));
  Load();
  WriteForTest("own", Issue());
  WriteForTest("other.key", "no key");
  EXPECT_THAT(certificates_->Reload(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(PathForTest("other.key"))));
  EXPECT_EQ(Served(), first_.certificate_pem);
}

TEST_F(ServerCertificatesTest, AnExpiredCertificateDoesNotReplaceAValidOne) {
  Load();
  WriteForTest("own", Issue(-absl::Minutes(1)));
  EXPECT_THAT(certificates_->Reload(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(PathForTest("own.pem"))));
  EXPECT_EQ(Served(), first_.certificate_pem);
  FC_EXPECT_OK(certificates_->Ready());
}

TEST_F(ServerCertificatesTest, AnExpiredOneIsServedWhereThereIsNoBetter) {
  WriteForTest("own", Issue(-absl::Hours(1)));
  Load();
  const TestCertificate still_expired = Issue(-absl::Minutes(1));
  WriteForTest("own", still_expired);
  FC_EXPECT_OK(certificates_->Reload());
  EXPECT_EQ(Served(), still_expired.certificate_pem);
}

TEST_F(ServerCertificatesTest, IsReadyUntilTheFirstOfThemExpires) {
  material_.pairs.push_back(WriteForTest("other", Issue(absl::Hours(5))));
  Load();
  const absl::Time expiry = certificates_->FirstExpiry().not_after;
  EXPECT_EQ(certificates_->FirstExpiry().name, PathForTest("other.pem"));
  clock_.SetWallTime(expiry - absl::Seconds(1));
  FC_EXPECT_OK(certificates_->Ready());
  clock_.SetWallTime(expiry);
  EXPECT_THAT(certificates_->Ready(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(PathForTest("other.pem")), HasSubstr("expired"))));
  WriteForTest("other", Issue(absl::Hours(10)));
  FC_ASSERT_OK(certificates_->Reload());
  FC_EXPECT_OK(certificates_->Ready());
}

TEST_F(ServerCertificatesTest, NoticesWhichFilesChange) {
  material_.client_authorities = WriteForTest("ca.pem", authority_.certificate_pem());
  Load();
  EXPECT_FALSE(certificates_->FilesChanged());
  for (const char* name : {"own.pem", "own.key", "ca.pem"}) {
    WriteForTest(name, "x");
    EXPECT_TRUE(certificates_->FilesChanged()) << name;
    EXPECT_THAT(certificates_->Reload(), Not(IsOk()));
    EXPECT_FALSE(certificates_->FilesChanged()) << name;
  }
}

TEST_F(ServerCertificatesTest, ClientsAreHeldToTheAuthoritiesOfTheLastReload) {
  const TestAuthority stranger;
  const TlsTestClient::Options shown = {.certificate = stranger.Issue({})};
  material_.client_authorities = WriteForTest("ca.pem", stranger.certificate_pem());
  Load();
  Connect(shown);
  WriteForTest("ca.pem", authority_.certificate_pem());
  FC_ASSERT_OK(certificates_->Reload());
  FC_ASSERT_OK_AND_ASSIGN(const auto client, TlsTestClient::Connect(server_->address(), shown));
  EXPECT_EQ(client->ReceiveAll(), "");
}

TEST_F(ServerCertificatesTest, AMissingFileIsNamedAtTheStart) {
  material_.pairs.push_back({PathForTest("none.pem"), PathForTest("own.key")});
  EXPECT_THAT(ServerCertificates::Load(material_, clock_, random_).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(PathForTest("none.pem"))));
}

}  // namespace
}  // namespace fluxcascade::edge
