#include "edge/log/log_folder.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_consumers.h"
#include "edge/log/log_database.h"
#include "edge/log/log_format.h"
#include "edge/log/test_folders.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LogFolderTest : public testing::Test {
 protected:
  void Open() {
    folder_.reset();
    FC_ASSERT_OK_AND_ASSIGN(folder_, LogFolder::Open(options_, random_));
    head_ = folder_->contents().head;
    tail_ = folder_->contents().tail;
  }
  absl::Status TryToOpen() {
    folder_.reset();
    return LogFolder::Open(options_, random_).status();
  }
  void Append(const std::vector<std::string>& bodies) {
    const LogPoint from = head_;
    std::vector<std::string> values;
    for (const std::string& body : bodies) {
      values.push_back(EncodeRecord(Seal(RequestWithBody(body)), head_));
    }
    FC_ASSERT_OK(folder_->Append(from, values, head_));
  }
  void TrimTo(uint64_t sequence) {
    FC_ASSERT_OK_AND_ASSIGN(const LogPoint to, folder_->EndOf(sequence - 1));
    FC_ASSERT_OK(folder_->Trim(to));
    tail_ = to;
  }
  std::vector<uint64_t> SequencesFrom(uint64_t from) {
    std::vector<uint64_t> sequences;
    FC_EXPECT_OK(folder_->Scan(from, head_.sequence, [&](const RecordView& record) {
      sequences.push_back(record.sequence);
      return absl::OkStatus();
    }));
    return sequences;
  }
  // Changes the closed folder behind the log's back.
  void Meddle(const std::function<rocksdb::Status(LogDatabase&)>& change) {
    folder_.reset();
    FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(options_.database));
    ASSERT_TRUE(change(*database).ok());
  }
  // A table that holds all that was appended since the last one, below RocksDB's first level: what
  // lies there is never taken away.
  void MoveToTable() {
    Meddle([](LogDatabase& database) {
      const rocksdb::Status flushed =
          database.db()->Flush(rocksdb::FlushOptions(), {database.about(), database.requests()});
      if (!flushed.ok()) return flushed;
      return database.db()->CompactRange({}, database.requests(), nullptr, nullptr);
    });
  }

  const std::unique_ptr<rocksdb::Env> env_ = NewTestEnv();
  FakeRandom random_;
  LogFolderOptions options_ = {.database = {.path = "/state/log", .env = env_.get()}};
  std::unique_ptr<LogFolder> folder_;
  LogPoint head_;
  LogPoint tail_;
};

const rocksdb::WriteOptions kWrite;

TEST_F(LogFolderTest, ANewFolderHoldsAnEmptyLogWithARandomId) {
  Open();
  const std::string log_id = folder_->contents().log_id;
  EXPECT_THAT(log_id, SizeIs(kLogIdLength));
  EXPECT_EQ(head_, BeginningOf(log_id));
  EXPECT_EQ(tail_, head_);
  Open();
  EXPECT_EQ(folder_->contents().log_id, log_id);
  options_.database.path = "/state/other";
  Open();
  EXPECT_NE(folder_->contents().log_id, log_id);
}

TEST_F(LogFolderTest, FurtherConsumersAreThereOnceTheyWereWritten) {
  Open();
  EXPECT_THAT(folder_->further_acks(), IsEmpty()) << "as in a log from before there were any";
  FurtherAcks acks;
  acks["standby"].Record(absl::UnixEpoch(), 3);
  FC_ASSERT_OK(folder_->WriteFurtherAcks(acks));
  Open();
  EXPECT_EQ(folder_->further_acks(), acks);
}

TEST_F(LogFolderTest, DamagedConsumersAreNotTakenForNone) {
  Open();
  Meddle([](LogDatabase& database) {
    return database.db()->Put(kWrite, database.about(), "consumers", "nonsense");
  });
  EXPECT_THAT(TryToOpen(), StatusIs(StatusCode::kDataLoss, HasSubstr("the log's consumers")));
}

TEST_F(LogFolderTest, WhatWasAppendedIsThereWhenOpenedAgain) {
  Open();
  Append({"a", "b"});
  Append({"c"});
  const LogPoint end = head_;
  Open();
  EXPECT_EQ(head_, end);
  EXPECT_THAT(SequencesFrom(1), ElementsAre(1, 2, 3));
  EXPECT_THAT(SequencesFrom(3), ElementsAre(3));
}

TEST_F(LogFolderTest, AScanEndsWithTheErrorOfItsVisitor) {
  Open();
  Append({"a", "b"});
  EXPECT_THAT(folder_->Scan(1, 3, [](const RecordView&) { return absl::CancelledError("enough"); }),
              StatusIs(StatusCode::kCancelled, "enough"));
}

TEST_F(LogFolderTest, TheEndSurvivesTrimmingEverything) {
  Open();
  Append({"a", "b", "c"});
  const LogPoint end = head_;
  TrimTo(4);
  Open();
  EXPECT_EQ(tail_, end);
  EXPECT_EQ(head_, end);
  EXPECT_THAT(SequencesFrom(tail_.sequence), IsEmpty());
  Append({"d"});
  Open();
  EXPECT_THAT(SequencesFrom(tail_.sequence), ElementsAre(4));
}

TEST_F(LogFolderTest, ATableGoesWithTheLastOfItsRequests) {
  Open();
  Append({"a", "b", "c"});
  MoveToTable();
  Open();
  Append({"d", "e"});
  MoveToTable();
  Open();
  TrimTo(3);
  EXPECT_THAT(SequencesFrom(1), ElementsAre(1, 2, 3, 4, 5));
  TrimTo(5);
  EXPECT_THAT(SequencesFrom(1), ElementsAre(4, 5)) << "though an earlier trim ended within it";
  Open();
  EXPECT_EQ(tail_.sequence, 5u);
  EXPECT_THAT(SequencesFrom(1), ElementsAre(4, 5));
}

TEST_F(LogFolderTest, AcknowledgementsAreKeptWithWhatIsAppendedLater) {
  Open();
  Append({"a"});
  AckHistory acks;
  acks.Record(absl::UnixEpoch(), 1);
  FC_ASSERT_OK(folder_->WriteAcks(acks));
  Append({"b"});
  Open();
  EXPECT_EQ(folder_->contents().acks.through(), 1u);
}

TEST_F(LogFolderTest, FindsTheFirstRequestAtAnOffsetOrBehindIt) {
  Open();
  std::vector<uint64_t> offsets;
  for (const char* body : {"a", "bb", "ccc", "dddd"}) {
    offsets.push_back(head_.offset);
    Append({body});
  }
  for (uint64_t i = 0; i < offsets.size(); ++i) {
    FC_ASSERT_OK_AND_ASSIGN(const LogPoint at, folder_->FindOffset(offsets[i], tail_, head_));
    EXPECT_EQ(at.sequence, i + 1);
    FC_ASSERT_OK_AND_ASSIGN(const LogPoint behind,
                            folder_->FindOffset(offsets[i] + 1, tail_, head_));
    EXPECT_EQ(behind.sequence, i + 2);
  }
  EXPECT_THAT(folder_->FindOffset(head_.offset + 1, tail_, head_), IsOkAndHolds(head_));
}

TEST_F(LogFolderTest, AMissingRequestIsFoundWhenOpened) {
  Open();
  Append({"a", "b", "c"});
  Meddle([](LogDatabase& database) {
    return database.db()->Delete(kWrite, database.requests(), EncodeKey(2));
  });
  EXPECT_THAT(TryToOpen(),
              StatusIs(StatusCode::kDataLoss, HasSubstr("request 2 of the log: it is missing")));
}

TEST_F(LogFolderTest, AMissingEndIsFoundWhenOpened) {
  Open();
  Append({"a", "b", "c"});
  Meddle([](LogDatabase& database) {
    return database.db()->Delete(kWrite, database.requests(), EncodeKey(3));
  });
  EXPECT_THAT(TryToOpen(), StatusIs(StatusCode::kDataLoss,
                                    HasSubstr("says that its next request is 4, but by what it "
                                              "holds it is 3")));
}

TEST_F(LogFolderTest, RequestsBeyondTheEndAreFoundWhenOpened) {
  Open();
  Append({"a"});
  Meddle([](LogDatabase& database) {
    return database.db()->Put(kWrite, database.requests(), EncodeKey(2), "stray");
  });
  EXPECT_THAT(TryToOpen(), StatusIs(StatusCode::kDataLoss, HasSubstr("by what it holds it is 3")));
}

TEST_F(LogFolderTest, ARequestThatWasReplacedIsFoundWhenOpened) {
  Open();
  Append({"a", "b"});
  LogPoint elsewhere = BeginningOf("00000000000000000000000000000000");
  const std::string value = EncodeRecord(Seal(RequestWithBody("x")), elsewhere);
  Meddle([&](LogDatabase& database) {
    return database.db()->Put(kWrite, database.requests(), EncodeKey(1), value);
  });
  EXPECT_THAT(TryToOpen(), StatusIs(StatusCode::kDataLoss, HasSubstr("request 1 of the log: its "
                                                                     "chain")));
}

TEST_F(LogFolderTest, EachMissingAccountOfTheLogIsNamed) {
  for (const absl::string_view key : {kFormatKey, kLogIdKey, kHeadKey, kTailKey, kAcksKey}) {
    options_.database.path = absl::StrCat("/state/without-", key);
    Open();
    Meddle([&](LogDatabase& database) {
      return database.db()->Delete(kWrite, database.about(), std::string(key));
    });
    EXPECT_THAT(TryToOpen(),
                StatusIs(StatusCode::kDataLoss, HasSubstr(absl::StrCat("lacks its ", key))));
  }
}

TEST_F(LogFolderTest, ANewerFormatIsRefusedInOneLine) {
  Open();
  Meddle([](LogDatabase& database) {
    return database.db()->Put(kWrite, database.about(), "format", "2");
  });
  EXPECT_THAT(TryToOpen(),
              StatusIs(StatusCode::kFailedPrecondition,
                       "the log in /state/log has format 2, written by a newer version; this one "
                       "reads 1"));
}

TEST_F(LogFolderTest, DamageInATableIsFoundWhenOpened) {
  Open();
  Append({"the first body", "the second body"});
  MoveToTable();
  DamageFile(env_.get(), FilesEndingWith(env_.get(), "/state/log", ".sst").back(),
             "the first body");
  EXPECT_THAT(TryToOpen(), StatusIs(StatusCode::kDataLoss));
}

TEST_F(LogFolderTest, DamageInTheMiddleOfAWriteAheadFileIsNoShorterLog) {
  Open();
  Append({"the first body"});
  Append({"the second body"});
  folder_.reset();
  DamageFile(env_.get(), FilesEndingWith(env_.get(), "/state/log", ".log").back(),
             "the first body");
  EXPECT_THAT(TryToOpen(), StatusIs(StatusCode::kDataLoss));
}

TEST_F(LogFolderTest, OpeningChecksOnlyAsMuchOfTheNewestAsItIsToldTo) {
  Open();
  Append({"a", "b", "c", "d"});
  const uint64_t size = head_.offset / 4;
  Meddle([](LogDatabase& database) {
    return database.db()->Put(kWrite, database.requests(), EncodeKey(1), "damaged");
  });
  options_.max_open_check_bytes = size;
  Open();
  EXPECT_THAT(folder_->Check(tail_, head_), StatusIs(StatusCode::kDataLoss));
  options_.max_open_check_bytes = 4 * size;
  EXPECT_THAT(TryToOpen(), StatusIs(StatusCode::kDataLoss));
}

TEST_F(LogFolderTest, AFolderForReadingShowsWhatWasWritten) {
  Open();
  Append({"a", "b"});
  FC_ASSERT_OK_AND_ASSIGN(const auto reading, LogFolder::OpenForReading(options_));
  EXPECT_EQ(reading->contents().head, head_);
  FC_EXPECT_OK(reading->CheckAll());
}

TEST_F(LogFolderTest, AFolderForReadingOpensWhateverItsRequestsAreAndIsCheckedOnDemand) {
  Open();
  Append({"a", "b"});
  Meddle([](LogDatabase& database) {
    return database.db()->Delete(kWrite, database.requests(), EncodeKey(2));
  });
  FC_ASSERT_OK_AND_ASSIGN(const auto reading, LogFolder::OpenForReading(options_));
  EXPECT_THAT(reading->CheckAll(), StatusIs(StatusCode::kDataLoss, HasSubstr("it is 2")));
}

}  // namespace
}  // namespace fluxcascade::edge
