#include "controlplane/sync/sync_operation.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/connections/testing/fake_connection_clients.h"
#include "controlplane/connectors/status_payloads.h"
#include "controlplane/connectors/testing/fake_connector.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::ACTION_CREATE;
using store::v1::ACTION_DELETE;
using store::v1::ACTION_MERGE;
using store::v1::ACTION_UPDATE;
using store::v1::Attempt;
using store::v1::Connection;
using store::v1::Delivery;
using store::v1::Link;
using store::v1::Mapping;
using store::v1::SyncLog;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kMapping[] = "workspaces/default/mappings/m";
constexpr absl::Duration kSearchLag = absl::Seconds(20);

FieldMap Person(absl::string_view email, absl::string_view name) {
  return {{"email", std::string(email)}, {"name", std::string(name)}};
}

// The mapping copies `email`, by which records match, and `name` from the CRM to the books.
class SyncOperationTest : public testing::Test {
 protected:
  SyncOperationTest() : registry_(Connectors()) {
    mapping_.set_name(kMapping);
    SetSide("source", "crm", "contact", *mapping_.mutable_source());
    SetSide("target", "books", "person", *mapping_.mutable_target());
    for (const char* field : {"email", "name"}) {
      store::v1::FieldMapping* copied = mapping_.add_fields();
      copied->add_source_fields(field);
      copied->set_target_field(field);
    }
    mapping_.set_match_field("email");
    mapping_.set_delete_policy(Mapping::DELETE_POLICY_DELETE);
    Do([&](Transaction& tx) { return tx.mappings().Insert(mapping_); });
  }

  std::vector<std::unique_ptr<Connector>> Connectors() {
    std::vector<std::unique_ptr<Connector>> connectors;
    connectors.push_back(std::make_unique<FakeConnector>(crm_));
    connectors.push_back(std::make_unique<FakeConnector>(books_));
    return connectors;
  }

  void SetSide(absl::string_view id, const char* system, const char* type, store::v1::Side& side) {
    Connection connection;
    connection.set_name(absl::StrCat("workspaces/default/connections/", id));
    connection.set_system(system);
    Do([&](Transaction& tx) { return tx.connections().Insert(connection); });
    side.set_connection(connection.name());
    side.set_object_type(type);
  }

  void Do(const Store::Body& body) { ASSERT_THAT(store_->Run(body), IsOk()); }

  void SetDeletePolicy(Mapping::DeletePolicy policy) {
    mapping_.set_delete_policy(policy);
    Do([&](Transaction& tx) { return tx.mappings().Update(mapping_); });
  }

  void SetMatchField(const std::string& field) {
    mapping_.set_match_field(field);
    Do([&](Transaction& tx) { return tx.mappings().Update(mapping_); });
  }

  Connection Target() {
    Connection target;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(target, tx.connections().Get(mapping_.target().connection()));
      return absl::OkStatus();
    });
    return target;
  }

  void ChangeTarget(const std::function<void(Connection&)>& change) {
    Connection target = Target();
    change(target);
    Do([&](Transaction& tx) { return tx.connections().Update(target); });
  }

  void HasEndpoint(const std::string& id, const std::string& event_type, bool disabled = false) {
    store::v1::Endpoint endpoint;
    endpoint.set_name("workspaces/default/endpoints/" + id);
    endpoint.add_event_types(event_type);
    endpoint.set_disabled(disabled);
    Do([&](Transaction& tx) { return tx.endpoints().Insert(endpoint); });
  }

  // An event comes in; gives the delivery that it is in.
  std::string Event(store::v1::Action action, const std::string& record) {
    store::v1::Event event;
    event.set_name(absl::StrCat("workspaces/default/events/", ++events_));
    event.set_action(action);
    event.set_object_type("contact");
    event.set_record_id(record);
    std::string name;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(name, AcceptChange(tx, mapping_, event, clock_.Now(), random_));
      return absl::OkStatus();
    });
    clock_.Advance(absl::Milliseconds(1));
    return name;
  }

  // Runs one attempt of whatever is due now; gives how many attempts that was.
  int RunDue() {
    std::vector<ClaimedDelivery> claimed;
    Do([&](Transaction& tx) -> absl::Status {
      claimed.clear();
      FC_ASSIGN_OR_RETURN(const auto items,
                          tx.queue().ClaimDue({store::v1::DIRECTION_INBOUND, clock_.Now(), 100,
                                               "pool", absl::Minutes(2)}));
      for (const auto& item : items) {
        FC_ASSIGN_OR_RETURN(claimed.emplace_back(), Begin(tx, item, clock_.Now()));
      }
      return absl::OkStatus();
    });
    for (const ClaimedDelivery& one : claimed) {
      EXPECT_THAT(SyncOperation(dependencies_, one).Run(), IsOk());
    }
    return static_cast<int>(claimed.size());
  }

  // An event, and one attempt to do what it says.
  Delivery Sync(store::v1::Action action, const std::string& record) {
    const std::string name = Event(action, record);
    RunDue();
    return Get(name);
  }

  // When the delivery is due again, one more attempt.
  Delivery RunAgain(const Delivery& delivery) {
    const absl::Time due = FromProto(delivery.next_attempt_time());
    if (due > clock_.Now()) clock_.Advance(due - clock_.Now());
    EXPECT_EQ(RunDue(), 1);
    return Get(delivery.name());
  }

  Delivery Get(const std::string& name) {
    Delivery delivery;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(delivery, tx.deliveries().Get(name));
      return absl::OkStatus();
    });
    return delivery;
  }

  std::vector<Attempt> AttemptsOf(const std::string& name) {
    std::vector<Attempt> attempts;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(attempts, tx.deliveries().ListAttempts(name));
      return absl::OkStatus();
    });
    return attempts;
  }

  Link LinkOf(const std::string& record) {
    std::optional<Link> link;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(link, tx.links().Find(kMapping, record));
      return absl::OkStatus();
    });
    return link.value_or(Link());
  }

  void PutLink(const Link& link) {
    Do([&](Transaction& tx) { return tx.links().Put(link); });
  }

  // Newest first.
  std::vector<SyncLog> Logs() {
    Page<SyncLog> page;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(page, tx.sync_logs().List("workspaces/default", {}, {}));
      return absl::OkStatus();
    });
    return page.items;
  }

  // Oldest first.
  std::vector<SyncLog::Result> Results() {
    std::vector<SyncLog::Result> results;
    for (const SyncLog& log : Logs()) results.insert(results.begin(), log.result());
    return results;
  }

  std::vector<Delivery> Outbound() {
    DeliveryFilter filter;
    filter.direction = store::v1::DIRECTION_OUTBOUND;
    Page<Delivery> page;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(page, tx.deliveries().List("workspaces/default", filter, {}));
      return absl::OkStatus();
    });
    return page.items;
  }

  store::v1::Message MessageOf(const std::string& name) {
    store::v1::Message message;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(message, tx.messages().Get(name));
      return absl::OkStatus();
    });
    return message;
  }

  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeSystem crm_{"crm", clock_};
  FakeSystem books_{"books", clock_, kSearchLag};
  ConnectorRegistry registry_;
  FakeConnectionClients clients_;
  const SyncDependencies dependencies_{*store_, registry_, clients_, clock_, random_};
  Mapping mapping_;
  int events_ = 0;
};

TEST_F(SyncOperationTest, CreatesTheRecordAndRemembersWhichItIs) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  EXPECT_EQ(Sync(ACTION_CREATE, "1").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.records.at("books-1").fields, Person("ada@x.example", "Ada"));
  EXPECT_EQ(LinkOf("1").target_record_id(), "books-1");
  EXPECT_EQ(LinkOf("1").match_value(), "ada@x.example");
  EXPECT_FALSE(LinkOf("1").has_create_intent_time());
}

TEST_F(SyncOperationTest, TheIntentToCreateIsStoredBeforeTheCreateIsSent) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Link during;
  books_.During("Create", [&] { during = LinkOf("1"); });
  Sync(ACTION_CREATE, "1");
  EXPECT_TRUE(during.has_create_intent_time());
  EXPECT_EQ(during.target_record_id(), "");
}

TEST_F(SyncOperationTest, AnUpdateWritesOnlyTheFieldsThatDiffer) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  crm_.Has("1", Person("ada@x.example", "Ada Lovelace"));
  EXPECT_EQ(Sync(ACTION_UPDATE, "1").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_THAT(books_.updates, ElementsAre(FieldMap{{"name", "Ada Lovelace"}}));
  EXPECT_THAT(Logs().front().fields_changed(), ElementsAre("name"));
}

TEST_F(SyncOperationTest, AnUnchangedRecordIsNotWritten) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  EXPECT_EQ(Sync(ACTION_UPDATE, "1").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Update"), 0);
  EXPECT_EQ(books_.calls("Create"), 1);
}

TEST_F(SyncOperationTest, ARecordThatTheTargetHasAlreadyIsFoundByItsMatchValue) {
  books_.Has("old", Person("ada@x.example", "A."));
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  EXPECT_EQ(books_.calls("Create"), 0);
  EXPECT_EQ(LinkOf("1").target_record_id(), "old");
}

TEST_F(SyncOperationTest, ASecondRecordWithTheSameMatchValueIsLinkedAlthoughTheSearchLags) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  crm_.Has("2", Person("ADA@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  EXPECT_EQ(Sync(ACTION_CREATE, "2").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
  EXPECT_EQ(LinkOf("2").target_record_id(), "books-1");
}

TEST_F(SyncOperationTest, TwoRecordsWithOneMatchValueAtTheSameTimeCreateOnce) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  crm_.Has("2", Person("ada@x.example", "Ada"));
  const std::string first = Event(ACTION_CREATE, "1");
  std::string second;
  books_.During("Create", [&] {
    second = Event(ACTION_CREATE, "2");
    EXPECT_EQ(RunDue(), 1);
    EXPECT_EQ(Get(second).state(), Delivery::STATE_PENDING);
    EXPECT_EQ(Get(second).attempt_count(), 0);
  });
  EXPECT_EQ(RunDue(), 1);
  EXPECT_EQ(Get(first).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(RunDue(), 1);
  EXPECT_EQ(Get(second).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
}

TEST_F(SyncOperationTest, AnIntentLeftByACrashWaitsForTheSearchThenLinksWhatWasMade) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Link intent;
  intent.set_mapping(kMapping);
  intent.set_source_record_id("1");
  intent.set_match_value("ada@x.example");
  *intent.mutable_create_intent_time() = ToProto(clock_.Now());
  PutLink(intent);
  books_.Add(Person("ada@x.example", "Ada"));
  const absl::Time known_at = clock_.Now() + kSearchLag;

  const Delivery waiting = Sync(ACTION_CREATE, "1");
  EXPECT_EQ(waiting.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(waiting.attempt_count(), 0);
  EXPECT_EQ(FromProto(waiting.next_attempt_time()), known_at);
  EXPECT_EQ(RunAgain(waiting).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 0);
  EXPECT_EQ(LinkOf("1").target_record_id(), "books-1");
  EXPECT_FALSE(LinkOf("1").has_create_intent_time());
}

TEST_F(SyncOperationTest, ACreateWhoseAnswerIsLostIsNotSentAgain) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.LoseNextAnswer("Create", absl::DeadlineExceededError("no answer"));
  Delivery delivery = Sync(ACTION_CREATE, "1");
  EXPECT_TRUE(LinkOf("1").has_create_intent_time());
  delivery = RunAgain(delivery);  // finds that it has to wait for the search
  EXPECT_EQ(delivery.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(RunAgain(delivery).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
  EXPECT_THAT(books_.records, SizeIs(1));
}

TEST_F(SyncOperationTest, AfterACrashACreateMayLandUntilTheAttemptsTimeIsUp) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Link left;
  books_.During("Create", [&] { left = LinkOf("1"); });
  books_.FailNext("Create", absl::UnavailableError("killed"));
  const absl::Time start = clock_.Now() + absl::Milliseconds(1);
  Delivery delivery = Sync(ACTION_CREATE, "1");
  PutLink(left);  // all that a killed process leaves
  delivery = RunAgain(delivery);
  EXPECT_EQ(FromProto(delivery.next_attempt_time()), start + kSyncAttemptTimeout + kSearchLag);
  clock_.Advance(kSyncAttemptTimeout - absl::Seconds(1));
  books_.Add(Person("ada@x.example", "Ada"));
  delivery = RunAgain(delivery);
  EXPECT_EQ(delivery.state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(delivery.total_attempts(), 2);
  EXPECT_EQ(books_.calls("Create"), 1);
}

TEST_F(SyncOperationTest, ACreateThatTookLongIsLookedForFromItsEndOn) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.During("Create", [&] { clock_.Advance(kSearchLag * 2); });
  books_.LoseNextAnswer("Create", absl::DeadlineExceededError("no answer"));
  Delivery delivery = Sync(ACTION_CREATE, "1");
  delivery = RunAgain(delivery);
  EXPECT_EQ(FromProto(delivery.next_attempt_time()), clock_.Now() + kSearchLag);
  EXPECT_EQ(RunAgain(delivery).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
}

TEST_F(SyncOperationTest, ACreateThatWasNotHeardOfHoldsUpAnotherRecordWithItsMatchValue) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  crm_.Has("2", Person("ada@x.example", "Ada"));
  Link intent;
  intent.set_mapping(kMapping);
  intent.set_source_record_id("1");
  intent.set_match_value("ada@x.example");
  *intent.mutable_create_intent_time() = ToProto(clock_.Now());
  PutLink(intent);
  books_.Add(Person("ada@x.example", "Ada"));
  const absl::Time known_at = clock_.Now() + kSearchLag;

  const Delivery waiting = Sync(ACTION_CREATE, "2");
  EXPECT_EQ(waiting.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(FromProto(waiting.next_attempt_time()), known_at);
  EXPECT_EQ(RunAgain(waiting).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 0);
  EXPECT_EQ(LinkOf("2").target_record_id(), "books-1");
}

TEST_F(SyncOperationTest, WhatWasCreatedIsLookedForAsItWasWritten) {
  SetMatchField("name");
  crm_.Has("1", Person("ada@x.example", "Ada Lovelace"));
  books_.LoseNextAnswer("Create", absl::DeadlineExceededError("no answer"));
  Delivery delivery = RunAgain(Sync(ACTION_CREATE, "1"));
  EXPECT_EQ(RunAgain(delivery).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
}

TEST_F(SyncOperationTest, WhatWasCreatedIsLookedForByTheFieldThatTheMappingThenMatchedBy) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.LoseNextAnswer("Create", absl::DeadlineExceededError("no answer"));
  Delivery delivery = RunAgain(Sync(ACTION_CREATE, "1"));
  SetMatchField("name");
  crm_.Has("1", Person("ada@x.example", "Ada Lovelace"));
  EXPECT_EQ(RunAgain(delivery).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
  EXPECT_EQ(LinkOf("1").target_record_id(), "books-1");
  EXPECT_EQ(LinkOf("1").create_match_field(), "");
}

TEST_F(SyncOperationTest, ARecordDeletedBeforeItsCreateWasHeardOfIsRemoved) {
  SetMatchField("name");
  crm_.Has("1", Person("ada@x.example", "Ada Lovelace"));
  books_.LoseNextAnswer("Create", absl::DeadlineExceededError("no answer"));
  Sync(ACTION_CREATE, "1");
  crm_.records.clear();
  const Delivery waiting = Sync(ACTION_DELETE, "1");
  EXPECT_EQ(waiting.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(RunAgain(waiting).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_THAT(books_.records, IsEmpty());
}

TEST_F(SyncOperationTest, ACreateThatNeverArrivedIsSentAgainOnceTheSearchShowsNothing) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.FailNext("Create", absl::UnavailableError("no route"));
  Delivery delivery = RunAgain(Sync(ACTION_CREATE, "1"));
  EXPECT_THAT(books_.records, IsEmpty());
  EXPECT_EQ(RunAgain(delivery).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_THAT(books_.records, SizeIs(1));
}

TEST_F(SyncOperationTest, WithoutAMatchValueALostCreateIsLeftToAPerson) {
  crm_.Has("1", Person("", "Ada"));
  books_.LoseNextAnswer("Create", absl::DeadlineExceededError("no answer"));
  const Delivery failed = RunAgain(Sync(ACTION_CREATE, "1"));
  EXPECT_EQ(failed.state(), Delivery::STATE_FAILED);
  EXPECT_THAT(failed.state_reason(), HasSubstr("retry by hand"));
  EXPECT_EQ(books_.calls("Create"), 1);
}

TEST_F(SyncOperationTest, ADeliveryShowsWhatItWroteOrWasToWrite) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  EXPECT_EQ(Sync(ACTION_CREATE, "1").payload_preview(),
            R"({"email":"ada@x.example","name":"Ada"})");
  crm_.Has("1", Person("ada@x.example", "Ada Lovelace"));
  books_.FailNext("Update", absl::InvalidArgumentError("too noble"));
  const Delivery failed = Sync(ACTION_UPDATE, "1");
  EXPECT_EQ(failed.state(), Delivery::STATE_FAILED);
  EXPECT_EQ(failed.payload_preview(), R"({"name":"Ada Lovelace"})");
}

TEST_F(SyncOperationTest, OfALongPayloadTheBeginningIsShown) {
  crm_.Has("1", Person("ada@x.example", std::string(3000, 'a')));
  EXPECT_THAT(Sync(ACTION_CREATE, "1").payload_preview(), SizeIs(2048));
}

TEST_F(SyncOperationTest, ADeletionIsCarriedOutWhenTheMappingSaysSo) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  crm_.records.clear();
  EXPECT_EQ(Sync(ACTION_DELETE, "1").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_THAT(books_.records, IsEmpty());
  EXPECT_TRUE(LinkOf("1").target_deleted());
}

TEST_F(SyncOperationTest, ATargetRecordGoesWithTheLastSourceRecordThatHasIt) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  crm_.Has("2", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  Sync(ACTION_CREATE, "2");
  ASSERT_EQ(LinkOf("2").target_record_id(), "books-1");

  crm_.records.erase("1");
  const Delivery kept = Sync(ACTION_DELETE, "1");
  EXPECT_EQ(kept.state(), Delivery::STATE_SKIPPED);
  EXPECT_THAT(kept.state_reason(), StartsWith("unlinked: record books-1 of the target stays"));
  EXPECT_EQ(LinkOf("1").target_record_id(), "");
  EXPECT_THAT(books_.records, SizeIs(1));

  crm_.records.erase("2");
  EXPECT_EQ(Sync(ACTION_DELETE, "2").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_THAT(books_.records, IsEmpty());
}

TEST_F(SyncOperationTest, ARecordIsNotLinkedToWhatADeletionIsTakingAway) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  crm_.records.clear();
  crm_.Has("2", Person("ada@x.example", "Ada Lovelace"));
  Delivery created;
  books_.During("Remove", [&] { created = Sync(ACTION_CREATE, "2"); });
  EXPECT_EQ(Sync(ACTION_DELETE, "1").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(created.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(RunAgain(created).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_THAT(books_.records, ElementsAre(Key(LinkOf("2").target_record_id())));
}

TEST_F(SyncOperationTest, ADeletionWaitsForWhoIsBeingLinkedToItsTargetRecord) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  crm_.records.clear();
  crm_.Has("2", Person("ada@x.example", "Ada Lovelace"));
  Delivery deleted;
  books_.During("Update", [&] { deleted = Sync(ACTION_DELETE, "1"); });
  EXPECT_EQ(Sync(ACTION_CREATE, "2").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(deleted.state(), Delivery::STATE_PENDING);
  EXPECT_THAT(RunAgain(deleted).state_reason(), StartsWith("unlinked"));
  EXPECT_THAT(books_.records, ElementsAre(Key(LinkOf("2").target_record_id())));
}

TEST_F(SyncOperationTest, AnArchivingMappingArchives) {
  SetDeletePolicy(Mapping::DELETE_POLICY_ARCHIVE);
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  crm_.records.clear();
  Sync(ACTION_DELETE, "1");
  EXPECT_TRUE(books_.records.at("books-1").archived);
}

TEST_F(SyncOperationTest, AKeepingMappingDeletesNothing) {
  SetDeletePolicy(Mapping::DELETE_POLICY_KEEP);
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  crm_.records.clear();
  EXPECT_EQ(Sync(ACTION_DELETE, "1").state(), Delivery::STATE_SKIPPED);
  EXPECT_EQ(books_.calls("Remove"), 0);
  EXPECT_THAT(books_.records, SizeIs(1));
}

TEST_F(SyncOperationTest, ARecordReportedDeletedButStillShownIsLookedAtTwiceMoreThenSynced) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Delivery delivery = Sync(ACTION_DELETE, "1");
  EXPECT_EQ(delivery.state(), Delivery::STATE_PENDING);
  delivery = RunAgain(delivery);
  EXPECT_EQ(delivery.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(books_.calls("Create"), 0);
  EXPECT_EQ(RunAgain(delivery).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(books_.calls("Create"), 1);
}

TEST_F(SyncOperationTest, AMissingSourceIsRetriedAndSkippedAtTheLastAttempt) {
  Delivery delivery = Sync(ACTION_UPDATE, "1");
  for (int attempt = 1; attempt < 5; ++attempt) {
    ASSERT_EQ(delivery.state(), Delivery::STATE_PENDING) << attempt;
    delivery = RunAgain(delivery);
  }
  EXPECT_EQ(delivery.state(), Delivery::STATE_SKIPPED);
  EXPECT_EQ(delivery.total_attempts(), 5);
  EXPECT_THAT(delivery.state_reason(), StartsWith("source_missing"));
}

TEST_F(SyncOperationTest, ARateLimitIsWaitedForAndCostsNoAttempt) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.FailNext("Create",
                  WithRetryAfter(absl::ResourceExhaustedError("slow down"), absl::Seconds(7)));
  const Delivery waiting = Sync(ACTION_CREATE, "1");
  EXPECT_EQ(waiting.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(waiting.attempt_count(), 0);
  EXPECT_EQ(FromProto(waiting.next_attempt_time()), clock_.Now() + absl::Seconds(7));
  EXPECT_THAT(waiting.waiting_for(), HasSubstr("rate limit"));
  EXPECT_FALSE(LinkOf("1").has_create_intent_time());
  EXPECT_EQ(RunAgain(waiting).state(), Delivery::STATE_SUCCEEDED);
}

TEST_F(SyncOperationTest, AnAttemptThatWouldHaveToWaitLongReadsNothing) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  const absl::Time soon = clock_.Now() + kMaxTurnWait;
  clients_.limit = RateLimitState{.limit = 10, .blocked_until = soon + absl::Milliseconds(2)};
  const Delivery waiting = Sync(ACTION_CREATE, "1");
  EXPECT_EQ(waiting.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(FromProto(waiting.next_attempt_time()), *clients_.limit->blocked_until);
  EXPECT_THAT(waiting.waiting_for(), HasSubstr("rate limit"));
  EXPECT_EQ(crm_.calls("Read"), 0);

  clients_.limit->blocked_until = FromProto(waiting.next_attempt_time()) + kMaxTurnWait;
  EXPECT_EQ(RunAgain(waiting).state(), Delivery::STATE_SUCCEEDED);
}

TEST_F(SyncOperationTest, ARefusalForGoodFailsAtOnceAndLeavesNoIntent) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.FailNext("Create", absl::InvalidArgumentError("email is blocked"));
  const Delivery failed = Sync(ACTION_CREATE, "1");
  EXPECT_EQ(failed.state(), Delivery::STATE_FAILED);
  EXPECT_EQ(failed.state_reason(), "email is blocked");
  EXPECT_FALSE(LinkOf("1").has_create_intent_time());
}

TEST_F(SyncOperationTest, ARecordThatStandsInTheWayOfACreateIsLinked) {
  books_.Has("old", Person("", "Ada"));
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.FailNext("Create", WithExistingId(absl::AlreadyExistsError("taken"), "old"));
  EXPECT_EQ(Sync(ACTION_CREATE, "1").state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(LinkOf("1").target_record_id(), "old");
  EXPECT_THAT(books_.updates, ElementsAre(FieldMap{{"email", "ada@x.example"}}));
}

TEST_F(SyncOperationTest, FailuresThatMayPassKeepToTheSchedule) {
  for (int i = 0; i < 5; ++i) crm_.FailNext("Read", absl::UnavailableError("down"));
  Delivery delivery = Sync(ACTION_UPDATE, "1");
  for (const absl::Duration delay :
       {absl::ZeroDuration(), absl::Minutes(1), absl::Minutes(5), absl::Minutes(30)}) {
    EXPECT_EQ(FromProto(delivery.next_attempt_time()), clock_.Now() + delay);
    delivery = RunAgain(delivery);
  }
  EXPECT_EQ(delivery.state(), Delivery::STATE_FAILED);
  EXPECT_THAT(Results(), ElementsAre(SyncLog::RESULT_FAILED));
}

TEST_F(SyncOperationTest, ARetryComesNotBeforeTheSystemAskedForIt) {
  const absl::Status locked = WithRetryAfter(absl::AbortedError("locked"), absl::Seconds(2));
  crm_.FailNext("Read", locked);
  crm_.FailNext("Read", locked);
  const Delivery first = Sync(ACTION_UPDATE, "1");
  EXPECT_EQ(first.attempt_count(), 1);
  EXPECT_EQ(FromProto(first.next_attempt_time()), clock_.Now() + absl::Seconds(2));
  const Delivery second = RunAgain(first);
  EXPECT_EQ(FromProto(second.next_attempt_time()), clock_.Now() + absl::Minutes(1));
}

TEST_F(SyncOperationTest, AMergeIsSkippedAndSaysSo) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  const Delivery skipped = Sync(ACTION_MERGE, "1");
  EXPECT_EQ(skipped.state(), Delivery::STATE_SKIPPED);
  EXPECT_THAT(skipped.state_reason(), StartsWith("merge_not_handled"));
  EXPECT_EQ(Logs().front().event(), "contact.merge");
  EXPECT_EQ(Logs().front().source(), "crm");
  EXPECT_EQ(Logs().front().target(), "books");
  EXPECT_EQ(books_.calls("Create"), 0);
}

TEST_F(SyncOperationTest, TheLogSaysTriggerEventRecordAndSource) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  crm_.records["1"].display_name = "ada@x.example";
  const Delivery delivery = Sync(ACTION_UPDATE, "1");
  ASSERT_THAT(Logs(), SizeIs(1));
  const SyncLog log = Logs().front();
  EXPECT_EQ(log.trigger(), SyncLog::TRIGGER_WEBHOOK);
  EXPECT_EQ(log.event(), "contact.update");
  EXPECT_EQ(log.record(), "ada@x.example");
  EXPECT_EQ(log.source(), "crm");
  EXPECT_EQ(log.target(), "books");
  EXPECT_EQ(log.delivery(), delivery.name());
  EXPECT_EQ(log.target_record_id(), "books-1");
}

TEST_F(SyncOperationTest, AnAttemptTookAsLongAsItTookAlthoughTheClockWasSet) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  books_.During("Create", [&] {
    clock_.Advance(absl::Seconds(3));
    clock_.SetWallTime(clock_.Now() + absl::Minutes(1));
  });
  const std::vector<Attempt> attempts = AttemptsOf(Sync(ACTION_CREATE, "1").name());
  ASSERT_THAT(attempts, SizeIs(1));
  EXPECT_EQ(FromProto(attempts[0].duration()), absl::Seconds(3));
}

TEST_F(SyncOperationTest, TheLogTellsCreatedUpdatedUnchangedAndDeletedApart) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  crm_.Has("1", Person("ada@x.example", "Ada Lovelace"));
  Sync(ACTION_UPDATE, "1");
  Sync(ACTION_UPDATE, "1");
  crm_.records.clear();
  Sync(ACTION_DELETE, "1");
  EXPECT_THAT(Results(), ElementsAre(SyncLog::RESULT_CREATED, SyncLog::RESULT_UPDATED,
                                     SyncLog::RESULT_UNCHANGED, SyncLog::RESULT_DELETED));
}

TEST_F(SyncOperationTest, SuccessIsToldToTheEndpointsThatAskedForItAlone) {
  HasEndpoint("asked", "sync.succeeded");
  HasEndpoint("other", "sync.failed");
  HasEndpoint("disabled", "sync.succeeded", /*disabled=*/true);
  crm_.Has("1", Person("ada@x.example", "Ada"));
  Sync(ACTION_CREATE, "1");
  ASSERT_THAT(Outbound(), SizeIs(1));
  const store::v1::OutboundWork work = Outbound().front().outbound();
  EXPECT_EQ(work.endpoint(), "workspaces/default/endpoints/asked");
  EXPECT_EQ(work.event_type(), "sync.succeeded");
  EXPECT_THAT(MessageOf(work.message()).body(), HasSubstr("\"result\":\"created\""));
  EXPECT_THAT(MessageOf(work.message()).deliveries(), ElementsAre(Outbound().front().name()));
}

TEST_F(SyncOperationTest, FailureIsToldOnceTheDeliveryHasEnded) {
  HasEndpoint("other", "sync.failed");
  crm_.FailNext("Read", absl::UnavailableError("down"));
  crm_.FailNext("Read", absl::PermissionDeniedError("scope missing"));
  const Delivery delivery = Sync(ACTION_UPDATE, "1");
  EXPECT_THAT(Outbound(), IsEmpty());
  RunAgain(delivery);
  EXPECT_THAT(Outbound(), SizeIs(1));
}

TEST_F(SyncOperationTest, AConnectionThatCouldNotBeReachedIsActiveOnceItsCredentialWorks) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  ChangeTarget([](Connection& target) { target.set_state(Connection::STATE_UNREACHABLE); });
  books_.FailNext("CheckAccount", absl::UnavailableError("down"));
  const Delivery failed = Sync(ACTION_CREATE, "1");
  EXPECT_EQ(failed.state_reason(), "down");
  EXPECT_EQ(Target().state(), Connection::STATE_UNREACHABLE);
  EXPECT_EQ(RunAgain(failed).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(Target().state(), Connection::STATE_ACTIVE);
  EXPECT_EQ(Target().account_id(), "account");
  Sync(ACTION_UPDATE, "1");
  EXPECT_EQ(books_.calls("CheckAccount"), 2);
}

TEST_F(SyncOperationTest, AConnectionThatTurnsOutToBeOfAnotherAccountIsNotUsed) {
  crm_.Has("1", Person("ada@x.example", "Ada"));
  ChangeTarget([](Connection& target) {
    target.set_state(Connection::STATE_UNREACHABLE);
    target.set_account_id("another");
  });
  EXPECT_THAT(Sync(ACTION_CREATE, "1").waiting_for(), HasSubstr("is not authorized"));
  EXPECT_EQ(Target().state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_EQ(books_.calls("Create"), 0);
}

TEST_F(SyncOperationTest, APausedConnectionIsWaitedForWithoutACall) {
  ChangeTarget([](Connection& target) { target.set_paused(true); });
  const Delivery waiting = Sync(ACTION_CREATE, "1");
  EXPECT_EQ(waiting.state(), Delivery::STATE_PENDING);
  EXPECT_THAT(waiting.waiting_for(), HasSubstr("is paused"));
  EXPECT_EQ(crm_.calls("Read"), 0);
}

}  // namespace
}  // namespace fluxcascade
