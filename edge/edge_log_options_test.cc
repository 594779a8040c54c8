#include "edge/edge_log_options.h"

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LogOptionsOfTest, EachOptionIsTheLogsOwn) {
  EdgeOptions options;
  options.log_dir = "/state/log";
  options.max_log_bytes = 11;
  options.min_free_bytes = 12;
  options.retention = absl::Seconds(13);
  options.retention_bytes = 14;
  options.also_feed = {{.name = "standby"}, {.name = "third"}};
  const RocksEventLogOptions log = LogOptionsOf(options);
  EXPECT_EQ(log.folder.database.path, "/state/log");
  EXPECT_EQ(log.max_unacknowledged_bytes, 11u);
  EXPECT_EQ(log.min_free_bytes, 12u);
  EXPECT_EQ(log.retention.max_age, absl::Seconds(13));
  EXPECT_EQ(log.retention.max_bytes, 14u);
  EXPECT_THAT(log.further_consumers, ElementsAre("standby", "third"));
}

TEST(LogOptionsOfTest, WhatIsNotSaidIsAsTheLogHasIt) {
  const RocksEventLogOptions log = LogOptionsOf({});
  const RocksEventLogOptions own;
  EXPECT_EQ(log.max_unacknowledged_bytes, own.max_unacknowledged_bytes);
  EXPECT_EQ(log.min_free_bytes, own.min_free_bytes);
  EXPECT_EQ(log.retention.max_age, own.retention.max_age);
  EXPECT_EQ(log.retention.max_bytes, own.retention.max_bytes);
  EXPECT_THAT(log.further_consumers, IsEmpty());
}

TEST(LogOptionsOfTest, ZerosAreWrittenAheadOfAWholeFileUnlessTheyAreTurnedOff) {
  const LogDatabaseOptions ahead = LogOptionsOf({}).folder.database;
  EXPECT_GT(ahead.zeros_ahead_bytes, 0u);
  EXPECT_EQ(ahead.zeros_ahead_bytes, ahead.write_buffer_bytes);
  EXPECT_EQ(LogOptionsOf({.log_zeros_ahead = false}).folder.database.zeros_ahead_bytes, 0u);
}

}  // namespace
}  // namespace fluxcascade::edge
