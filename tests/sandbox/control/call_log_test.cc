#include "tests/sandbox/control/call_log.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

CallRecord Call(const std::string& method, const std::string& target, int status = 200) {
  CallRecord record;
  record.method = method;
  record.target = target;
  record.status = status;
  return record;
}

TEST(CallLogTest, ListsWhatTheFilterAsksForOldestFirst) {
  CallLog log;
  log.Add(Call("GET", "/a"));
  log.Add(Call("POST", "/a"));
  log.Add(Call("GET", "/b"));
  log.Add(Call("GET", "/a/c"));

  CallLog::Filter filter;
  filter.method = "GET";
  filter.target_contains = "/a";
  ASSERT_EQ(log.List(filter).size(), 2);
  EXPECT_EQ(log.List(filter)[0].number, 1);
  filter.after = 1;
  ASSERT_EQ(log.List(filter).size(), 1);
  EXPECT_EQ(log.List(filter)[0].target, "/a/c");
  filter.limit = 0;
  EXPECT_TRUE(log.List(filter).empty());
}

TEST(CallLogTest, CountsByShapeOfPath) {
  CallLog log;
  log.Add(Call("GET", "/v3/contacts/17?a=b"));
  log.Add(Call("GET", "/v3/contacts/ann%40example.com"));
  log.Add(Call("GET", "/v3/contacts/18", 404));
  const nlohmann::json counts = log.Counts();
  EXPECT_EQ(counts["GET /v3/contacts/{id} 200"], 2);
  EXPECT_EQ(counts["GET /v3/contacts/{id} 404"], 1);
}

TEST(CallLogTest, KeepsTheStartOfALongBody) {
  CallLog log;
  CallRecord record = Call("POST", "/a");
  record.request_body = std::string(CallLog::kMaxBodyBytes + 1, 'x');
  log.Add(record);
  EXPECT_EQ(log.List({})[0].request_body.size(), CallLog::kMaxBodyBytes);
}

TEST(CallLogTest, MasksCredentials) {
  EXPECT_EQ(MaskCredentials("/webhooks?hapikey=fake-key&a=b"), "/webhooks?hapikey=***&a=b");
  EXPECT_EQ(MaskCredentials("/v1/users/me?api_token=fake"), "/v1/users/me?api_token=***");
  EXPECT_EQ(MaskCredentials("/oauth/v1/access-tokens/fake"), "/oauth/v1/access-tokens/***");
  EXPECT_EQ(MaskCredentials("/crm/v3"), "/crm/v3");
}

}  // namespace
}  // namespace fluxcascade::sandbox
