#include "controlplane/store/rocks/due_lines.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::DIRECTION_INBOUND;
using store::v1::DIRECTION_OUTBOUND;

absl::Time At(int seconds) { return absl::FromUnixSeconds(seconds); }

class DueLinesTest : public testing::Test {
 protected:
  std::optional<absl::Time> From(absl::string_view destination) {
    for (const DueLines::Line& line : lines_.Lines(DIRECTION_INBOUND)) {
      if (line.destination == destination) return line.from;
    }
    return std::nullopt;
  }

  DueLines lines_;
};

TEST_F(DueLinesTest, ALineBeginsAtItsEarliestItem) {
  lines_.Added(DIRECTION_INBOUND, "crm", At(20));
  lines_.Added(DIRECTION_INBOUND, "crm", At(10));
  lines_.Added(DIRECTION_INBOUND, "crm", At(30));
  EXPECT_EQ(From("crm"), At(10));
}

TEST_F(DueLinesTest, DirectionsAndDestinationsAreApart) {
  lines_.Added(DIRECTION_INBOUND, "crm", At(20));
  lines_.Added(DIRECTION_INBOUND, "erp", At(10));
  lines_.Added(DIRECTION_OUTBOUND, "crm", At(5));
  EXPECT_EQ(From("crm"), At(20));
  EXPECT_EQ(lines_.Lines(DIRECTION_INBOUND).size(), 2u);
  EXPECT_EQ(lines_.Lines(DIRECTION_OUTBOUND).size(), 1u);
}

TEST_F(DueLinesTest, AScanRaisesTheBound) {
  lines_.Added(DIRECTION_INBOUND, "crm", At(10));
  const uint64_t since = lines_.Now();
  lines_.Raise(DIRECTION_INBOUND, "crm", At(15), since);
  EXPECT_EQ(From("crm"), At(15));
  lines_.Raise(DIRECTION_INBOUND, "crm", At(12), since);
  EXPECT_EQ(From("crm"), At(15));
}

TEST_F(DueLinesTest, AScanThatMayHaveMissedAnItemRaisesNothing) {
  lines_.Added(DIRECTION_INBOUND, "crm", At(10));
  const uint64_t since = lines_.Now();
  lines_.Added(DIRECTION_INBOUND, "crm", At(12));
  lines_.Raise(DIRECTION_INBOUND, "crm", At(15), since);
  EXPECT_EQ(From("crm"), At(10));
  lines_.Drop(DIRECTION_INBOUND, "crm", since);
  EXPECT_EQ(From("crm"), At(10));
}

TEST_F(DueLinesTest, AnItemThatWasAddedElsewhereDoesNotHinderAScan) {
  lines_.Added(DIRECTION_INBOUND, "crm", At(10));
  const uint64_t since = lines_.Now();
  lines_.Added(DIRECTION_INBOUND, "erp", At(12));
  lines_.Raise(DIRECTION_INBOUND, "crm", At(15), since);
  EXPECT_EQ(From("crm"), At(15));
}

TEST_F(DueLinesTest, AnEmptyLineIsDroppedAndComesBack) {
  lines_.Added(DIRECTION_INBOUND, "crm", At(10));
  lines_.Drop(DIRECTION_INBOUND, "crm", lines_.Now());
  EXPECT_EQ(From("crm"), std::nullopt);
  lines_.Raise(DIRECTION_INBOUND, "crm", At(99), lines_.Now());
  EXPECT_EQ(From("crm"), std::nullopt);
  lines_.Added(DIRECTION_INBOUND, "crm", At(11));
  EXPECT_EQ(From("crm"), At(11));
}

}  // namespace
}  // namespace fluxcascade
