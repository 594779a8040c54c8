#include "edge/verify/secret_trial.h"

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr RejectionReason kMismatch = v1::RejectedRequest::REASON_SIGNATURE_MISMATCH;
constexpr RejectionReason kExpired = v1::RejectedRequest::REASON_SECRET_EXPIRED;

class SecretTrialTest : public testing::Test {
 protected:
  Refusal Verdict() const { return trial_.Verdict(kMismatch); }

  const absl::Time now_ = absl::FromUnixSeconds(1700000000);
  const absl::Time live_ = absl::InfiniteFuture();
  const absl::Time expired_ = now_ - absl::Nanoseconds(1);
  SecretTrial trial_{now_};
};

TEST_F(SecretTrialTest, OneThatMatchesIsEnoughWhereverItStands) {
  trial_.Add(false, live_);
  trial_.Add(true, live_);
  trial_.Add(false, expired_);
  EXPECT_EQ(Verdict(), std::nullopt);
}

TEST_F(SecretTrialTest, NoneThatMatchesIsAMismatch) {
  trial_.Add(false, live_);
  trial_.Add(false, expired_);
  EXPECT_EQ(Verdict(), kMismatch);
}

TEST_F(SecretTrialTest, ASecretIsGoodUpToItsEndAndNotAfter) {
  trial_.Add(true, now_);
  EXPECT_EQ(Verdict(), std::nullopt);
  trial_ = SecretTrial(now_);
  trial_.Add(true, now_ - absl::Nanoseconds(1));
  EXPECT_EQ(Verdict(), kExpired);
}

TEST_F(SecretTrialTest, AnExpiredOneThatMatchesBesideALiveOneIsNamed) {
  trial_.Add(true, expired_);
  trial_.Add(false, live_);
  EXPECT_EQ(Verdict(), kExpired);
}

TEST_F(SecretTrialTest, WhenAllHaveExpiredThatIsTheReasonForEveryRequest) {
  trial_.Add(false, expired_);
  trial_.Add(false, expired_);
  EXPECT_EQ(Verdict(), kExpired);
}

}  // namespace
}  // namespace fluxcascade::edge
