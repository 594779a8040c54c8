#include "tests/sandbox/pipedrive/entity_store.h"

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class EntityStoreTest : public testing::Test {
 protected:
  json Create(const std::string& name, const std::string& email = "") {
    json body = {{"name", name}};
    if (!email.empty()) body["emails"] = {{{"value", email}}};
    absl::StatusOr<json> made = store_.Create(person_, body, 7, now_);
    EXPECT_THAT(made, IsOk());
    return *std::move(made);
  }
  int64_t CreateId(const std::string& name, const std::string& email = "") {
    return Create(name, email)["id"];
  }
  std::vector<int64_t> Search(const EntitySearch& search) {
    std::vector<int64_t> ids;
    for (const json& entity : store_.Search(person_, search, now_)) ids.push_back(entity["id"]);
    return ids;
  }

  const EntityKind& person_ = *FindEntityKind("persons");
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  EntityStore store_;
};

TEST_F(EntityStoreTest, FillsInWhatAPersonHas) {
  const json person = Create("Ann Lee Smith", "Ann@example.com");
  EXPECT_EQ(person["first_name"], "Ann");
  EXPECT_EQ(person["last_name"], "Lee Smith");
  EXPECT_EQ(person["owner_id"], 7);
  EXPECT_EQ(person["add_time"], "2026-01-01T00:00:00Z");
  EXPECT_EQ(person["is_deleted"], false);
  EXPECT_EQ(person["phones"], json::array());
  EXPECT_TRUE(person["job_title"].is_null());
  EXPECT_EQ(person["emails"][0],
            json({{"value", "Ann@example.com"}, {"primary", true}, {"label", "work"}}));
}

TEST_F(EntityStoreTest, AnUpdateChangesWhatItNames) {
  const int64_t id = CreateId("Ann", "ann@example.com");
  now_ += absl::Seconds(1);
  FC_ASSERT_OK_AND_ASSIGN(const json person,
                          store_.Update(person_, id, {{"job_title", "Boss"}}, now_));
  EXPECT_EQ(person["job_title"], "Boss");
  EXPECT_EQ(person["name"], "Ann");
  EXPECT_EQ(person["update_time"], "2026-01-01T00:00:01Z");
  EXPECT_THAT(store_.Update(person_, 99, {}, now_), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(store_.Update(person_, 99, json::object(), now_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("Person")));
}

TEST_F(EntityStoreTest, ADeletedPersonCanBeReadButNotChanged) {
  const int64_t id = CreateId("Ann");
  FC_ASSERT_OK(store_.Delete(person_, id, now_));
  FC_ASSERT_OK_AND_ASSIGN(const json person, store_.Get(person_, id));
  EXPECT_EQ(person["is_deleted"], true);
  EXPECT_THAT(store_.List(person_, 0, 10), IsEmpty());
  EXPECT_THAT(store_.Update(person_, id, json::object(), now_),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.Delete(person_, id, now_), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(EntityStoreTest, CountsCreatesOfAnAddressDeletedOnesIncluded) {
  FC_ASSERT_OK(store_.Delete(person_, CreateId("Ann", "Ann@example.com"), now_));
  const absl::Time first = now_;
  now_ += absl::Seconds(1);
  CreateId("Ann", "ann@example.com");
  EXPECT_THAT(store_.CreatesByEmail(person_), ElementsAre(Pair("ann@example.com", 2)));
  EXPECT_THAT(store_.FirstCreates(person_), ElementsAre(Pair("ann@example.com", first)));
}

TEST_F(EntityStoreTest, KeepsEveryVersion) {
  const int64_t id = CreateId("One");
  FC_ASSERT_OK(store_.Update(person_, id, {{"name", "Two"}}, now_).status());
  FC_ASSERT_OK(store_.Delete(person_, id, now_));
  std::vector<std::string> operations;
  const EntityHistory history = *store_.History(person_, id);
  for (const auto& version : history.versions()) {
    operations.push_back(version.value.operation);
  }
  EXPECT_THAT(operations, ElementsAre("create", "update", "delete"));
}

TEST_F(EntityStoreTest, SearchesExactlyAndByPart) {
  const int64_t ann = CreateId("Ann", "ann@example.com");
  const int64_t anna = CreateId("Anna", "anna@example.com");
  EXPECT_THAT(Search({"ANN@example.com", {"email"}, true}), ElementsAre(ann));
  EXPECT_THAT(Search({"ann", {"name"}, true}), ElementsAre(ann));
  EXPECT_THAT(Search({"ann", {}, false}), ElementsAre(ann, anna));
  EXPECT_THAT(Search({"ann@example.com", {"name"}, true}), IsEmpty());
}

TEST_F(EntityStoreTest, ASearchSeesWhatWasThereAtItsTime) {
  const int64_t id = CreateId("Ann", "ann@example.com");
  const EntitySearch search{"ann@example.com", {"email"}, true};
  EXPECT_THAT(store_.Search(person_, search, now_ - absl::Seconds(1)), IsEmpty());
  FC_ASSERT_OK(store_.Delete(person_, id, now_ + absl::Seconds(1)));
  EXPECT_EQ(store_.Search(person_, search, now_).size(), 1);
  EXPECT_THAT(store_.Search(person_, search, now_ + absl::Seconds(1)), IsEmpty());
}

TEST_F(EntityStoreTest, AMergeKeepsTheWinnersValues) {
  const int64_t loser = CreateId("Ann", "ann@example.com");
  const int64_t winner = CreateId("Anna", "anna@example.com");
  FC_ASSERT_OK(store_.Update(person_, loser, {{"job_title", "Boss"}}, now_).status());
  FC_ASSERT_OK_AND_ASSIGN(const json merged, store_.Merge(person_, loser, winner, now_));
  EXPECT_EQ(merged["name"], "Anna");
  EXPECT_EQ(merged["job_title"], "Boss");
  EXPECT_EQ(merged["emails"].size(), 2);
  EXPECT_EQ(merged["emails"][1]["primary"], false);
  EXPECT_EQ((*store_.Get(person_, loser))["is_deleted"], true);
  EXPECT_THAT(store_.Merge(person_, winner, winner, now_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EntityStoreTest, ListsFromAfterAnId) {
  const int64_t first = CreateId("One");
  CreateId("Two");
  CreateId("Three");
  EXPECT_EQ(store_.List(person_, first, 10).size(), 2);
  EXPECT_EQ(store_.List(person_, 0, 2).size(), 2);
}

}  // namespace
}  // namespace fluxcascade::sandbox
