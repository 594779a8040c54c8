#include "controlplane/dispatch/dispatch_executor.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "common/http/fake_http_client.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/dispatch/signature.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Attempt;
using store::v1::Delivery;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kSecret[] = "whsec_not-a-real-secret";

std::string HeaderOf(const HttpRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "";
}

class DispatchExecutorTest : public testing::Test {
 protected:
  DispatchExecutorTest() {
    endpoint_.set_name("workspaces/default/endpoints/e");
    endpoint_.set_url("https://hooks.example/1");
    message_.set_name("workspaces/default/messages/msg-1");
    message_.set_event_type("record.updated");
    message_.set_body("{\"id\":\"msg-1\"}");
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
      FC_RETURN_IF_ERROR(tx.endpoints().Insert(endpoint_));
      FC_RETURN_IF_ERROR(tx.messages().Insert(message_));
      FC_ASSIGN_OR_RETURN(name_, AcceptMessage(tx, endpoint_, message_, clock_.Now(), random_));
      return absl::OkStatus();
    }));
  }

  // Claims the delivery, which must be due.
  ClaimedDelivery Claim() {
    std::optional<ClaimedDelivery> claimed;
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
      claimed.reset();
      ClaimRequest request;
      request.direction = store::v1::DIRECTION_OUTBOUND;
      request.now = clock_.Now();
      request.holder = "pool";
      request.lease = absl::Minutes(1);
      FC_ASSIGN_OR_RETURN(const auto items, tx.queue().ClaimDue(request));
      if (items.empty()) return absl::NotFoundError("nothing is due");
      FC_ASSIGN_OR_RETURN(claimed, Begin(tx, items[0], clock_.Now()));
      return absl::OkStatus();
    }));
    return claimed.value_or(ClaimedDelivery());
  }

  // Claims the delivery, which must be due, and makes one attempt.
  void AttemptOnce() {
    executor_.Execute(Claim(), [this] { ++done_; });
  }

  Delivery Stored() {
    Delivery delivery;
    FC_EXPECT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(delivery, tx.deliveries().Get(name_));
      return absl::OkStatus();
    }));
    return delivery;
  }

  std::vector<Attempt> Attempts() {
    std::vector<Attempt> attempts;
    FC_EXPECT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(attempts, tx.deliveries().ListAttempts(name_));
      return absl::OkStatus();
    }));
    return attempts;
  }

  void ExpectRetriedAfterAMinute() {
    EXPECT_EQ(done_, 1);
    EXPECT_EQ(Stored().state(), Delivery::STATE_PENDING);
    EXPECT_EQ(FromProto(Stored().next_attempt_time()), clock_.Now() + absl::Minutes(1));
    ASSERT_THAT(Attempts(), SizeIs(1));
    EXPECT_FALSE(Attempts()[0].succeeded());
    EXPECT_EQ(Attempts()[0].blame(), Attempt::BLAME_ENDPOINT);
  }

  static absl::StatusOr<HttpResponse> Answer(int status) {
    HttpResponse response;
    response.status = status;
    return response;
  }

  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeClock clock_;
  FakeRandom random_;
  absl::StatusOr<HttpResponse> answer_ = Answer(200);
  FakeHttpClient http_{[this](const HttpRequest&) { return answer_; }};
  DispatchExecutor executor_{DispatchDependencies{
      *store_, http_, clock_,
      [](const store::v1::Endpoint&) { return absl::StatusOr<std::string>(kSecret); }}};
  store::v1::Endpoint endpoint_;
  store::v1::Message message_;
  std::string name_;
  int done_ = 0;
};

TEST_F(DispatchExecutorTest, AnyStatusFrom200To299Succeeds) {
  answer_ = Answer(299);
  AttemptOnce();
  EXPECT_EQ(done_, 1);
  EXPECT_EQ(Stored().state(), Delivery::STATE_SUCCEEDED);
  ASSERT_THAT(Attempts(), SizeIs(1));
  EXPECT_TRUE(Attempts()[0].succeeded());
  EXPECT_EQ(Attempts()[0].http_status(), 299);
}

TEST_F(DispatchExecutorTest, ARedirectIsNoSuccess) {
  answer_ = Answer(300);
  AttemptOnce();
  ExpectRetriedAfterAMinute();
}

TEST_F(DispatchExecutorTest, AnErrorOfTheEndpointIsRetriedAfterAMinute) {
  answer_ = Answer(500);
  AttemptOnce();
  ExpectRetriedAfterAMinute();
  EXPECT_THAT(Attempts()[0].error(), HasSubstr("500"));
}

TEST_F(DispatchExecutorTest, ATimeoutIsRetriedAfterAMinute) {
  answer_ = absl::DeadlineExceededError("no answer within 30 s");
  AttemptOnce();
  ExpectRetriedAfterAMinute();
}

TEST_F(DispatchExecutorTest, AnAttemptWhoseDeliveryWasGivenBackIsNoError) {
  const ClaimedDelivery late = Claim();
  clock_.Advance(absl::Minutes(2));
  Claim();
  testing::internal::CaptureStderr();
  executor_.Execute(late, [this] { ++done_; });
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("an attempt ended after its delivery was given back"),
                    HasSubstr("\"info\"")));
  EXPECT_EQ(done_, 1);
  EXPECT_EQ(Stored().state(), Delivery::STATE_RUNNING);
}

TEST_F(DispatchExecutorTest, SendsTheDocumentedHeadersAndTheSignedBody) {
  AttemptOnce();
  ASSERT_THAT(http_.requests(), SizeIs(1));
  const HttpRequest request = http_.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://hooks.example/1");
  EXPECT_EQ(request.body, message_.body());
  EXPECT_EQ(HeaderOf(request, "Content-Type"), "application/json");
  EXPECT_EQ(HeaderOf(request, "X-FluxCascade-Signature"), SignatureOf(kSecret, message_.body()));
  EXPECT_EQ("workspaces/default/deliveries/" + HeaderOf(request, "X-FluxCascade-Delivery"), name_);
  EXPECT_EQ(HeaderOf(request, "X-FluxCascade-Message"), "msg-1");
  EXPECT_EQ(HeaderOf(request, "X-FluxCascade-Event"), "record.updated");
  EXPECT_EQ(HeaderOf(request, "X-FluxCascade-Timestamp"), "1767225600");
}

TEST_F(DispatchExecutorTest, ADisabledEndpointWaitsAtNoCost) {
  endpoint_.set_disabled(true);
  FC_ASSERT_OK(store_->Run([&](Transaction& tx) { return tx.endpoints().Update(endpoint_); }));
  AttemptOnce();
  EXPECT_EQ(done_, 1);
  EXPECT_THAT(http_.requests(), IsEmpty());
  EXPECT_EQ(Stored().state(), Delivery::STATE_PENDING);
  EXPECT_EQ(Stored().attempt_count(), 0);
  EXPECT_THAT(Stored().waiting_for(), HasSubstr("disabled"));
  EXPECT_THAT(Attempts(), IsEmpty());
}

TEST_F(DispatchExecutorTest, ADeletedEndpointFailsForGood) {
  FC_ASSERT_OK(
      store_->Run([&](Transaction& tx) { return tx.endpoints().Delete(endpoint_.name()); }));
  AttemptOnce();
  EXPECT_EQ(done_, 1);
  EXPECT_THAT(http_.requests(), IsEmpty());
  EXPECT_EQ(Stored().state(), Delivery::STATE_FAILED);
  ASSERT_THAT(Attempts(), SizeIs(1));
  EXPECT_EQ(Attempts()[0].blame(), Attempt::BLAME_CONFIGURATION);
}

}  // namespace
}  // namespace fluxcascade
