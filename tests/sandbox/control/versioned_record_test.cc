#include "tests/sandbox/control/versioned_record.h"

#include <string>

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

TEST(VersionedRecordTest, TellsWhatItWasAtATime) {
  const absl::Time start = absl::FromUnixSeconds(100);
  VersionedRecord<std::string> record(start, "one");
  record.Write(start + absl::Seconds(5), "two");

  EXPECT_EQ(record.current(), "two");
  EXPECT_EQ(record.AsOf(start - absl::Nanoseconds(1)), nullptr);
  EXPECT_EQ(*record.AsOf(start), "one");
  EXPECT_EQ(*record.AsOf(start + absl::Seconds(5) - absl::Nanoseconds(1)), "one");
  EXPECT_EQ(*record.AsOf(start + absl::Seconds(5)), "two");
  EXPECT_EQ(record.versions().size(), 2);
}

}  // namespace
}  // namespace fluxcascade::sandbox
