// GoogleMock matchers for absl::Status and absl::StatusOr.
#ifndef FLUXCASCADE_COMMON_STATUS_STATUS_MATCHERS_H_
#define FLUXCASCADE_COMMON_STATUS_STATUS_MATCHERS_H_

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace fluxcascade {
namespace internal {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }

template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

class StatusMatcher {
 public:
  StatusMatcher(testing::Matcher<absl::StatusCode> code, testing::Matcher<std::string> message)
      : code_(std::move(code)), message_(std::move(message)) {}

  template <typename StatusLike>
  bool MatchAndExplain(const StatusLike& status_like,
                       testing::MatchResultListener* listener) const {
    return MatchStatus(StatusOf(status_like), listener);
  }
  void DescribeTo(std::ostream* os) const;
  void DescribeNegationTo(std::ostream* os) const;

 private:
  bool MatchStatus(const absl::Status& status, testing::MatchResultListener* listener) const;

  testing::Matcher<absl::StatusCode> code_;
  testing::Matcher<std::string> message_;
};

template <typename ValueMatcher>
class IsOkAndHoldsMatcher {
 public:
  explicit IsOkAndHoldsMatcher(ValueMatcher value) : value_(std::move(value)) {}

  // For any StatusOr<T>, by value or reference.
  template <typename StatusOrT>
  operator testing::Matcher<StatusOrT>() const {  // NOLINT(google-explicit-constructor)
    return testing::Matcher<StatusOrT>(new Impl<StatusOrT>(value_));
  }

 private:
  template <typename StatusOrT>
  class Impl final : public testing::MatcherInterface<StatusOrT> {
   public:
    using Value = typename std::remove_cvref_t<StatusOrT>::value_type;

    explicit Impl(const ValueMatcher& value)
        : value_(testing::SafeMatcherCast<const Value&>(value)) {}

    bool MatchAndExplain(StatusOrT status_or,
                         testing::MatchResultListener* listener) const override {
      if (!status_or.ok()) {
        *listener << "whose status is " << status_or.status().ToString();
        return false;
      }
      return value_.MatchAndExplain(*status_or, listener);
    }
    void DescribeTo(std::ostream* os) const override {
      *os << "is OK and holds a value that ";
      value_.DescribeTo(os);
    }
    void DescribeNegationTo(std::ostream* os) const override {
      *os << "is not OK or holds a value that ";
      value_.DescribeNegationTo(os);
    }

   private:
    testing::Matcher<const Value&> value_;
  };

  ValueMatcher value_;
};

}  // namespace internal

// A Status or StatusOr that is OK.
testing::PolymorphicMatcher<internal::StatusMatcher> IsOk();

// A Status or StatusOr of that code, and with a message that matches where one is asked for:
//   EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, HasSubstr("mapping")));
testing::PolymorphicMatcher<internal::StatusMatcher> StatusIs(
    testing::Matcher<absl::StatusCode> code);
testing::PolymorphicMatcher<internal::StatusMatcher> StatusIs(
    testing::Matcher<absl::StatusCode> code, testing::Matcher<std::string> message);

// A StatusOr that is OK with a value that matches.
template <typename ValueMatcher>
internal::IsOkAndHoldsMatcher<std::decay_t<ValueMatcher>> IsOkAndHolds(ValueMatcher&& value) {
  return internal::IsOkAndHoldsMatcher<std::decay_t<ValueMatcher>>(
      std::forward<ValueMatcher>(value));
}

}  // namespace fluxcascade

#define FC_EXPECT_OK(expression) EXPECT_THAT(expression, ::fluxcascade::IsOk())
#define FC_ASSERT_OK(expression) ASSERT_THAT(expression, ::fluxcascade::IsOk())

// Declares or assigns `target` from a StatusOr, or fails the test and returns from it.
#define FC_ASSERT_OK_AND_ASSIGN(target, ...)                                                  \
  FC_ASSERT_OK_AND_ASSIGN_INNER(FC_MATCHERS_CONCAT(fc_asserted_status_or_, __LINE__), target, \
                                (__VA_ARGS__))

#define FC_MATCHERS_CONCAT(a, b) FC_MATCHERS_CONCAT_INNER(a, b)
#define FC_MATCHERS_CONCAT_INNER(a, b) a##b
#define FC_ASSERT_OK_AND_ASSIGN_INNER(status_or, target, expression) \
  auto status_or = expression;                                       \
  ASSERT_THAT(status_or.status(), ::fluxcascade::IsOk());            \
  target = *std::move(status_or)

#endif  // FLUXCASCADE_COMMON_STATUS_STATUS_MATCHERS_H_
