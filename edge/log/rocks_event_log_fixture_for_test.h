// What tests of a log in RocksDB share: a folder in memory, and small words for what is done to the
// log.
#ifndef FLUXCASCADE_EDGE_LOG_ROCKS_EVENT_LOG_FIXTURE_FOR_TEST_H_
#define FLUXCASCADE_EDGE_LOG_ROCKS_EVENT_LOG_FIXTURE_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/log_position.h"
#include "edge/log/rocks_event_log.h"
#include "edge/log/test_folders.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {

class RocksEventLogFixture : public testing::Test {
 protected:
  static constexpr char kFolder[] = "/state/log";

  RocksEventLogFixture() { options_.folder.database = {.path = kFolder, .env = env_.get()}; }

  // Also closes and opens again.
  void Open() {
    log_.reset();
    FC_ASSERT_OK_AND_ASSIGN(log_, RocksEventLog::Open(options_, clock_, random_));
  }
  void Append(const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) {
      FC_ASSERT_OK(AppendAndWait(*log_, RequestWithBody(body)));
    }
  }
  // Nobody else is told.
  absl::Status TryToAppend(const std::string& body) {
    return AppendAndWait(*log_, RequestWithBody(body)).status();
  }
  v1::Pull After(uint64_t after, const std::string& chain = "") {
    v1::Pull pull;
    pull.set_log_id(log_->State().log_id());
    pull.set_after(after);
    pull.set_after_chain(chain);
    pull.set_max_bytes(kMaxReadBytes);
    return pull;
  }
  // A reader's position after it has read everything.
  v1::Pull ReadToTheEnd() {
    const auto result = log_->Read(After(log_->State().first_sequence() - 1), &error_);
    EXPECT_THAT(result, IsOk());
    if (!result.ok() || result->requests.empty()) return After(0);
    return After(result->requests.back().sequence(), result->requests.back().chain());
  }
  std::string BodiesFrom(const v1::Pull& pull) {
    const auto result = log_->Read(pull, &error_);
    if (!result.ok()) return absl::StrCat("error: ", v1::PullError::Reason_Name(error_.reason()));
    return absl::StrJoin(result->requests, " ", [](std::string* out, const auto& request) {
      absl::StrAppend(out, request.body());
    });
  }
  void AcknowledgeAs(const std::string& consumer, uint64_t through) {
    FC_ASSERT_OK(log_->AcknowledgeAs(consumer, log_->State().log_id(), through));
  }
  // Of each consumer, what it has acknowledged and how much it lags.
  std::string Positions() {
    return absl::StrJoin(log_->Consumers(), ", ", [](std::string* out, const auto& position) {
      absl::StrAppend(out, position.name, " ", position.acknowledged, " -", position.lag_requests);
    });
  }
  void Acknowledge(uint64_t through) {
    FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), through));
  }
  bool RetentionStep() {
    const absl::StatusOr<bool> more = log_->RetentionStep();
    EXPECT_THAT(more, IsOk());
    return more.value_or(false);
  }
  uint64_t First() { return log_->State().first_sequence(); }

  const std::unique_ptr<rocksdb::Env> env_ = NewTestEnv();
  FakeClock clock_;
  FakeRandom random_;
  RocksEventLogOptions options_;
  std::unique_ptr<RocksEventLog> log_;
  v1::PullError error_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_ROCKS_EVENT_LOG_FIXTURE_FOR_TEST_H_
