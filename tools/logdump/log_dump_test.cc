#include "tools/logdump/log_dump.h"

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_database.h"
#include "edge/log/log_folder.h"
#include "edge/log/rocks_event_log.h"
#include "edge/log/test_folders.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class LogDumpTest : public testing::Test {
 protected:
  LogDumpTest() { options_.folder.database = {.path = "/state/log", .env = env_.get()}; }

  void Write(const std::vector<v1::LoggedRequest>& requests, uint64_t acknowledged = 0) {
    FC_ASSERT_OK_AND_ASSIGN(const auto log, RocksEventLog::Open(options_, clock_, random_));
    for (const v1::LoggedRequest& request : requests) FC_ASSERT_OK(AppendAndWait(*log, request));
    FC_ASSERT_OK(log->Acknowledge(log->State().log_id(), acknowledged));
    FC_ASSERT_OK(log->RetentionStep());
  }
  void WriteBodies(const std::vector<std::string>& bodies) {
    std::vector<v1::LoggedRequest> requests;
    for (const std::string& body : bodies) requests.push_back(RequestWithBody(body));
    Write(requests);
  }
  void Lose(uint64_t sequence) {
    FC_ASSERT_OK_AND_ASSIGN(const auto database, LogDatabase::Open(options_.folder.database));
    ASSERT_TRUE(database->db()
                    ->Delete(rocksdb::WriteOptions(), database->requests(), EncodeKey(sequence))
                    .ok());
  }
  // The lines; what went wrong is in status_.
  std::vector<json> Dump(const DumpOptions& options) {
    return Lines([&](const LogFolder& folder, std::ostream& out) {
      return DumpRequests(folder, options, out);
    });
  }
  std::vector<json> Check() { return Lines(DumpCheck); }

  template <typename Write>
  std::vector<json> Lines(const Write& write) {
    const auto folder = LogFolder::OpenForReading(options_.folder);
    EXPECT_THAT(folder, IsOk());
    if (!folder.ok()) return {};
    std::ostringstream out;
    status_ = write(**folder, out);
    text_ = out.str();
    std::vector<json> lines;
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(text_, '\n'))) {
      if (!line.empty()) lines.push_back(json::parse(line));
    }
    return lines;
  }
  std::vector<uint64_t> Sequences(const DumpOptions& options) {
    std::vector<uint64_t> sequences;
    for (const json& line : Dump(options)) sequences.push_back(line["sequence"]);
    return sequences;
  }

  const std::unique_ptr<rocksdb::Env> env_ = NewTestEnv();
  FakeClock clock_;
  FakeRandom random_;
  RocksEventLogOptions options_;
  absl::Status status_;
  std::string text_;
};

TEST_F(LogDumpTest, ALineSaysWhatARequestIsButNotWhatItHolds) {
  v1::LoggedRequest request = RequestWithBody("secret-body-for-test");
  request.set_query("token=secret-query-for-test");
  request.add_verified_by("v3");
  v1::Header* header = request.add_headers();
  header->set_name("x-signature");
  header->set_value("secret-header-for-test");
  Write({request});
  const std::vector<json> lines = Dump({});
  FC_EXPECT_OK(status_);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["sequence"], 1);
  EXPECT_EQ(lines[0]["receive_time"], "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(lines[0]["hook"], "hook-1");
  EXPECT_EQ(lines[0]["verified_by"], json({"v3"}));
  EXPECT_EQ(lines[0]["headers"], json({"x-signature"}));
  EXPECT_EQ(lines[0]["header_bytes"], 33);
  EXPECT_EQ(lines[0]["query_bytes"], 27);
  EXPECT_EQ(lines[0]["body_bytes"], 20);
  EXPECT_THAT(std::string(lines[0]["chain"]), SizeIs(32));
  EXPECT_THAT(text_, Not(HasSubstr("secret")));
}

TEST_F(LogDumpTest, BodiesAreWrittenWhenAskedFor) {
  WriteBodies({R"({"name":"Jürgen"})", std::string("\xff\x00", 2)});
  const std::vector<json> lines = Dump({.bodies = true});
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0]["body"], R"({"name":"Jürgen"})");
  EXPECT_EQ(lines[1]["body_base64"], "/wA=");
  EXPECT_FALSE(lines[1].contains("body"));
}

TEST_F(LogDumpTest, ARangeCanBeAskedFor) {
  WriteBodies({"a", "b", "c", "d"});
  EXPECT_THAT(Sequences({}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Sequences({.from = 3}), ElementsAre(3, 4));
  EXPECT_THAT(Sequences({.from = 2, .limit = 2}), ElementsAre(2, 3));
  EXPECT_THAT(Sequences({.limit = 0}), IsEmpty());
  EXPECT_THAT(Sequences({.from = 5}), IsEmpty());
  FC_EXPECT_OK(status_);
  EXPECT_THAT(Sequences({.from = ~uint64_t{0}}), IsEmpty());
  FC_EXPECT_OK(status_);
}

TEST_F(LogDumpTest, AMissingRequestEndsTheDumpAndSaysHowToGoOn) {
  WriteBodies({"a", "b", "c"});
  Lose(2);
  EXPECT_THAT(Sequences({}), ElementsAre(1));
  EXPECT_THAT(status_, StatusIs(StatusCode::kDataLoss,
                                AllOf(HasSubstr("request 2"), HasSubstr("--from=3"))));
  EXPECT_THAT(Sequences({.from = 3}), ElementsAre(3));
  FC_EXPECT_OK(status_);
}

TEST_F(LogDumpTest, TheCheckOfAWholeLogSaysHowMuchThereIs) {
  Write({RequestWithBody("a"), RequestWithBody("b")}, /*acknowledged=*/1);
  const std::vector<json> lines = Check();
  FC_EXPECT_OK(status_);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(std::string(lines[0]["log_id"]), SizeIs(32));
  EXPECT_EQ(lines[0]["first_sequence"], 1);
  EXPECT_EQ(lines[0]["next_sequence"], 3);
  EXPECT_EQ(lines[0]["bytes"], 2 * RecordSize(Seal(RequestWithBody("a")).bytes.size()));
  EXPECT_EQ(lines[0]["acknowledged_through"], 1);
  EXPECT_EQ(lines[0]["consumers"], json::array());
  EXPECT_EQ(lines[0]["check"], "ok");
}

TEST_F(LogDumpTest, TheCheckShowsHowFarEachConsumerIs) {
  options_.further_consumers = {"standby", "archive"};
  Write({RequestWithBody("a"), RequestWithBody("b")}, /*acknowledged=*/2);
  const std::vector<json> lines = Check();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["acknowledged_through"], 2);
  EXPECT_EQ(lines[0]["consumers"], json::parse(R"([{"name": "archive", "acknowledged_through": 0},
                            {"name": "standby", "acknowledged_through": 0}])"));
}

TEST_F(LogDumpTest, TheCheckOfADamagedLogSaysWhatIsWrong) {
  WriteBodies({"a", "b", "c"});
  Lose(2);
  const std::vector<json> lines = Check();
  EXPECT_THAT(status_, StatusIs(StatusCode::kDataLoss));
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(std::string(lines[0]["check"]), HasSubstr("request 2 of the log: it is missing"));
}

}  // namespace
}  // namespace fluxcascade::edge
