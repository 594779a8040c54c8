#include "edge/verify/signed_request.h"

#include <vector>

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using Count = HeaderLookup::Count;

TEST(FindHeaderTest, TheCaseOfANameDoesNotMatter) {
  const std::vector<RawHeader> headers = {{"Host", "a"}, {"X-SIGNATURE", "value"}};
  const HeaderLookup found = FindHeader(headers, "x-signature");
  EXPECT_EQ(found.count, Count::kOne);
  EXPECT_EQ(found.value, "value");
}

TEST(FindHeaderTest, AnAbsentHeaderIsNotAnEmptyOne) {
  const std::vector<RawHeader> headers = {{"X-Empty", ""}};
  EXPECT_EQ(FindHeader(headers, "x-empty").count, Count::kOne);
  EXPECT_EQ(FindHeader(headers, "x-absent").count, Count::kNone);
  EXPECT_EQ(FindHeader({}, "x-absent").count, Count::kNone);
}

TEST(FindHeaderTest, OfSeveralNoneIsChosenEvenIfTheyAgree) {
  const std::vector<RawHeader> headers = {{"X-Signature", "a"}, {"x-signature", "a"}};
  const HeaderLookup found = FindHeader(headers, "x-signature");
  EXPECT_EQ(found.count, Count::kSeveral);
  EXPECT_EQ(found.value, "");
}

TEST(FindHeaderTest, ThreeAreStillSeveral) {
  const std::vector<RawHeader> headers = {{"a", "1"}, {"a", "2"}, {"a", "3"}};
  EXPECT_EQ(FindHeader(headers, "a").count, Count::kSeveral);
}

TEST(FindHeaderTest, APrefixOfANameIsAnotherName) {
  const std::vector<RawHeader> headers = {{"X-Signature-V3", "v"}};
  EXPECT_EQ(FindHeader(headers, "x-signature").count, Count::kNone);
}

}  // namespace
}  // namespace fluxcascade::edge
