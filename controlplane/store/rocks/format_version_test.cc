#include "controlplane/store/rocks/format_version.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/store/rocks/rocks_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

class FormatVersionTest : public testing::Test {
 protected:
  void SetUp() override { FC_ASSERT_OK_AND_ASSIGN(db_, OpenRocksDatabase("/store", env_.get())); }

  uint64_t Version() {
    KvTransaction kv(*db_, KvTransaction::Mode::kReadOnly);
    return ReadFormatVersion(kv).value_or(999);
  }

  // Appends to `sum` (a stored string) each of the numbers below 10, three a step; fails once at
  // the number `fails_at_`.
  Migration Summing(uint64_t to_version) {
    return Migration{
        to_version,
        [this](KvTransaction& kv, absl::string_view position) -> absl::StatusOr<std::string> {
          int next = 0;
          EXPECT_TRUE(position.empty() || absl::SimpleAtoi(position, &next));
          FC_ASSIGN_OR_RETURN(const auto sum, kv.Get("sum"));
          std::string text = sum.value_or("");
          for (int i = 0; i < 3 && next < 10; ++i, ++next) {
            if (next == fails_at_) return absl::UnavailableError("power cut");
            absl::StrAppend(&text, next);
          }
          FC_RETURN_IF_ERROR(kv.Put("sum", text));
          return next == 10 ? "" : absl::StrCat(next);
        }};
  }

  std::string Sum() {
    KvTransaction kv(*db_, KvTransaction::Mode::kReadOnly);
    return (*kv.Get("sum")).value_or("");
  }

  std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  RocksDatabase db_;
  int fails_at_ = -1;
};

TEST_F(FormatVersionTest, ANewStoreHasTheNewestVersionAndMigratesNothing) {
  FC_ASSERT_OK(BringToNewestVersion(*db_, {Summing(2)}));
  EXPECT_EQ(Version(), 2u);
  EXPECT_EQ(Sum(), "");
}

TEST_F(FormatVersionTest, TheFirstVersionIsOne) {
  FC_ASSERT_OK(BringToNewestVersion(*db_, {}));
  EXPECT_EQ(Version(), 1u);
  FC_EXPECT_OK(BringToNewestVersion(*db_, {}));
}

TEST_F(FormatVersionTest, AnOlderStoreMigratesOnce) {
  FC_ASSERT_OK(BringToNewestVersion(*db_, {}));
  FC_ASSERT_OK(BringToNewestVersion(*db_, {Summing(2)}));
  FC_ASSERT_OK(BringToNewestVersion(*db_, {Summing(2)}));
  EXPECT_EQ(Version(), 2u);
  EXPECT_EQ(Sum(), "0123456789");
}

TEST_F(FormatVersionTest, AMigrationThatWasInterruptedGoesOnWhereItWas) {
  FC_ASSERT_OK(BringToNewestVersion(*db_, {}));
  for (const int fails_at : {0, 4, 5, 9}) {
    fails_at_ = fails_at;
    EXPECT_THAT(BringToNewestVersion(*db_, {Summing(2)}), StatusIs(StatusCode::kUnavailable));
    EXPECT_EQ(Version(), 1u);
  }
  fails_at_ = -1;
  FC_ASSERT_OK(BringToNewestVersion(*db_, {Summing(2)}));
  EXPECT_EQ(Version(), 2u);
  EXPECT_EQ(Sum(), "0123456789");
}

TEST_F(FormatVersionTest, SeveralMigrationsRunInOrderEachFromItsBeginning) {
  FC_ASSERT_OK(BringToNewestVersion(*db_, {}));
  FC_ASSERT_OK(BringToNewestVersion(*db_, {Summing(2), Summing(3)}));
  EXPECT_EQ(Version(), 3u);
  EXPECT_EQ(Sum(), "01234567890123456789");
}

TEST_F(FormatVersionTest, ANewerStoreIsRefusedInOneLine) {
  FC_ASSERT_OK(BringToNewestVersion(*db_, {Summing(2)}));
  const absl::Status refused = BringToNewestVersion(*db_, {});
  EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition,
                                AllOf(HasSubstr("format version 2"), HasSubstr("up to 1"))));
  EXPECT_EQ(refused.message().find('\n'), absl::string_view::npos);
}

}  // namespace
}  // namespace fluxcascade
