#include "common/rocks/rocks_status.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/status.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using rocksdb::Status;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(FromRocksTest, OkStaysOk) { EXPECT_THAT(FromRocks(Status::OK(), "reading"), IsOk()); }

TEST(FromRocksTest, EveryErrorHasItsCode) {
  const std::vector<std::pair<Status, StatusCode>> cases = {
      {Status::NotFound(), StatusCode::kNotFound},
      {Status::Corruption("block"), StatusCode::kDataLoss},
      {Status::NoSpace(), StatusCode::kResourceExhausted},
      {Status::MemoryLimit(), StatusCode::kResourceExhausted},
      {Status::Busy(), StatusCode::kAborted},
      {Status::Busy(Status::kDeadlock), StatusCode::kAborted},
      {Status::TryAgain(), StatusCode::kAborted},
      {Status::Aborted(), StatusCode::kAborted},
      {Status::IOError("disk"), StatusCode::kUnavailable},
      {Status::TimedOut(), StatusCode::kDeadlineExceeded},
      {Status::ShutdownInProgress(), StatusCode::kCancelled},
      {Status::InvalidArgument(), StatusCode::kInternal},
      {Status::NotSupported(), StatusCode::kInternal},
      {Status::Incomplete(), StatusCode::kInternal},
  };
  for (const auto& [status, code] : cases) {
    EXPECT_THAT(FromRocks(status, "reading"), StatusIs(code)) << status.ToString();
  }
}

TEST(FromRocksTest, TheMessageSaysWhatWasBeingDoneAndWhatRocksDbSaid) {
  EXPECT_THAT(
      FromRocks(Status::Corruption("bad block", "000007.sst"), "opening the log"),
      StatusIs(StatusCode::kDataLoss, AllOf(StartsWith("opening the log: "), HasSubstr("bad block"),
                                            HasSubstr("000007.sst"))));
}

}  // namespace
}  // namespace fluxcascade
