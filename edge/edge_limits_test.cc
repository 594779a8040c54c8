#include "edge/edge_limits.h"

#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "common/flags/flags.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

class EdgeLimitsTest : public testing::Test {
 protected:
  absl::StatusOr<EdgeLimits> With(const std::vector<std::string>& arguments) {
    FC_EXPECT_OK(ParseFlags(arguments));
    return EdgeLimitsFromFlags();
  }

  absl::FlagSaver saver_;
};

TEST_F(EdgeLimitsTest, WithoutFlagsTheyAreTheParts) {
  FC_ASSERT_OK_AND_ASSIGN(const EdgeLimits limits, With({}));
  const FramerLimits framer;
  EXPECT_EQ(limits.framer.max_request_line, framer.max_request_line);
  EXPECT_EQ(limits.framer.max_header_bytes, framer.max_header_bytes);
  EXPECT_EQ(limits.framer.max_headers, framer.max_headers);
  const ConnectionLimits connection;
  EXPECT_EQ(limits.connection.max_pipelined, connection.max_pipelined);
  EXPECT_EQ(limits.connection.handshake, connection.handshake);
  EXPECT_EQ(limits.connection.head, connection.head);
  EXPECT_EQ(limits.connection.body, connection.body);
  EXPECT_EQ(limits.connection.idle, connection.idle);
  EXPECT_EQ(limits.connection.answer, connection.answer);
  EXPECT_EQ(limits.connection.write, connection.write);
  EXPECT_EQ(limits.connection.min_request_rate, connection.min_request_rate);
  EXPECT_EQ(limits.connection.request_rate_grace, connection.request_rate_grace);
  EXPECT_EQ(limits.connection.min_answer_rate, connection.min_answer_rate);
  const EdgeLimits own;
  EXPECT_EQ(limits.max_connections_per_address, own.max_connections_per_address);
  EXPECT_EQ(limits.max_body_bytes_under_way, own.max_body_bytes_under_way);
  EXPECT_EQ(limits.max_commit_waits, own.max_commit_waits);
  EXPECT_EQ(limits.hook_rate, RateLimit());
}

TEST_F(EdgeLimitsTest, EachFlagIsItsOwnLimit) {
  FC_ASSERT_OK_AND_ASSIGN(
      const EdgeLimits limits,
      With({"--max_connections_per_address=11", "--max_body_bytes_under_way=12",
            "--max_request_line_bytes=130", "--max_header_bytes=1400", "--max_headers=15",
            "--max_pipelined_requests=16", "--handshake_timeout=17s", "--head_timeout=18s",
            "--body_timeout=19s", "--idle_timeout=20s", "--answer_timeout=21s",
            "--write_timeout=22s", "--min_request_rate=23", "--request_rate_grace=24s",
            "--min_answer_rate=25", "--hook_requests_per_second=26", "--hook_burst=27",
            "--max_commit_waits=28"}));
  EXPECT_EQ(limits.max_connections_per_address, 11u);
  EXPECT_EQ(limits.max_body_bytes_under_way, 12u);
  EXPECT_EQ(limits.framer.max_request_line, 130u);
  EXPECT_EQ(limits.framer.max_header_bytes, 1400u);
  EXPECT_EQ(limits.framer.max_headers, 15u);
  EXPECT_EQ(limits.connection.max_pipelined, 16u);
  EXPECT_EQ(limits.connection.handshake, absl::Seconds(17));
  EXPECT_EQ(limits.connection.head, absl::Seconds(18));
  EXPECT_EQ(limits.connection.body, absl::Seconds(19));
  EXPECT_EQ(limits.connection.idle, absl::Seconds(20));
  EXPECT_EQ(limits.connection.answer, absl::Seconds(21));
  EXPECT_EQ(limits.connection.write, absl::Seconds(22));
  EXPECT_EQ(limits.connection.min_request_rate, 23u);
  EXPECT_EQ(limits.connection.request_rate_grace, absl::Seconds(24));
  EXPECT_EQ(limits.connection.min_answer_rate, 25u);
  EXPECT_EQ(limits.hook_rate.requests_per_second, 26u);
  EXPECT_EQ(limits.hook_rate.burst, 27u);
  EXPECT_EQ(limits.max_commit_waits, 28u);
}

struct Bounds {
  std::string flag;
  std::string below;  // empty: there is nothing below
  std::string least;
  std::string most;
  std::string above;
};

std::vector<Bounds> AllBounds() {
  std::vector<Bounds> all = {
      {"max_connections_per_address", "0", "1", "1000000", "1000001"},
      {"max_body_bytes_under_way", "0", "1", "1099511627776", "1099511627777"},
      {"max_commit_waits", "", "0", "1000000", "1000001"},
      {"max_request_line_bytes", "63", "64", "16384", "16385"},
      {"max_header_bytes", "1023", "1024", "32768", "32769"},
      {"max_headers", "7", "8", "256", "257"},
      {"max_pipelined_requests", "0", "1", "1024", "1025"},
      {"min_request_rate", "0", "1", "1048576", "1048577"},
      {"min_answer_rate", "0", "1", "1048576", "1048577"},
      {"hook_requests_per_second", "", "0", "1000000", "1000001"},
      {"hook_burst", "", "0", "1000000", "1000001"},
  };
  for (const char* time : {"handshake_timeout", "head_timeout", "body_timeout", "idle_timeout",
                           "answer_timeout", "write_timeout", "request_rate_grace"}) {
    all.push_back({time, "99ms", "100ms", "1h", "1h1s"});
  }
  return all;
}

class EdgeLimitBoundsTest : public EdgeLimitsTest, public testing::WithParamInterface<Bounds> {
 protected:
  void ExpectRefused(const std::string& value) {
    const Bounds& bounds = GetParam();
    EXPECT_THAT(With({absl::StrCat("--", bounds.flag, "=", value)}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("--", bounds.flag, ": ", value, " is not within ",
                                      bounds.least, " to ", bounds.most)));
  }
};

TEST_P(EdgeLimitBoundsTest, TakesBothEndsAndNothingBeyond) {
  const Bounds& bounds = GetParam();
  FC_EXPECT_OK(With({absl::StrCat("--", bounds.flag, "=", bounds.least)}));
  FC_EXPECT_OK(With({absl::StrCat("--", bounds.flag, "=", bounds.most)}));
  ExpectRefused(bounds.above);
  if (!bounds.below.empty()) ExpectRefused(bounds.below);
}

INSTANTIATE_TEST_SUITE_P(All, EdgeLimitBoundsTest, testing::ValuesIn(AllBounds()),
                         [](const auto& info) { return info.param.flag; });

}  // namespace
}  // namespace fluxcascade::edge
