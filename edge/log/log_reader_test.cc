// What a log says in each case is in event_log_suite.cc and rocks_event_log_test.cc; this is what
// the reader is told by the log.

#include "edge/log/log_reader.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_folder.h"
#include "edge/log/log_position.h"
#include "edge/log/test_folders.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;

// A folder that holds the requests a, b and c.
class LogReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    FC_ASSERT_OK_AND_ASSIGN(folder_, LogFolder::Open(options_, random_));
    const LogPoint from = folder_->contents().head;
    LogPoint to = from;
    std::vector<std::string> values;
    for (const char* body : {"a", "b", "c"}) {
      values.push_back(EncodeRecord(Seal(RequestWithBody(body)), to));
    }
    FC_ASSERT_OK(folder_->Append(from, values, to));
  }

  // What comes after `after`, of a log that holds [`first`, `next`) of it.
  std::string Bodies(uint64_t after, uint64_t first, uint64_t next) {
    LogPoint tail = folder_->contents().tail;
    if (first > 1) tail = *folder_->EndOf(first - 1);
    v1::LogState state;
    state.set_log_id(folder_->contents().log_id);
    state.set_first_sequence(first);
    state.set_next_sequence(next);
    v1::Pull pull;
    pull.set_log_id(state.log_id());
    pull.set_after(after);
    pull.set_max_bytes(kMaxReadBytes);
    const auto read = ReadLog(*folder_, tail, state, pull, error_);
    if (!read.ok()) return v1::PullError::Reason_Name(error_.reason());
    EXPECT_EQ(read->state.next_sequence(), next);
    return absl::StrJoin(read->requests, " ", [](std::string* out, const auto& request) {
      absl::StrAppend(out, request.body());
    });
  }

  const std::unique_ptr<rocksdb::Env> env_ = NewTestEnv();
  FakeRandom random_;
  LogFolderOptions options_ = {.database = {.path = "/state/log", .env = env_.get()}};
  std::unique_ptr<LogFolder> folder_;
  v1::PullError error_;
};

TEST_F(LogReaderTest, ReadsNothingThatTheLogDoesNotCallDurable) {
  EXPECT_EQ(Bodies(0, 1, 4), "a b c");
  EXPECT_EQ(Bodies(0, 1, 3), "a b");
  EXPECT_EQ(Bodies(2, 1, 3), "");
}

TEST_F(LogReaderTest, ReadsNothingThatTheLogCallsTrimmed) {
  EXPECT_EQ(Bodies(1, 2, 4), "b c");
  EXPECT_EQ(Bodies(0, 2, 4), "REASON_BEFORE_FIRST");
}

TEST_F(LogReaderTest, WhatTheLogCallsDurableAndIsNotThereIsDamage) {
  EXPECT_EQ(Bodies(2, 1, 6), "c") << "what is there comes first";
  EXPECT_EQ(Bodies(3, 1, 6), "REASON_DATA_LOSS");
  EXPECT_EQ(error_.damaged_sequence(), 4u);
}

}  // namespace
}  // namespace fluxcascade::edge
