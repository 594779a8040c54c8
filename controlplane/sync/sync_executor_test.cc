#include "controlplane/sync/sync_executor.h"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/mutex/mutex.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/connections/testing/fake_connection_clients.h"
#include "controlplane/connectors/testing/fake_connector.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Delivery;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kMapping[] = "workspaces/default/mappings/m";

// A store that can be told to commit nothing more, as when its disk is full.
class FullStore final : public Store {
 public:
  explicit FullStore(Store& store) : store_(store) {}

  absl::Status Run(const Body& body) override {
    return full ? absl::ResourceExhaustedError("no space left") : store_.Run(body);
  }
  absl::Status Read(const Body& body) override { return store_.Read(body); }
  absl::StatusOr<int64_t> SizeBytes() override { return store_.SizeBytes(); }

  bool full = false;

 private:
  Store& store_;
};

// A record of the CRM, changed, that a mapping copies to the books.
class SyncExecutorTest : public testing::Test {
 protected:
  SyncExecutorTest() : registry_(Connectors()) {
    store::v1::Mapping mapping;
    mapping.set_name(kMapping);
    SetSide("crm", *mapping.mutable_source());
    SetSide("books", *mapping.mutable_target());
    mapping.add_fields()->add_source_fields("email");
    mapping.mutable_fields(0)->set_target_field("email");
    mapping.set_match_field("email");
    store::v1::Event event;
    event.set_name("workspaces/default/events/1");
    event.set_action(store::v1::ACTION_UPDATE);
    event.set_object_type("contact");
    event.set_record_id("1");
    crm_.Has("1", {{"email", "ada@x.example"}});
    Do([&](Transaction& tx) -> absl::Status {
      FC_RETURN_IF_ERROR(tx.mappings().Insert(mapping));
      return AcceptChange(tx, mapping, event, clock_.Now(), random_).status();
    });
  }

  std::vector<std::unique_ptr<Connector>> Connectors() {
    std::vector<std::unique_ptr<Connector>> connectors;
    connectors.push_back(std::make_unique<FakeConnector>(crm_));
    connectors.push_back(std::make_unique<FakeConnector>(books_));
    return connectors;
  }

  void SetSide(const std::string& system, store::v1::Side& side) {
    store::v1::Connection connection;
    connection.set_name(absl::StrCat("workspaces/default/connections/", system));
    connection.set_system(system);
    Do([&](Transaction& tx) { return tx.connections().Insert(connection); });
    side.set_connection(connection.name());
    side.set_object_type("contact");
  }

  void Do(const Store::Body& body) { ASSERT_THAT(memory_->Run(body), IsOk()); }

  // The one delivery there is, claimed and begun.
  ClaimedDelivery Claim() {
    ClaimedDelivery claimed;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(const auto items,
                          tx.queue().ClaimDue({store::v1::DIRECTION_INBOUND, clock_.Now(), 1,
                                               "pool", absl::Minutes(2)}));
      if (items.empty()) return absl::NotFoundError("nothing is due");
      FC_ASSIGN_OR_RETURN(claimed, Begin(tx, items.front(), clock_.Now()));
      return absl::OkStatus();
    });
    return claimed;
  }

  Delivery::State StateOf(const ClaimedDelivery& claimed) {
    Delivery::State state = Delivery::STATE_UNSPECIFIED;
    EXPECT_THAT(memory_->Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(const Delivery delivery, tx.deliveries().Get(claimed.delivery.name()));
      state = delivery.state();
      return absl::OkStatus();
    }),
                IsOk());
    return state;
  }

  void Happened(const std::string& what) {
    MutexLock lock(mutex_);
    happened_.push_back(what);
  }

  // An executor's end waits for what it was given.
  void ExecuteToTheEnd(const ClaimedDelivery& claimed) {
    SyncExecutor executor(dependencies_, 2, [this] { Happened("on_work"); });
    executor.Execute(claimed, [this] { Happened("done"); });
  }

  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Store> memory_ = MakeTestStore();
  FullStore store_{*memory_};
  FakeSystem crm_{"crm", clock_};
  FakeSystem books_{"books", clock_};
  ConnectorRegistry registry_;
  FakeConnectionClients clients_;
  const SyncDependencies dependencies_{store_, registry_, clients_, clock_, random_};

  Mutex mutex_;
  // In order; read once the executor is gone.
  std::vector<std::string> happened_;
};

TEST_F(SyncExecutorTest, RunsAnAttemptThenCallsDoneOnceThenTellsOfWork) {
  const ClaimedDelivery claimed = Claim();
  ExecuteToTheEnd(claimed);
  EXPECT_EQ(StateOf(claimed), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
  EXPECT_THAT(happened_, ElementsAre("done", "on_work"));
}

TEST_F(SyncExecutorTest, TheEndIsCommittedBeforeDoneIsCalled) {
  const ClaimedDelivery claimed = Claim();
  Delivery::State at_done = Delivery::STATE_UNSPECIFIED;
  {
    SyncExecutor executor(dependencies_, 1, [] {});
    executor.Execute(claimed, [&] { at_done = StateOf(claimed); });
  }
  EXPECT_EQ(at_done, Delivery::STATE_SUCCEEDED);
}

TEST_F(SyncExecutorTest, ExecuteReturnsWhileTheSystemIsStillAtWork) {
  const ClaimedDelivery claimed = Claim();
  std::promise<void> answer;
  crm_.During("Read", [&] { answer.get_future().wait(); });
  {
    SyncExecutor executor(dependencies_, 1, [] {});
    executor.Execute(claimed, [this] { Happened("done"); });
    {
      MutexLock lock(mutex_);
      EXPECT_THAT(happened_, IsEmpty());
    }
    answer.set_value();
  }
  EXPECT_THAT(happened_, ElementsAre("done"));
}

TEST_F(SyncExecutorTest, AFailedAttemptEndsLikeAnyOther) {
  const ClaimedDelivery claimed = Claim();
  crm_.FailNext("Read", absl::PermissionDeniedError("scope missing"));
  ExecuteToTheEnd(claimed);
  EXPECT_EQ(StateOf(claimed), Delivery::STATE_FAILED);
  EXPECT_THAT(happened_, ElementsAre("done", "on_work"));
}

TEST_F(SyncExecutorTest, AnEndThatCannotBeStoredIsLoggedAndThePlaceGivenBack) {
  const ClaimedDelivery claimed = Claim();
  store_.full = true;
  testing::internal::CaptureStderr();
  ExecuteToTheEnd(claimed);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("the end of an attempt was not stored"),
                    HasSubstr(claimed.delivery.name()), HasSubstr("no space left")));
  EXPECT_EQ(StateOf(claimed), Delivery::STATE_RUNNING);
  EXPECT_THAT(happened_, ElementsAre("done", "on_work"));
}

TEST_F(SyncExecutorTest, AnAttemptWhoseLeaseWentToAnotherLeavesTheDeliveryToThat) {
  const ClaimedDelivery late = Claim();
  clock_.Advance(absl::Minutes(2));
  const ClaimedDelivery claimed = Claim();
  testing::internal::CaptureStderr();
  ExecuteToTheEnd(late);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("an attempt ended after its delivery was given back"),
                    HasSubstr("\"info\"")));
  EXPECT_EQ(StateOf(claimed), Delivery::STATE_RUNNING);
}

TEST_F(SyncExecutorTest, NothingIsLoggedWhenAllIsWell) {
  const ClaimedDelivery claimed = Claim();
  testing::internal::CaptureStderr();
  ExecuteToTheEnd(claimed);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
}

}  // namespace
}  // namespace fluxcascade
