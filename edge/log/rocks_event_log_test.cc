#include "edge/log/rocks_event_log.h"

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/event_log.h"
#include "edge/log/event_log_suite.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_database.h"
#include "edge/log/rocks_event_log_fixture_for_test.h"
#include "edge/log/test_folders.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

// A log and all that it needs.
struct LogWithSurroundings {
  std::unique_ptr<rocksdb::Env> env = NewTestEnv();
  FakeClock clock;
  FakeRandom random;
  std::unique_ptr<RocksEventLog> log;
};

INSTANTIATE_TEST_SUITE_P(Rocks, EventLogSuite,
                         testing::Values(EventLogMaker{
                             .make = []() -> std::shared_ptr<EventLog> {
                               auto all = std::make_shared<LogWithSurroundings>();
                               RocksEventLogOptions options;
                               options.folder.database = {.path = "/state/log",
                                                          .env = all->env.get()};
                               options.retention.max_bytes = 0;
                               all->log = *RocksEventLog::Open(options, all->clock, all->random);
                               return {all, all->log.get()};
                             },
                             .trim =
                                 [](EventLog& log) {
                                   EXPECT_THAT(static_cast<RocksEventLog&>(log).RetentionStep(),
                                               IsOkAndHolds(false));
                                 }}));

class RocksEventLogTest : public RocksEventLogFixture {};

TEST_F(RocksEventLogTest, ManyThreadsGetEachTheirOwnSequenceAndNoneIsMissing) {
  Open();
  std::atomic<int> durable = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        log_->Append(RequestWithBody("{}"),
                     [&](const absl::StatusOr<uint64_t>& s) { durable += s.ok(); });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Open();
  EXPECT_EQ(durable, 400);
  EXPECT_EQ(log_->State().next_sequence(), 401u);
  EXPECT_EQ(ReadToTheEnd().after(), 400u);
}

TEST_F(RocksEventLogTest, ResultsComeInTheOrderOfTheSequences) {
  Open();
  std::vector<uint64_t> sequences;
  for (int i = 0; i < 200; ++i) {
    log_->Append(RequestWithBody("{}"),
                 [&](absl::StatusOr<uint64_t> sequence) { sequences.push_back(*sequence); });
  }
  log_.reset();
  ASSERT_THAT(sequences, SizeIs(200));
  for (uint64_t i = 0; i < sequences.size(); ++i) EXPECT_EQ(sequences[i], i + 1);
}

TEST_F(RocksEventLogTest, TrimmedEmptyAndStartedAgainItGoesOnWhereItWas) {
  Open();
  Append({"a", "b", "c"});
  const v1::Pull end = ReadToTheEnd();
  Acknowledge(3);
  options_.retention.max_bytes = 0;
  Open();
  Acknowledge(3);
  RetentionStep();
  EXPECT_EQ(First(), 4u);
  Open();
  EXPECT_EQ(First(), 4u);
  EXPECT_EQ(BodiesFrom(end), "");
  Append({"d"});
  EXPECT_EQ(BodiesFrom(end), "d");
  EXPECT_EQ(log_->State().next_sequence(), 5u);
}

TEST_F(RocksEventLogTest, AnOlderCopyIsPastItsEndForAReaderThatKnowsMore) {
  Open();
  Append({"a"});
  log_.reset();
  CopyFolder(env_.get(), kFolder, "/state/copy");
  Open();
  Append({"b", "c"});
  const v1::Pull end = ReadToTheEnd();
  log_.reset();
  CopyFolder(env_.get(), "/state/copy", kFolder);
  Open();
  EXPECT_EQ(BodiesFrom(end), "error: REASON_PAST_END");
  EXPECT_THAT(error_.detail(), AllOf(HasSubstr("after request 3"), HasSubstr("holds 1 to 1")));
}

TEST_F(RocksEventLogTest, AnOlderCopyThatWasWrittenOnHasDiverged) {
  Open();
  Append({"a"});
  log_.reset();
  CopyFolder(env_.get(), kFolder, "/state/copy");
  Open();
  Append({"b", "c"});
  const v1::Pull end = ReadToTheEnd();
  log_.reset();
  CopyFolder(env_.get(), "/state/copy", kFolder);
  Open();
  Append({"x"});
  EXPECT_EQ(BodiesFrom(end), "error: REASON_PAST_END");
  Append({"c", "y"});
  // The request at the reader's position is the same as it was; what came before it is not.
  EXPECT_EQ(BodiesFrom(end), "error: REASON_DIVERGED");
  EXPECT_THAT(error_.detail(), AllOf(HasSubstr("up to request 3"), HasSubstr("holds 1 to 4")));
}

TEST_F(RocksEventLogTest, AReaderRestoredFromAnOlderCopyIsToldWhatIsGone) {
  Open();
  Append({"a"});
  const v1::Pull old = ReadToTheEnd();
  Append({"b", "c"});
  Acknowledge(3);
  clock_.Advance(absl::Hours(74));
  RetentionStep();
  EXPECT_EQ(BodiesFrom(old), "error: REASON_BEFORE_FIRST");
  EXPECT_THAT(error_.detail(), HasSubstr("requests 2 to 3 were acknowledged and trimmed"));
}

TEST_F(RocksEventLogTest, ANewDiskIsAnotherLog) {
  Open();
  Append({"a"});
  const v1::Pull end = ReadToTheEnd();
  options_.folder.database.path = "/state/new";
  Open();
  EXPECT_EQ(BodiesFrom(end), "error: REASON_LOG_ID_MISMATCH");
}

TEST_F(RocksEventLogTest, AFullLogRefusesUntilSomethingIsAcknowledged) {
  const uint64_t size = RecordSize(Seal(RequestWithBody("a")).bytes.size());
  options_.max_unacknowledged_bytes = 2 * size;
  Open();
  Append({"a", "b"});
  EXPECT_THAT(TryToAppend("c"), StatusIs(StatusCode::kResourceExhausted, HasSubstr("full")));
  EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(BodiesFrom(After(0)), "a b");
  Acknowledge(1);
  FC_EXPECT_OK(TryToAppend("c"));
  EXPECT_EQ(BodiesFrom(After(0)), "a b c");
}

TEST_F(RocksEventLogTest, WithoutRoomForTheLargestRequestItIsNotReady) {
  options_.max_request_bytes = Seal(RequestWithBody("largest")).bytes.size();
  const uint64_t largest = RecordSize(options_.max_request_bytes);
  Open();
  Append({"a"});
  const uint64_t held = log_->State().bytes();
  options_.max_unacknowledged_bytes = held + largest;
  Open();
  FC_EXPECT_OK(log_->Ready());
  for (const uint64_t room : {largest - 1, uint64_t{1}, uint64_t{0}}) {
    options_.max_unacknowledged_bytes = held + room;
    Open();
    EXPECT_THAT(log_->Ready(), StatusIs(StatusCode::kResourceExhausted, HasSubstr("full")));
    EXPECT_THAT(TryToAppend("largest"), StatusIs(StatusCode::kResourceExhausted));
  }
  options_.max_unacknowledged_bytes = largest;
  Open();
  EXPECT_FALSE(log_->Ready().ok());
  Acknowledge(1);
  FC_EXPECT_OK(log_->Ready());
}

TEST_F(RocksEventLogTest, ALogWithRoomForOneByteLessRefuses) {
  const uint64_t size = RecordSize(Seal(RequestWithBody("a")).bytes.size());
  options_.max_unacknowledged_bytes = 2 * size - 1;
  Open();
  Append({"a"});
  EXPECT_THAT(TryToAppend("b"), StatusIs(StatusCode::kResourceExhausted));
}

TEST_F(RocksEventLogTest, ARequestOfTheLargestSizeIsTakenAndOneByteMoreIsNot) {
  options_.max_request_bytes = Seal(RequestWithBody("abc")).bytes.size();
  Open();
  FC_EXPECT_OK(TryToAppend("abc"));
  EXPECT_THAT(TryToAppend("abcd"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("at most")));
  FC_EXPECT_OK(log_->Ready());
}

TEST_F(RocksEventLogTest, TheLargestRequestComesThrough) {
  Open();
  v1::LoggedRequest request = RequestWithBody("");
  const size_t rest = Seal(request).bytes.size() + 5;
  request.set_body(std::string(options_.max_request_bytes - rest, 'x'));
  FC_ASSERT_OK(AppendAndWait(*log_, request));
  FC_ASSERT_OK_AND_ASSIGN(const auto result, log_->Read(After(0), &error_));
  EXPECT_THAT(result.requests, SizeIs(1));
}

TEST_F(RocksEventLogTest, AFullQueueRefuses) {
  options_.queue.max_requests = 0;
  Open();
  EXPECT_THAT(TryToAppend("a"), StatusIs(StatusCode::kResourceExhausted, HasSubstr("wait")));
}

TEST_F(RocksEventLogTest, DamageIsReportedWhenItIsReachedAndNotSkipped) {
  Open();
  Append({"the first", "the second", "the third"});
  log_.reset();
  {
    FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(options_.folder.database));
    std::string value;
    ASSERT_TRUE(database->db()
                    ->Get(rocksdb::ReadOptions(), database->requests(), EncodeKey(2), &value)
                    .ok());
    value.back() ^= 1;
    ASSERT_TRUE(database->db()
                    ->Put(rocksdb::WriteOptions(), database->requests(), EncodeKey(2), value)
                    .ok());
  }
  options_.folder.max_open_check_bytes = 0;
  Open();
  EXPECT_EQ(BodiesFrom(After(0)), "the first");
  EXPECT_EQ(BodiesFrom(After(1)), "error: REASON_DATA_LOSS");
  EXPECT_EQ(error_.damaged_sequence(), 2);
  EXPECT_THAT(error_.detail(), AllOf(HasSubstr("request 2 of the log"), HasSubstr("checksum")));
  EXPECT_EQ(BodiesFrom(After(2, std::string(16, 'x'))), "error: REASON_DATA_LOSS");
  EXPECT_EQ(error_.damaged_sequence(), 2);
  // An operator has accepted the gap.
  EXPECT_EQ(BodiesFrom(After(2)), "the third");
}

TEST_F(RocksEventLogTest, TwoMissingRequestsAreReportedOneByOneAndNotSkipped) {
  Open();
  Append({"the first", "the second", "the third", "the fourth"});
  log_.reset();
  {
    FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(options_.folder.database));
    for (const uint64_t sequence : {2, 3}) {
      ASSERT_TRUE(database->db()
                      ->Delete(rocksdb::WriteOptions(), database->requests(), EncodeKey(sequence))
                      .ok());
    }
  }
  options_.folder.max_open_check_bytes = 0;
  Open();
  EXPECT_EQ(BodiesFrom(After(0)), "the first");
  for (const uint64_t missing : {2, 3}) {
    EXPECT_EQ(BodiesFrom(After(missing - 1)), "error: REASON_DATA_LOSS");
    EXPECT_EQ(error_.damaged_sequence(), missing);
  }
  EXPECT_EQ(BodiesFrom(After(3)), "the fourth");
}

TEST_F(RocksEventLogTest, TheOldestThatIsNotAcknowledgedIsKnownWithItsAge) {
  Open();
  EXPECT_EQ(log_->Stats().oldest_unacknowledged, std::nullopt);
  const absl::Time received = clock_.Now();
  for (const char* body : {"a", "b", "c"}) {
    v1::LoggedRequest request = RequestWithBody(body);
    *request.mutable_receive_time() = ToProto(clock_.Now());
    FC_ASSERT_OK(AppendAndWait(*log_, request));
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_EQ(log_->Stats().oldest_unacknowledged, received);
  Acknowledge(2);
  EXPECT_EQ(log_->Stats().oldest_unacknowledged, received + absl::Minutes(2));
  Acknowledge(3);
  EXPECT_EQ(log_->Stats().oldest_unacknowledged, std::nullopt);
  clock_.Advance(absl::Minutes(1));
  Append({"d"});
  EXPECT_EQ(log_->Stats().oldest_unacknowledged, clock_.Now());
}

TEST_F(RocksEventLogTest, TheOldestThatIsNotAcknowledgedIsAsOldAfterARestart) {
  Open();
  Append({"a", "b"});
  const absl::Time received = FromProto(RequestWithBody("a").receive_time());
  clock_.Advance(absl::Hours(5));
  Open();
  EXPECT_EQ(log_->Stats().oldest_unacknowledged, received);
  EXPECT_EQ(log_->Stats().unacknowledged_requests, 2u);
}

TEST_F(RocksEventLogTest, StatsTellKeptAndUnacknowledgedApart) {
  options_.retention.max_bytes = 0;
  Open();
  Append({"a", "b", "c"});
  const uint64_t each = log_->Stats().bytes / 3;
  Acknowledge(2);
  EXPECT_EQ(log_->Stats().bytes, 3 * each);
  EXPECT_EQ(log_->Stats().unacknowledged_bytes, each);
  EXPECT_EQ(log_->Stats().unacknowledged_requests, 1u);
  RetentionStep();
  EXPECT_EQ(log_->Stats().bytes, each);
  EXPECT_EQ(log_->Stats().waiting_bytes, 0u);
}

TEST_F(RocksEventLogTest, WhatTheDatabaseHoldsInMemoryIsKnownAfterEachStep) {
  Open();
  RetentionStep();
  const uint64_t before = log_->Stats().memory_bytes;
  const std::string body(512 << 10, 'x');
  Append({body, body, body, body});
  EXPECT_EQ(log_->Stats().memory_bytes, before);
  RetentionStep();
  EXPECT_GE(log_->Stats().memory_bytes, before + 4 * body.size());
}

TEST_F(RocksEventLogTest, EachRequestsWaitAndEachSyncIsTimed) {
  Open();
  Append({"a", "b"});
  EXPECT_EQ(log_->Stats().append.count(), 2u);
  EXPECT_EQ(log_->Stats().sync.count(), 2u);
}

TEST_F(RocksEventLogTest, AProbeIsAnsweredByTheThreadThatWrites) {
  Open();
  std::promise<std::thread::id> prober;
  log_->Probe([&] { prober.set_value(std::this_thread::get_id()); });
  const std::thread::id probed = prober.get_future().get();
  std::promise<std::thread::id> writer;
  log_->Append(RequestWithBody("{}"),
               [&](const auto&) { writer.set_value(std::this_thread::get_id()); });
  EXPECT_EQ(writer.get_future().get(), probed);
}

TEST_F(RocksEventLogTest, AFolderThatAnotherProcessHasOpenIsRefusedInOneLine) {
  Open();
  EXPECT_THAT(RocksEventLog::Open(options_, clock_, random_),
              StatusIs(StatusCode::kFailedPrecondition,
                       "the log folder /state/log can't be opened: another process has it open"));
}

}  // namespace
}  // namespace fluxcascade::edge
