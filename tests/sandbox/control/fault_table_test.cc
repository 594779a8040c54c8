#include "tests/sandbox/control/fault_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class FaultTableTest : public testing::Test {
 protected:
  void Add(const json& body) {
    std::string error;
    const std::optional<Fault> fault = ParseFault(body, error);
    ASSERT_TRUE(fault.has_value()) << error;
    table_.Add(*fault);
  }
  // The status that a request gets; 0 without a fault.
  int Status(const std::string& method, const std::string& target, const std::string& body = "") {
    const std::optional<Fault> fault = table_.Hit(method, target, body);
    return fault.has_value() ? fault->status : 0;
  }

  FaultTable table_;
};

TEST_F(FaultTableTest, HitsAsManyAsItSaysAfterWhatItSkips) {
  Add({{"status", 500}, {"skip", 1}, {"count", 2}});
  EXPECT_EQ(Status("GET", "/a"), 0);
  EXPECT_EQ(Status("GET", "/a"), 500);
  EXPECT_EQ(Status("GET", "/a"), 500);
  EXPECT_EQ(Status("GET", "/a"), 0);
  EXPECT_EQ(table_.List()[0].hits, 2);
}

TEST_F(FaultTableTest, HitsOnlyWhatMatches) {
  Add({{"status", 503},
       {"method", "POST"},
       {"target_contains", "/persons"},
       {"body_contains", "ann@"},
       {"count", -1}});
  EXPECT_EQ(Status("GET", "/persons", "ann@"), 0);
  EXPECT_EQ(Status("POST", "/deals", "ann@"), 0);
  EXPECT_EQ(Status("POST", "/v2/persons", "bob@"), 0);
  EXPECT_EQ(Status("POST", "/v2/persons", "{ann@}"), 503);
  EXPECT_EQ(Status("POST", "/v2/persons", "{ann@}"), 503);
}

TEST_F(FaultTableTest, GivesBackWhatItWasGiven) {
  const json given = {
      {"drop", "after"}, {"delay_ms", 20}, {"headers", {{"Retry-After", "1"}}}, {"body", "text"}};
  std::string error;
  const json shown = FaultJson(*ParseFault(given, error));
  for (const auto& [name, value] : given.items()) EXPECT_EQ(shown[name], value) << name;
}

TEST_F(FaultTableTest, NamesTheMemberThatIsWrong) {
  for (const json& bad : {json{{"stauts", 500}}, json{{"status", 199}}, json{{"status", "500"}},
                          json{{"drop", "later"}}, json{{"count", -2}}, json{{"skip", -1}}}) {
    std::string error;
    EXPECT_FALSE(ParseFault(bad, error).has_value()) << bad;
    EXPECT_THAT(error, HasSubstr(bad.begin().key()));
  }
}

TEST_F(FaultTableTest, ARemovedFaultHitsNothing) {
  Add({{"status", 500}});
  EXPECT_FALSE(table_.Remove("fault-2"));
  EXPECT_TRUE(table_.Remove("fault-1"));
  EXPECT_EQ(Status("GET", "/a"), 0);
}

}  // namespace
}  // namespace fluxcascade::sandbox
