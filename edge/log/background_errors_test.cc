#include "edge/log/background_errors.h"

#include <vector>

#include "absl/status/status.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/listener.h"
#include "rocksdb/status.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using rocksdb::BackgroundErrorReason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BackgroundErrorsTest : public testing::Test {
 protected:
  void Fail(BackgroundErrorReason reason, rocksdb::Status::Severity severity,
            const char* message = "the disk does not answer") {
    rocksdb::Status error(rocksdb::Status::IOError(message), severity);
    errors_.OnBackgroundError(reason, &error);
  }

  std::vector<absl::Status> heard_;
  BackgroundErrors errors_{[this](const absl::Status& error) {
    EXPECT_FALSE(errors_.first().ok());
    heard_.push_back(error);
  }};
};

TEST_F(BackgroundErrorsTest, AtFirstThereIsNone) { FC_EXPECT_OK(errors_.first()); }

TEST_F(BackgroundErrorsTest, AFailedFlushIsHeardOfAtOnceAndTheFirstIsKept) {
  Fail(BackgroundErrorReason::kFlush, rocksdb::Status::Severity::kFatalError, "one");
  Fail(BackgroundErrorReason::kFlush, rocksdb::Status::Severity::kFatalError, "two");
  EXPECT_THAT(heard_, ElementsAre(StatusIs(StatusCode::kUnavailable, HasSubstr("one")),
                                  StatusIs(StatusCode::kUnavailable, HasSubstr("two"))));
  EXPECT_THAT(errors_.first(), StatusIs(StatusCode::kUnavailable, HasSubstr("one")));
}

TEST_F(BackgroundErrorsTest, ACompactionThatIsTriedAgainStopsNothing) {
  Fail(BackgroundErrorReason::kCompaction, rocksdb::Status::Severity::kSoftError);
  FC_EXPECT_OK(errors_.first());
  EXPECT_THAT(heard_, IsEmpty());
  Fail(BackgroundErrorReason::kCompaction, rocksdb::Status::Severity::kHardError);
  EXPECT_FALSE(errors_.first().ok());
}

TEST_F(BackgroundErrorsTest, NobodyNeedsToListen) {
  BackgroundErrors errors(nullptr);
  rocksdb::Status error = rocksdb::Status::Corruption("damage");
  errors.OnBackgroundError(BackgroundErrorReason::kMemTable, &error);
  EXPECT_THAT(errors.first(), StatusIs(StatusCode::kDataLoss));
}

}  // namespace
}  // namespace fluxcascade::edge
