#include "controlplane/ingest/log_puller.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/ingest/chain_for_test.h"
#include "controlplane/ingest/edge_node_record.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using edge::v1::Batch;
using edge::v1::ConnectResponse;
using store::v1::Event;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kNode[] = "edgeNodes/one";
constexpr char kLog[] = "0123456789abcdef0123456789abcdef";
constexpr char kGood[] = "workspaces/default/apps/good";
// Its system is one that this binary does not know: no request of it can be taken in.
constexpr char kBad[] = "workspaces/default/apps/bad";

// The store as the ingestor sees it, which can be told to refuse commits.
class IngestStore final : public Store {
 public:
  explicit IngestStore(Store& store) : store_(store) {}

  absl::Status Run(const Body& body) override { return down ? error : store_.Run(body); }
  absl::Status Read(const Body& body) override { return store_.Read(body); }
  absl::StatusOr<int64_t> SizeBytes() override { return store_.SizeBytes(); }

  bool down = false;
  absl::Status error = absl::UnavailableError("the disk is away");

 private:
  Store& store_;
};

class LogPullerTest : public testing::Test {
 protected:
  LogPullerTest() {
    Do([](Transaction& tx) -> absl::Status {
      store::v1::App app;
      app.set_name(kGood);
      app.set_system("hubspot");
      FC_RETURN_IF_ERROR(tx.apps().Insert(app));
      app.set_name(kBad);
      app.set_system("abacus");
      FC_RETURN_IF_ERROR(tx.apps().Insert(app));
      store::v1::EdgeNode node;
      node.set_name(kNode);
      node.mutable_cursor()->set_log_id(kLog);
      node.mutable_cursor()->set_sequence(5);
      node.mutable_cursor()->set_chain(ChainForTest('5'));
      return tx.edge_nodes().Insert(node);
    });
    NewStream();
  }

  void Do(const Store::Body& body) { ASSERT_THAT(store_->Run(body), IsOk()); }

  // The edge has dialled again, and is asked for what comes next.
  void NewStream() {
    sent_.clear();
    puller_ = std::make_unique<LogPuller>(kNode, *store_, ingestor_, clock_, options_,
                                          [this](const ConnectResponse& response) {
                                            sent_.push_back(response);
                                            return !broken_;
                                          });
    puller_->OnHello();
    puller_->PullNext().IgnoreError();
  }

  // What comes right behind 5, a request for each app.
  static Batch Requests(const std::vector<std::string>& apps) {
    Batch batch;
    batch.set_log_id(kLog);
    for (const std::string& app : apps) {
      edge::v1::LoggedRequest& request = *batch.add_requests();
      request.set_sequence(5 + batch.requests_size());
      request.set_hook_id(app);
      request.set_body("no JSON");
    }
    SetChains(ChainForTest('5'), batch);
    return batch;
  }

  // The same batch over a stream of its own, as after each error.
  absl::Status PulledAgain(const Batch& batch) {
    NewStream();
    return puller_->OnBatch(batch);
  }

  void PulledWithoutACommit(int times) {
    ChangeNode([&](store::v1::EdgeNode& node) { node.set_uncommitted_pulls(times); });
  }

  template <typename Change>
  void ChangeNode(Change change) {
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(store::v1::EdgeNode node, tx.edge_nodes().Get(kNode));
      change(node);
      return tx.edge_nodes().Update(node);
    });
  }

  store::v1::EdgeNode Node() {
    store::v1::EdgeNode node;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(node, tx.edge_nodes().Get(kNode));
      return absl::OkStatus();
    });
    return node;
  }

  // By their place in the log.
  std::vector<Event> Events() {
    std::vector<Event> events;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(const auto page, tx.events().List("workspaces/default", {}, {}));
      events.assign(page.items.begin(), page.items.end());
      return absl::OkStatus();
    });
    std::sort(events.begin(), events.end(),
              [](const Event& a, const Event& b) { return a.sequence() < b.sequence(); });
    return events;
  }

  std::vector<Event::State> States() {
    std::vector<Event::State> states;
    for (const Event& event : Events()) states.push_back(event.state());
    return states;
  }

  void Enqueue(const std::string& delivery) {
    store::v1::QueueItem item;
    item.set_delivery(delivery);
    item.set_direction(store::v1::DIRECTION_INBOUND);
    item.add_lanes(delivery);
    *item.mutable_due_time() = ToProto(clock_.Now());
    Do([&](Transaction& tx) { return tx.queue().Enqueue(item); });
  }

  // One delivery less is pending.
  void ClaimOne() {
    Do([&](Transaction& tx) {
      return tx.queue()
          .ClaimDue({store::v1::DIRECTION_INBOUND, clock_.Now(), 1, "pool", absl::Minutes(2)})
          .status();
    });
  }

  int pulls() const {
    return static_cast<int>(std::count_if(sent_.begin(), sent_.end(),
                                          [](const auto& sent) { return sent.has_pull(); }));
  }

  std::vector<uint64_t> acks() const {
    std::vector<uint64_t> acks;
    for (const ConnectResponse& sent : sent_) {
      if (sent.has_ack()) acks.push_back(sent.ack().through());
    }
    return acks;
  }

  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  IngestStore ingest_store_{*store_};
  ConnectorRegistry connectors_ = MakeConnectorTable({});
  Ingestor ingestor_{ingest_store_, connectors_, clock_, random_, [] {}};
  PullOptions options_{.max_pending_deliveries = 2};
  bool broken_ = false;
  std::vector<ConnectResponse> sent_;
  std::unique_ptr<LogPuller> puller_;
};

TEST_F(LogPullerTest, OnePullIsOutstandingAtATime) {
  EXPECT_EQ(pulls(), 1);
  FC_ASSERT_OK(puller_->PullNext());
  EXPECT_EQ(pulls(), 1);
  FC_ASSERT_OK(puller_->OnBatch(Requests({})));
  EXPECT_EQ(pulls(), 2);
  EXPECT_THAT(acks(), IsEmpty());
}

TEST_F(LogPullerTest, APullAsksForWhatTheOptionsSay) {
  const edge::v1::Pull& pull = sent_[0].pull();
  EXPECT_EQ(pull.after(), 5u);
  EXPECT_EQ(pull.max_bytes(), PullOptions().batch_bytes);
  EXPECT_EQ(pull.wait_ms(), PullOptions().wait_ms);
}

TEST_F(LogPullerTest, ABrokenStreamIsAnError) {
  broken_ = true;
  EXPECT_THAT(puller_->OnBatch(Requests({kGood})), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(Node().cursor().sequence(), 6u);
}

TEST_F(LogPullerTest, WhatTheLogHoldsBehindABatchIsKnownWithIt) {
  Batch batch = Requests({kGood, kGood});
  batch.mutable_log()->set_log_id(kLog);
  batch.mutable_log()->set_first_sequence(4);
  batch.mutable_log()->set_next_sequence(100);
  FC_ASSERT_OK(puller_->OnBatch(batch));
  EXPECT_EQ(Node().cursor().sequence(), 7u);
  EXPECT_EQ(Node().first_sequence(), 4u);
  EXPECT_EQ(Node().next_sequence(), 100u);
}

TEST_F(LogPullerTest, ARequestTakenInAloneTellsOfTheLogToo) {
  Batch batch = Requests({kBad, kGood});
  batch.mutable_log()->set_log_id(kLog);
  batch.mutable_log()->set_next_sequence(7);
  PulledWithoutACommit(kMaxUncommittedPulls - 1);
  FC_ASSERT_OK(PulledAgain(batch));
  EXPECT_EQ(Node().next_sequence(), 8u) << "the log cannot hold less than was read";
}

TEST_F(LogPullerTest, WhatCanNotBeTakenInHoldsTheLogUpTwice) {
  const Batch batch = Requests({kBad});
  for (int pulled = 1; pulled < kMaxUncommittedPulls; ++pulled) {
    EXPECT_THAT(PulledAgain(batch), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(acks(), IsEmpty());
    EXPECT_EQ(Node().cursor().sequence(), 5u);
    EXPECT_EQ(Node().uncommitted_pulls(), pulled);
    EXPECT_THAT(Events(), IsEmpty());
  }
}

TEST_F(LogPullerTest, AtTheThirdPullItIsSetAsideWithItsReason) {
  PulledWithoutACommit(kMaxUncommittedPulls - 1);
  FC_ASSERT_OK(PulledAgain(Requests({kBad})));
  EXPECT_THAT(acks(), ElementsAre(6u));
  EXPECT_EQ(Node().cursor().sequence(), 6u);
  EXPECT_EQ(Node().uncommitted_pulls(), 0);
  ASSERT_THAT(States(), ElementsAre(Event::STATE_SET_ASIDE));
  EXPECT_THAT(Events()[0].state_reason(), HasSubstr("abacus"));
  EXPECT_EQ(Events()[0].payload(), "no JSON");
  EXPECT_EQ(pulls(), 2);
}

TEST_F(LogPullerTest, WhatIsDamagedOnItsWayIsPulledAgain) {
  Batch damaged = Requests({kGood});
  damaged.mutable_requests(0)->set_body("no XML");
  EXPECT_THAT(PulledAgain(damaged), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(acks(), IsEmpty());
  FC_ASSERT_OK(PulledAgain(Requests({kGood})));
  EXPECT_THAT(acks(), ElementsAre(6u));
  EXPECT_THAT(States(), ElementsAre(Event::STATE_UNPARSABLE));
}

TEST_F(LogPullerTest, WhatIsDamagedEachTimeIsSetAsideWithItsReason) {
  Batch damaged = Requests({kGood, kGood});
  damaged.mutable_requests(0)->set_body("no XML");
  PulledWithoutACommit(kMaxUncommittedPulls - 1);
  FC_ASSERT_OK(PulledAgain(damaged));
  EXPECT_THAT(acks(), ElementsAre(7u));
  ASSERT_THAT(States(), ElementsAre(Event::STATE_SET_ASIDE, Event::STATE_UNPARSABLE));
  EXPECT_THAT(Events()[0].state_reason(), HasSubstr("not what the edge wrote"));
}

TEST_F(LogPullerTest, WhatStandsAroundABadRequestIsTakenInAsEver) {
  PulledWithoutACommit(kMaxUncommittedPulls - 1);
  FC_ASSERT_OK(PulledAgain(Requests({kGood, kBad, kGood, kBad})));
  EXPECT_THAT(acks(), ElementsAre(9u));
  EXPECT_THAT(States(), ElementsAre(Event::STATE_UNPARSABLE, Event::STATE_SET_ASIDE,
                                    Event::STATE_UNPARSABLE, Event::STATE_SET_ASIDE));
}

TEST_F(LogPullerTest, ACommitBeginsTheCountAnew) {
  PulledWithoutACommit(kMaxUncommittedPulls - 2);
  FC_ASSERT_OK(PulledAgain(Requests({kGood})));
  EXPECT_EQ(Node().uncommitted_pulls(), 0);
}

// The count is stored before a batch is touched: what ended the process leaves it behind.
TEST_F(LogPullerTest, WhatEndedTheProcessWhenTriedAloneIsSetAsideUntried) {
  PulledWithoutACommit(kMaxUncommittedPulls);
  FC_ASSERT_OK(PulledAgain(Requests({kGood, kGood})));
  EXPECT_THAT(acks(), ElementsAre(7u));
  EXPECT_THAT(States(), ElementsAre(Event::STATE_SET_ASIDE, Event::STATE_UNPARSABLE));
  EXPECT_EQ(Node().uncommitted_pulls(), 0);
}

TEST_F(LogPullerTest, AStoreThatIsAwayCostsNoPull) {
  ingest_store_.down = true;
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(PulledAgain(Requests({kGood})), StatusIs(StatusCode::kUnavailable));
  }
  EXPECT_EQ(Node().uncommitted_pulls(), 0);
  EXPECT_THAT(acks(), IsEmpty());
}

TEST_F(LogPullerTest, AStoreThatIsAwayAtTheThirdPullSetsNothingAsideLater) {
  PulledWithoutACommit(kMaxUncommittedPulls - 1);
  ingest_store_.down = true;
  EXPECT_THAT(PulledAgain(Requests({kGood})), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(Node().uncommitted_pulls(), kMaxUncommittedPulls - 1);
  ingest_store_.down = false;
  FC_ASSERT_OK(PulledAgain(Requests({kGood})));
  EXPECT_THAT(States(), ElementsAre(Event::STATE_UNPARSABLE));
}

TEST_F(LogPullerTest, ARequestThatCanNotEvenBeSetAsideStaysInTheEdgesLog) {
  PulledWithoutACommit(kMaxUncommittedPulls - 1);
  ingest_store_.down = true;
  ingest_store_.error = absl::DataLossError("a block is torn");
  EXPECT_THAT(PulledAgain(Requests({kBad})), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(acks(), IsEmpty());
  EXPECT_EQ(Node().cursor().sequence(), 5u);
}

TEST_F(LogPullerTest, PullingGoesOnUpToTheLimitOfPendingDeliveries) {
  Enqueue("a");
  Enqueue("b");
  FC_ASSERT_OK(puller_->OnBatch(Requests({kGood})));
  EXPECT_EQ(pulls(), 2);
  EXPECT_EQ(Node().pull_paused_reason(), "");
}

TEST_F(LogPullerTest, AboveTheLimitNothingIsPulledAndTheNodeSaysWhy) {
  for (const char* delivery : {"a", "b", "c"}) Enqueue(delivery);
  FC_ASSERT_OK(puller_->OnBatch(Requests({kGood})));
  EXPECT_THAT(acks(), ElementsAre(6u));
  EXPECT_EQ(pulls(), 1);
  EXPECT_EQ(Node().pull_paused_reason(), "more than 2 inbound deliveries are pending");
  FC_ASSERT_OK(puller_->PullNext());
  EXPECT_EQ(pulls(), 1);
}

TEST_F(LogPullerTest, AStoreAboveItsNamedSizeStopsPullingAndTheNodeSaysSo) {
  FC_ASSERT_OK_AND_ASSIGN(const int64_t bytes, store_->SizeBytes());
  options_.max_store_bytes = bytes;
  NewStream();
  EXPECT_EQ(pulls(), 1);
  EXPECT_EQ(Node().pull_paused_reason(), "");

  options_.max_store_bytes = bytes - 1;
  NewStream();
  EXPECT_EQ(pulls(), 0);
  EXPECT_EQ(Node().pull_paused_reason(),
            absl::StrCat("the store holds more than ", bytes - 1, " bytes"));
}

TEST_F(LogPullerTest, PullingGoesOnOnceThereIsRoomAgain) {
  for (const char* delivery : {"a", "b", "c"}) Enqueue(delivery);
  FC_ASSERT_OK(puller_->OnBatch(Requests({kGood})));
  ClaimOne();
  FC_ASSERT_OK(puller_->PullNext());
  EXPECT_EQ(pulls(), 2);
  EXPECT_EQ(sent_.back().pull().after(), 6u);
  EXPECT_EQ(Node().pull_paused_reason(), "");
}

TEST_F(LogPullerTest, ALogThatDoesNotFitIsNotPulledUntilAnOperatorEndsIt) {
  edge::v1::PullError error;
  error.set_reason(edge::v1::PullError::REASON_DIVERGED);
  error.set_detail("another chain at 5");
  error.mutable_log()->set_next_sequence(9);
  FC_ASSERT_OK(puller_->OnPullError(error));
  EXPECT_EQ(Node().log_error(), "DIVERGED: another chain at 5");
  EXPECT_EQ(Node().next_sequence(), 9u);
  FC_ASSERT_OK(puller_->PullNext());
  EXPECT_EQ(pulls(), 1);
  ChangeNode([](store::v1::EdgeNode& node) { node.clear_log_error(); });
  FC_ASSERT_OK(puller_->PullNext());
  EXPECT_EQ(pulls(), 2);
}

TEST_F(LogPullerTest, BehindADamagedRequestIsReadOnOnceAnOperatorHasAcceptedIt) {
  edge::v1::PullError error;
  error.set_reason(edge::v1::PullError::REASON_DATA_LOSS);
  error.set_detail("request 6 of the log: its checksum is wrong");
  error.set_damaged_sequence(6);
  error.mutable_log()->set_log_id(kLog);
  error.mutable_log()->set_first_sequence(2);
  error.mutable_log()->set_next_sequence(9);
  FC_ASSERT_OK(puller_->OnPullError(error));
  EXPECT_EQ(Node().cursor().sequence(), 5u) << "nothing is passed over unasked";

  ChangeNode(ReadOnAfterLogError);
  FC_ASSERT_OK(puller_->PullNext());
  EXPECT_EQ(sent_.back().pull().after(), 6u);
  EXPECT_EQ(sent_.back().pull().after_chain(), "");
  Batch batch = Requests({kGood, kGood});
  batch.mutable_requests()->DeleteSubrange(0, 1);
  FC_ASSERT_OK(puller_->OnBatch(batch));
  EXPECT_THAT(acks(), ElementsAre(7u));
  EXPECT_EQ(Node().log_error(), "");
}

}  // namespace
}  // namespace fluxcascade
