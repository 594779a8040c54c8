#include "tests/sandbox/hubspot/crm_store.h"

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CrmStoreTest : public testing::Test {
 protected:
  int64_t Create(const CrmProperties& properties) {
    const absl::StatusOr<CrmWrite> write = store_.Create(contact_, properties, now_);
    EXPECT_THAT(write, IsOk());
    return write.ok() ? write->object.id : 0;
  }
  absl::StatusOr<CrmObject> Get(int64_t id, bool archived = false) {
    return store_.Get(contact_, std::to_string(id), "", archived);
  }
  static std::vector<CrmChangeKind> Kinds(const CrmWrite& write) {
    std::vector<CrmChangeKind> kinds;
    for (const CrmChange& change : write.changes) kinds.push_back(change.kind);
    return kinds;
  }

  const CrmType& contact_ = *FindCrmType("contacts");
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  CrmStore store_;
};

TEST_F(CrmStoreTest, FindsWhatItCreatedByIdAndByEmail) {
  const int64_t id = Create({{"email", "Ann@example.com"}, {"firstname", "Ann"}});
  FC_ASSERT_OK_AND_ASSIGN(const CrmObject object, Get(id));
  EXPECT_EQ(object.properties.at("firstname"), "Ann");
  EXPECT_EQ(object.properties.at("hs_object_id"), std::to_string(id));
  FC_ASSERT_OK_AND_ASSIGN(const CrmObject same,
                          store_.Get(contact_, "ANN@example.com", "email", false));
  EXPECT_EQ(same.id, id);
}

TEST_F(CrmStoreTest, RefusesASecondContactWithTheEmailOfALiveOne) {
  const int64_t id = Create({{"email", "ann@example.com"}});
  EXPECT_THAT(store_.Create(contact_, {{"email", "ann@example.com"}}, now_),
              StatusIs(absl::StatusCode::kAlreadyExists, std::to_string(id)));
  FC_ASSERT_OK(store_.Archive(contact_, id, now_).status());
  EXPECT_NE(Create({{"email", "ann@example.com"}}), id);
}

TEST_F(CrmStoreTest, AnUpdateTellsOfThePropertiesThatDiffer) {
  const int64_t id = Create({{"email", "ann@example.com"}, {"city", "Oslo"}});
  FC_ASSERT_OK_AND_ASSIGN(
      const CrmWrite write,
      store_.Update(contact_, id, {{"email", "ann@example.com"}, {"city", ""}}, now_));
  ASSERT_EQ(write.changes.size(), 1);
  EXPECT_EQ(write.changes[0].property, "city");
  EXPECT_EQ(write.changes[0].value, "");
  EXPECT_FALSE(write.object.properties.contains("city"));
}

TEST_F(CrmStoreTest, AnArchivedObjectIsFoundOnlyAmongTheArchived) {
  const int64_t id = Create({});
  FC_ASSERT_OK_AND_ASSIGN(const CrmWrite write, store_.Archive(contact_, id, now_));
  EXPECT_THAT(Kinds(write), ElementsAre(CrmChangeKind::kDeleted));
  EXPECT_THAT(Get(id), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get(id, /*archived=*/true), IsOk());
  EXPECT_THAT(store_.List(contact_, 0, 10, false), IsEmpty());
  EXPECT_EQ(store_.List(contact_, 0, 10, true).size(), 1);
  FC_ASSERT_OK_AND_ASSIGN(const CrmWrite again, store_.Archive(contact_, id, now_));
  EXPECT_THAT(again.changes, IsEmpty());
  FC_ASSERT_OK_AND_ASSIGN(const CrmWrite restored, store_.Restore(contact_, id, now_));
  EXPECT_THAT(Kinds(restored), ElementsAre(CrmChangeKind::kRestored));
  EXPECT_THAT(Get(id), IsOk());
}

TEST_F(CrmStoreTest, AMergedObjectIsSeenAsItsWinner) {
  const int64_t winner = Create({{"email", "ann@example.com"}});
  const int64_t loser = Create({{"email", "anna@example.com"}, {"city", "Oslo"}});
  FC_ASSERT_OK_AND_ASSIGN(const CrmWrite write, store_.Merge(contact_, winner, loser, now_));
  EXPECT_THAT(Kinds(write), ElementsAre(CrmChangeKind::kMerged, CrmChangeKind::kPropertyChanged));
  FC_ASSERT_OK_AND_ASSIGN(const CrmObject seen, Get(loser));
  EXPECT_EQ(seen.id, winner);
  EXPECT_EQ(seen.properties.at("city"), "Oslo");
  EXPECT_EQ(seen.properties.at("hs_merged_object_ids"), std::to_string(loser));
  EXPECT_EQ(store_.List(contact_, 0, 10, false).size(), 1);
}

TEST_F(CrmStoreTest, AnErasedObjectIsNeverFoundAgain) {
  const int64_t id = Create({{"email", "ann@example.com"}});
  FC_ASSERT_OK_AND_ASSIGN(const CrmWrite write, store_.Erase(contact_, id, now_));
  EXPECT_THAT(Kinds(write), ElementsAre(CrmChangeKind::kPrivacyDeleted, CrmChangeKind::kDeleted));
  EXPECT_THAT(Get(id), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Get(id, true), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(CrmStoreTest, ListsByPages) {
  const int64_t first = Create({});
  Create({});
  Create({});
  EXPECT_EQ(store_.List(contact_, 0, 2, false).size(), 3) << "one more says that there is more";
  EXPECT_EQ(store_.List(contact_, first, 2, false).size(), 2);
}

TEST_F(CrmStoreTest, TellsWhatWasThereAtATime) {
  const int64_t id = Create({{"city", "Oslo"}});
  FC_ASSERT_OK(store_.Update(contact_, id, {{"city", "Bergen"}}, now_ + absl::Seconds(5)).status());
  EXPECT_THAT(store_.LiveAsOf(contact_, now_ - absl::Seconds(1)), IsEmpty());
  EXPECT_EQ(store_.LiveAsOf(contact_, now_)[0].properties.at("city"), "Oslo");
  EXPECT_EQ(store_.LiveAsOf(contact_, now_ + absl::Seconds(5))[0].properties.at("city"), "Bergen");
}

TEST_F(CrmStoreTest, KeepsTheTypesApart) {
  const int64_t id = Create({});
  EXPECT_THAT(store_.Get(*FindCrmType("deals"), std::to_string(id), "", false),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.Create(*FindCrmType("deals"), {{"email", "a@b.c"}}, now_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("PROPERTY_DOESNT_EXIST")));
}

}  // namespace
}  // namespace fluxcascade::sandbox
