#include "edge/log/fake_event_log.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/status_matchers.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/event_log.h"
#include "edge/log/event_log_suite.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

INSTANTIATE_TEST_SUITE_P(Fake, EventLogSuite,
                         testing::Values(EventLogMaker{
                             .make = [] { return std::make_shared<FakeEventLog>(); },
                             .trim =
                                 [](EventLog& log) { static_cast<FakeEventLog&>(log).Trim(); }}));

class FakeEventLogTest : public testing::Test {
 protected:
  void Append() {
    log_.Append(RequestWithBody("{}"), [this](absl::StatusOr<uint64_t> sequence) {
      if (sequence.ok()) {
        durable_.push_back(*sequence);
      } else {
        refused_.push_back(sequence.status().code());
      }
    });
  }

  FakeEventLog log_;
  std::vector<uint64_t> durable_;
  std::vector<StatusCode> refused_;
};

TEST_F(FakeEventLogTest, HeldRequestsBecomeDurableInOrderWhenReleased) {
  log_.Hold();
  Append();
  Append();
  EXPECT_EQ(log_.waiting(), 2u);
  EXPECT_EQ(log_.State().next_sequence(), 1u);
  log_.Release();
  EXPECT_THAT(durable_, ElementsAre(1, 2));
  Append();
  EXPECT_THAT(durable_, ElementsAre(1, 2, 3));
}

TEST_F(FakeEventLogTest, AFailureRefusesWhatWaitsAndWhatComes) {
  log_.Hold();
  Append();
  log_.FailWith(absl::UnavailableError("the disk failed"));
  Append();
  EXPECT_THAT(refused_, ElementsAre(StatusCode::kUnavailable, StatusCode::kUnavailable));
  EXPECT_THAT(log_.Ready(), StatusIs(StatusCode::kUnavailable));
  log_.FailWith(absl::OkStatus());
  log_.Release();
  Append();
  EXPECT_THAT(durable_, ElementsAre(1));
}

TEST_F(FakeEventLogTest, AFailureOfReadsEndsAndSaysNothingOfThePosition) {
  Append();
  v1::Pull pull;
  pull.set_log_id(log_.State().log_id());
  pull.set_max_bytes(1);
  v1::PullError error;
  log_.FailReadsWith(absl::UnavailableError("being opened again"));
  EXPECT_THAT(log_.Read(pull, &error), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(error.reason(), v1::PullError::REASON_UNSPECIFIED);
  log_.FailReadsWith(absl::OkStatus());
  FC_EXPECT_OK(log_.Read(pull, &error));
}

TEST_F(FakeEventLogTest, RemembersHowFarItWasAcknowledged) {
  Append();
  FC_ASSERT_OK(log_.Acknowledge(log_.State().log_id(), 1));
  EXPECT_EQ(log_.acknowledged(), 1u);
}

}  // namespace
}  // namespace fluxcascade::edge
