#include "controlplane/api/sync_log_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using store::v1::SyncLog;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SyncLogServiceTest : public testing::Test {
 protected:
  using Stub = v1::SyncLogService::StubInterface;

  // Of record 7 through mapping `m`, which was created; gives its name.
  static SyncLog MakeLog(const std::string& id) {
    SyncLog log;
    log.set_name(absl::StrCat("workspaces/default/syncLogs/", id));
    log.set_trigger(SyncLog::TRIGGER_WEBHOOK);
    log.set_mapping("workspaces/default/mappings/m");
    log.set_source_record_id("7");
    log.set_result(SyncLog::RESULT_CREATED);
    return log;
  }
  std::string Add(SyncLog log) {
    *log.mutable_time() = ToProto(env_.clock.Now());
    env_.Do([&](Transaction& tx) { return tx.sync_logs().Insert(log); });
    return log.name();
  }
  absl::StatusOr<v1::ListSyncLogsResponse> List(const std::string& fields) {
    return api_.Call(&Stub::ListSyncLogs, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  std::vector<std::string> Names(const std::string& fields) {
    return Walk([&](const std::string& token) { return List(fields + token); },
                [](const auto& page) { return page.sync_logs(); });
  }

  ApiEnvironment env_;
  SyncLogServiceImpl service_{env_.context};
  InProcess<v1::SyncLogService> api_{service_};
};

TEST_F(SyncLogServiceTest, ShowsTriggerEventRecordSourceAndAllElse) {
  SyncLog stored = MakeLog("1");
  stored.set_event("contact.update");
  stored.set_record("john@example.com");
  stored.set_source("HubSpot");
  stored.set_target("Pipedrive");
  stored.set_delivery("workspaces/default/deliveries/d");
  stored.set_target_record_id("70");
  stored.add_fields_changed("email");
  stored.set_result(SyncLog::RESULT_FAILED);
  stored.set_error("Name cannot be empty");
  *stored.mutable_duration() = ToProto(absl::Milliseconds(12));
  Add(stored);
  FC_ASSERT_OK_AND_ASSIGN(const auto page, List(""));
  ASSERT_EQ(page.sync_logs_size(), 1);
  const v1::SyncLog& log = page.sync_logs(0);
  EXPECT_EQ(FromProto(log.time()), env_.clock.Now());
  EXPECT_EQ(log.trigger(), v1::SyncLog::TRIGGER_WEBHOOK);
  EXPECT_EQ(log.event(), "contact.update");
  EXPECT_EQ(log.record(), "john@example.com");
  EXPECT_EQ(log.source(), "HubSpot");
  EXPECT_EQ(log.target(), "Pipedrive");
  EXPECT_EQ(log.mapping(), "workspaces/default/mappings/m");
  EXPECT_EQ(log.delivery(), "workspaces/default/deliveries/d");
  EXPECT_EQ(log.source_record_id(), "7");
  EXPECT_EQ(log.target_record_id(), "70");
  EXPECT_THAT(log.fields_changed(), ElementsAre("email"));
  EXPECT_EQ(log.result(), v1::SyncLog::RESULT_FAILED);
  EXPECT_EQ(log.error(), "Name cannot be empty");
  EXPECT_EQ(FromProto(log.duration()), absl::Milliseconds(12));
}

TEST_F(SyncLogServiceTest, TheParentIsAKnownWorkspace) {
  EXPECT_THAT(api_.Call(&Stub::ListSyncLogs, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
  EXPECT_THAT(api_.Call(&Stub::ListSyncLogs, "parent: 'default'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("parent: \"default\"")));
}

TEST_F(SyncLogServiceTest, AListGivesAllOncePageByPageNewestFirst) {
  const std::string a = Add(MakeLog("a"));
  const std::string b = Add(MakeLog("b"));
  const std::string c = Add(MakeLog("c"));
  EXPECT_THAT(Names("page_size: 2 "), ElementsAre(c, b, a));
}

TEST_F(SyncLogServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
}

TEST_F(SyncLogServiceTest, AListCanBeOfAMappingARecordOrAResult) {
  const std::string plain = Add(MakeLog("a"));
  SyncLog other = MakeLog("b");
  other.set_mapping("workspaces/default/mappings/other");
  Add(other);
  SyncLog failed = MakeLog("c");
  failed.set_source_record_id("8");
  failed.set_result(SyncLog::RESULT_FAILED);
  Add(failed);
  EXPECT_THAT(Names("mapping: 'workspaces/default/mappings/other' "), ElementsAre(other.name()));
  EXPECT_THAT(Names("source_record_id: '7' "), ElementsAre(other.name(), plain));
  EXPECT_THAT(Names("mapping: 'workspaces/default/mappings/m' source_record_id: '7' "),
              ElementsAre(plain));
  EXPECT_THAT(Names("result: RESULT_FAILED "), ElementsAre(failed.name()));
  EXPECT_THAT(Names("result: RESULT_SKIPPED "), IsEmpty());
}

TEST_F(SyncLogServiceTest, AFilterByAValueThatThereIsNotIsRefused) {
  EXPECT_THAT(List("result: 99").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("result: 99 is none of"), HasSubstr("RESULT_FAILED"))));
}

}  // namespace
}  // namespace fluxcascade
