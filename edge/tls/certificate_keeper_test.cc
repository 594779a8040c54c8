#include "edge/tls/certificate_keeper.h"

#include <memory>
#include <string>

#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/testing/test_certificates.h"
#include "common/time/fake_clock.h"
#include "edge/tls/certificate_files_for_test.h"
#include "edge/tls/server_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr absl::Duration kLook = CertificateCare::kLookInterval;
constexpr absl::Duration kDay = absl::Hours(24);

class CertificateCareTest : public testing::Test {
 protected:
  void SetUp() override {
    Write(absl::Hours(1000));
    FC_ASSERT_OK_AND_ASSIGN(
        certificates_,
        ServerCertificates::Load({.pairs = {{PathForTest("own.pem"), PathForTest("own.key")}}},
                                 clock_, random_));
    care_ = std::make_unique<CertificateCare>(*certificates_);
  }

  void Write(absl::Duration valid_until) {
    WriteForTest("own", authority_.Issue({.valid_until = valid_until}));
  }
  // What is logged at the next look, `later`.
  std::string LogAfter(absl::Duration later) {
    clock_.Advance(later);
    testing::internal::CaptureStderr();
    care_->RunDue(clock_.Monotonic(), clock_.Now());
    return testing::internal::GetCapturedStderr();
  }
  const ServerTlsContext* served() { return certificates_->Get().get(); }

  const TestAuthority authority_;
  FakeClock clock_{SystemClock().Now()};
  FakeRandom random_;
  std::unique_ptr<ServerCertificates> certificates_;
  std::unique_ptr<CertificateCare> care_;
};

TEST_F(CertificateCareTest, LooksAtTheFilesEveryTenSeconds) {
  EXPECT_EQ(care_->RunDue(absl::Hours(5), clock_.Now()), absl::Hours(5) + absl::Seconds(10));
  const ServerTlsContext* const before = served();
  Write(absl::Hours(1001));
  care_->RunDue(absl::Hours(5) + absl::Seconds(9.999), clock_.Now());
  EXPECT_EQ(served(), before);
  care_->RunDue(absl::Hours(5) + absl::Seconds(10), clock_.Now());
  EXPECT_NE(served(), before);
}

TEST_F(CertificateCareTest, FilesThatStayAreLeftAlone) {
  const ServerTlsContext* const before = served();
  EXPECT_THAT(LogAfter(kLook), IsEmpty());
  EXPECT_EQ(served(), before);
}

TEST_F(CertificateCareTest, AChangeIsServedAndLogged) {
  LogAfter(kLook);
  Write(absl::Hours(1001));
  EXPECT_THAT(LogAfter(kLook), HasSubstr("the certificates were read again"));
  EXPECT_THAT(LogAfter(kLook), IsEmpty());
}

TEST_F(CertificateCareTest, ABadChangeIsLoggedOnceWithItsFile) {
  LogAfter(kLook);
  const ServerTlsContext* const before = served();
  WriteForTest("own.key", "no key");
  EXPECT_THAT(LogAfter(kLook), AllOf(HasSubstr("error"), HasSubstr(PathForTest("own.key"))));
  EXPECT_THAT(LogAfter(kLook), IsEmpty());
  EXPECT_THAT(LogAfter(kLook), IsEmpty());
  WriteForTest("own.key", "no key either");
  EXPECT_THAT(LogAfter(kLook), HasSubstr(PathForTest("own.key")));
  EXPECT_EQ(served(), before);
  Write(absl::Hours(1001));
  EXPECT_THAT(LogAfter(kLook), HasSubstr("the certificates were read again"));
  EXPECT_NE(served(), before);
}

// What was wrong need not be in the files: here it is the time.
TEST_F(CertificateCareTest, WhatFailedIsTriedAgainWithoutAChange) {
  LogAfter(kLook);
  const ServerTlsContext* const before = served();
  Write(absl::Hours(20));
  clock_.SetWallTime(clock_.Now() + absl::Hours(21));
  EXPECT_THAT(LogAfter(kLook), HasSubstr("has expired"));
  clock_.SetWallTime(clock_.Now() - absl::Hours(21));
  LogAfter(kLook);
  EXPECT_NE(served(), before);
}

TEST_F(CertificateCareTest, WhoAsksForAReloadGetsOneAndIsTold) {
  const ServerTlsContext* const before = served();
  testing::internal::CaptureStderr();
  care_->Reload();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("were read again"));
  EXPECT_NE(served(), before);
  WriteForTest("own.key", "no key");
  for (int i = 0; i < 2; ++i) {
    testing::internal::CaptureStderr();
    care_->Reload();
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(PathForTest("own.key")));
  }
}

TEST_F(CertificateCareTest, WarnsOnceADayFromFourteenDaysBefore) {
  const absl::Time expiry = certificates_->FirstExpiry().not_after;
  clock_.SetWallTime(expiry - 14 * kDay - absl::Seconds(11));
  EXPECT_THAT(LogAfter(kLook), IsEmpty());
  EXPECT_THAT(LogAfter(kLook), AllOf(HasSubstr("warning"), HasSubstr("expires soon"),
                                     HasSubstr(PathForTest("own.pem"))));
  EXPECT_THAT(LogAfter(kDay - absl::Seconds(1)), IsEmpty());
  EXPECT_THAT(LogAfter(absl::Seconds(1)), HasSubstr("expires soon"));
}

TEST_F(CertificateCareTest, AnExpiredCertificateIsAnErrorOnceADay) {
  clock_.SetWallTime(certificates_->FirstExpiry().not_after);
  EXPECT_THAT(LogAfter(kLook), AllOf(HasSubstr("error"), HasSubstr("a certificate has expired")));
  EXPECT_THAT(LogAfter(kLook), IsEmpty());
  EXPECT_THAT(LogAfter(kDay), HasSubstr("a certificate has expired"));
}

TEST_F(CertificateCareTest, ARenewedCertificateEndsTheWarnings) {
  clock_.SetWallTime(certificates_->FirstExpiry().not_after);
  LogAfter(kLook);
  Write(absl::Hours(3000));
  EXPECT_THAT(LogAfter(kDay), Not(HasSubstr("expire")));
}

TEST_F(CertificateCareTest, AKeeperLooksByItself) {
  const ServerTlsContext* const before = served();
  Write(absl::Hours(1001));
  testing::internal::CaptureStderr();
  {
    const CertificateKeeper keeper(*certificates_, clock_);
    EXPECT_TRUE(Eventually([&] { return served() != before; }));
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("were read again"));
}

TEST_F(CertificateCareTest, AKeeperReloadsWhenItIsAsked) {
  const ServerTlsContext* const before = served();
  testing::internal::CaptureStderr();
  {
    CertificateKeeper keeper(*certificates_, clock_);
    keeper.AskForReload();
    EXPECT_TRUE(Eventually([&] { return served() != before; }));
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("were read again"));
}

}  // namespace
}  // namespace fluxcascade::edge
