#include "common/status/status_matchers.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const absl::Status kMissing = absl::NotFoundError("no such mapping");

TEST(StatusMatchersTest, IsOkTellsOkFromAnError) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(kMissing, Not(IsOk()));
  EXPECT_THAT(absl::StatusOr<int>(1), IsOk());
  EXPECT_THAT(absl::StatusOr<int>(kMissing), Not(IsOk()));
}

TEST(StatusMatchersTest, StatusIsComparesTheCode) {
  EXPECT_THAT(kMissing, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(kMissing, Not(StatusIs(absl::StatusCode::kInternal)));
  EXPECT_THAT(absl::StatusOr<int>(kMissing), StatusIs(absl::StatusCode::kNotFound));
}

TEST(StatusMatchersTest, StatusIsComparesTheMessageWhereOneIsGiven) {
  EXPECT_THAT(kMissing, StatusIs(absl::StatusCode::kNotFound, "no such mapping"));
  EXPECT_THAT(kMissing, StatusIs(absl::StatusCode::kNotFound, HasSubstr("mapping")));
  EXPECT_THAT(kMissing, Not(StatusIs(absl::StatusCode::kNotFound, HasSubstr("endpoint"))));
}

TEST(StatusMatchersTest, IsOkAndHoldsComparesTheValue) {
  const absl::StatusOr<std::vector<int>> numbers = std::vector<int>{1, 2};
  EXPECT_THAT(numbers, IsOkAndHolds(ElementsAre(1, 2)));
  EXPECT_THAT(numbers, Not(IsOkAndHolds(ElementsAre(1))));
  EXPECT_THAT(absl::StatusOr<std::string>("a"), IsOkAndHolds("a"));
  EXPECT_THAT(absl::StatusOr<int>(kMissing), Not(IsOkAndHolds(0)));
}

TEST(StatusMatchersTest, AssertOkAndAssignMovesTheValueOut) {
  FC_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<int> number,
                          absl::StatusOr<std::unique_ptr<int>>(std::make_unique<int>(7)));
  EXPECT_EQ(*number, 7);
}

TEST(StatusMatchersTest, AFailureShowsTheStatus) {
  testing::StringMatchResultListener listener;
  EXPECT_FALSE(testing::ExplainMatchResult(IsOk(), kMissing, &listener));
  EXPECT_THAT(listener.str(), HasSubstr("NOT_FOUND: no such mapping"));
}

}  // namespace
}  // namespace fluxcascade
