#include "common/status/status_macros.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

absl::StatusOr<std::unique_ptr<int>> Box(int number) {
  if (number < 0) return absl::InvalidArgumentError("negative");
  return std::make_unique<int>(number);
}

absl::Status CheckThenCount(const absl::Status& status, int& count) {
  FC_RETURN_IF_ERROR(status);
  ++count;
  return absl::OkStatus();
}

absl::StatusOr<int> Add(int a, int b) {
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, Box(a));
  std::unique_ptr<int> second;
  FC_ASSIGN_OR_RETURN(second, Box(b));
  return *first + *second;
}

TEST(ReturnIfErrorTest, GoesOnAfterOk) {
  int count = 0;
  FC_EXPECT_OK(CheckThenCount(absl::OkStatus(), count));
  EXPECT_EQ(count, 1);
}

TEST(ReturnIfErrorTest, LeavesTheFunctionWithTheError) {
  int count = 0;
  EXPECT_THAT(CheckThenCount(absl::AbortedError("busy"), count),
              StatusIs(absl::StatusCode::kAborted, "busy"));
  EXPECT_EQ(count, 0);
}

TEST(AssignOrReturnTest, DeclaresAndAssignsTheValue) { EXPECT_THAT(Add(1, 2), IsOkAndHolds(3)); }

TEST(AssignOrReturnTest, LeavesTheFunctionWithTheError) {
  EXPECT_THAT(Add(-1, 2), StatusIs(absl::StatusCode::kInvalidArgument, "negative"));
  EXPECT_THAT(Add(1, -2), StatusIs(absl::StatusCode::kInvalidArgument, "negative"));
}

TEST(AssignOrReturnTest, TakesAnExpressionWithCommas) {
  const auto size = []() -> absl::StatusOr<size_t> {
    FC_ASSIGN_OR_RETURN(const auto words, absl::StatusOr<std::map<int, std::string>>(
                                              std::map<int, std::string>{{1, "one"}, {2, "two"}}));
    return words.size();
  };
  EXPECT_THAT(size(), IsOkAndHolds(2u));
}

}  // namespace
}  // namespace fluxcascade
