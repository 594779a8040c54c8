#include "common/status/status_matchers.h"

#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"

namespace fluxcascade {
namespace internal {

bool StatusMatcher::MatchStatus(const absl::Status& status,
                                testing::MatchResultListener* listener) const {
  *listener << "whose status is " << status.ToString();
  return code_.Matches(status.code()) && message_.Matches(std::string(status.message()));
}

void StatusMatcher::DescribeTo(std::ostream* os) const {
  *os << "has a status code that ";
  code_.DescribeTo(os);
  *os << ", and a message that ";
  message_.DescribeTo(os);
}

void StatusMatcher::DescribeNegationTo(std::ostream* os) const {
  *os << "has a status code that ";
  code_.DescribeNegationTo(os);
  *os << ", or a message that ";
  message_.DescribeNegationTo(os);
}

}  // namespace internal

testing::PolymorphicMatcher<internal::StatusMatcher> IsOk() {
  return StatusIs(absl::StatusCode::kOk);
}

testing::PolymorphicMatcher<internal::StatusMatcher> StatusIs(
    testing::Matcher<absl::StatusCode> code) {
  return StatusIs(std::move(code), testing::A<std::string>());
}

testing::PolymorphicMatcher<internal::StatusMatcher> StatusIs(
    testing::Matcher<absl::StatusCode> code, testing::Matcher<std::string> message) {
  return testing::MakePolymorphicMatcher(
      internal::StatusMatcher(std::move(code), std::move(message)));
}

}  // namespace fluxcascade
