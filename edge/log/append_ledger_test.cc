#include "edge/log/append_ledger.h"

#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "edge/log/event_log.h"
#include "edge/log/fake_event_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class AppendLedgerTest : public testing::Test {
 protected:
  void AppendTo(EventLog& log, absl::string_view name) {
    ledger_.AppendSome(log, name, /*seed=*/1, [] { return false; });
  }
  // Some wait, and are told that the log failed.
  void FailSome() {
    log_.Hold();
    bool begun = false;
    std::thread writer([&] {
      ledger_.AppendSome(log_, "failing", /*seed=*/1, [&] { return std::exchange(begun, true); });
    });
    EXPECT_TRUE(Eventually([&] { return log_.waiting() > 0; }));
    log_.FailWith(absl::UnavailableError("the disk fails"));
    writer.join();
    log_.FailWith(absl::OkStatus());
    log_.Release();
  }

  FakeEventLog log_;
  AppendLedger ledger_;
};

TEST_F(AppendLedgerTest, ALogThatKeepsItsWordPasses) {
  AppendTo(log_, "a");
  AppendTo(log_, "b");
  EXPECT_GT(ledger_.durable(), 50u);
  FC_EXPECT_OK(ledger_.Check(log_, 0));
  FC_EXPECT_OK(ledger_.AppendOneMore(log_, "c"));
  FC_EXPECT_OK(ledger_.Check(log_, 0));
}

TEST_F(AppendLedgerTest, ALogThatHasLostItsEndIsCaught) {
  AppendTo(log_, "a");
  FakeEventLog shorter;
  EXPECT_THAT(
      ledger_.Check(shorter, 0),
      StatusIs(StatusCode::kDataLoss, HasSubstr("was acknowledged, but the log's next is")));
}

TEST_F(AppendLedgerTest, ALogWithOtherRequestsIsCaught) {
  AppendTo(log_, "a");
  FakeEventLog other;
  AppendLedger others;
  others.AppendSome(other, "b", /*seed=*/1, [] { return false; });
  EXPECT_THAT(ledger_.Check(other, 0), StatusIs(StatusCode::kDataLoss, HasSubstr("another body")));
}

TEST_F(AppendLedgerTest, ALogThatTrimsWhatNobodyHasReadIsCaught) {
  AppendTo(log_, "a");
  FC_ASSERT_OK(log_.Acknowledge(log_.State().log_id(), 5));
  log_.Trim();
  FC_EXPECT_OK(ledger_.Check(log_, 5));
  EXPECT_THAT(ledger_.Check(log_, 4), StatusIs(StatusCode::kDataLoss, HasSubstr("trimmed")));
}

TEST_F(AppendLedgerTest, ALogThatAcknowledgesAfterItFailedIsCaught) {
  FailSome();
  EXPECT_GT(ledger_.failed(), 0u);
  FC_EXPECT_OK(ledger_.Check(log_, 0));
  AppendTo(log_, "a");
  EXPECT_THAT(ledger_.Check(log_, 0), StatusIs(StatusCode::kDataLoss, HasSubstr("had failed")));
}

TEST_F(AppendLedgerTest, OpenedAgainItMay) {
  FailSome();
  ledger_.Reopened();
  AppendTo(log_, "a");
  FC_EXPECT_OK(ledger_.Check(log_, 0));
}

}  // namespace
}  // namespace fluxcascade::edge
