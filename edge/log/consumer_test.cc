#include "edge/log/consumer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

void ExpectRefused(const std::vector<std::string>& names, const std::string& error) {
  EXPECT_THAT(CheckFurtherConsumers(names),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(error)));
}

TEST(ConsumerTest, NamesAreShortAndPlainAndDifferent) {
  FC_EXPECT_OK(CheckFurtherConsumers({}));
  FC_EXPECT_OK(CheckFurtherConsumers({"a", "standby-2", std::string(32, 'n')}));
  ExpectRefused({std::string(33, 'n')}, "is not 1 to 32 characters of a-z, 0-9 and -");
  ExpectRefused({""}, "the name '' is not 1 to 32");
  ExpectRefused({"Standby"}, "the name 'Standby' is not 1 to 32");
  ExpectRefused({"a", "primary"}, "the name 'primary' is that of the first one");
  ExpectRefused({"a", "b", "a"}, "the name 'a' stands there twice");
}

TEST(ConsumerTest, AsManyAsMayBeAreTakenAndOneMoreIsNot) {
  std::vector<std::string> names;
  for (int i = 0; i < 8; ++i) names.push_back(absl::StrCat("c", i));
  FC_EXPECT_OK(CheckFurtherConsumers(names));
  names.push_back("c8");
  ExpectRefused(names, "9 names, of at most 8");
}

}  // namespace
}  // namespace fluxcascade::edge
