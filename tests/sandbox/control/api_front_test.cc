#include "tests/sandbox/control/api_front.h"

#include "common/time/fake_clock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

class ApiFrontTest : public testing::Test {
 protected:
  ApiFrontTest()
      : front_(
            clock_, [this](absl::Duration time) { clock_.Advance(time); },
            [this](const ApiRequest&) {
              ++handled_;
              return JsonResponse(200, {{"ok", true}});
            }) {}

  ApiResponse Get(const std::string& target) {
    ApiRequest request;
    request.method = "GET";
    request.target = target;
    request.receive_time = clock_.Now();
    return front_.Handle(request);
  }
  void AddFault(Fault fault) { front_.faults().Add(std::move(fault)); }
  CallRecord LastCall() { return front_.calls().List({}).back(); }

  FakeClock clock_;
  int handled_ = 0;
  ApiFront front_;
};

TEST_F(ApiFrontTest, WaitsForLatencyAndLogsHowLongItTook) {
  front_.set_latency(absl::Milliseconds(30));
  EXPECT_EQ(Get("/a").status, 200);
  EXPECT_EQ(LastCall().answer_time - LastCall().receive_time, absl::Milliseconds(30));
}

TEST_F(ApiFrontTest, AFaultsStatusReplacesWhatWouldBeDone) {
  Fault fault;
  fault.status = 503;
  fault.headers = {{"Retry-After", "2"}};
  fault.delay = absl::Seconds(1);
  AddFault(fault);
  const ApiResponse response = Get("/a");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers[0].second, "2");
  EXPECT_EQ(handled_, 0);
  EXPECT_EQ(LastCall().fault_id, "fault-1");
  EXPECT_EQ(LastCall().answer_time - LastCall().receive_time, absl::Seconds(1));
}

TEST_F(ApiFrontTest, ADropBeforeDoesNothingAndADropAfterDoesAll) {
  Fault fault;
  fault.drop = FaultDrop::kBefore;
  AddFault(fault);
  EXPECT_TRUE(Get("/a").drop_connection);
  EXPECT_EQ(handled_, 0);

  fault.drop = FaultDrop::kAfter;
  AddFault(fault);
  EXPECT_TRUE(Get("/a").drop_connection);
  EXPECT_EQ(handled_, 1);
  EXPECT_EQ(LastCall().status, 0);
}

TEST_F(ApiFrontTest, LogsNoTokens) {
  ApiRequest request;
  request.method = "POST";
  request.target = "/oauth/v1/token";
  request.body = "refresh_token=fake";
  front_.Handle(request);
  EXPECT_EQ(LastCall().request_body, "");
  EXPECT_EQ(LastCall().response_body, "");
}

}  // namespace
}  // namespace fluxcascade::sandbox
