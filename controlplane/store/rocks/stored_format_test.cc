// Holds the stored format: stores that were written by earlier versions can be read.
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "controlplane/store/rocks/rocks_store.h"
#include "controlplane/store/rocks/sample_records.h"
#include "controlplane/store/rocks/store_dump.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

constexpr char kFolder[] = "/store";

std::string CommittedDump() {
  const std::ifstream file("controlplane/store/rocks/testdata/store_v1.dump");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class StoredFormatTest : public testing::Test {
 protected:
  std::unique_ptr<RocksStore> Open() {
    auto store = RocksStore::Open({kFolder, env_.get()});
    EXPECT_THAT(store, IsOk());
    return store.ok() ? *std::move(store) : nullptr;
  }

  std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
};

TEST_F(StoredFormatTest, AStoreOfVersionOneReadsAsItWasWritten) {
  FC_ASSERT_OK(LoadStoreDump(CommittedDump(), kFolder, env_.get()));
  const auto old = Open();
  ASSERT_NE(old, nullptr);
  FC_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> read, ReadSample(*old));

  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  FC_ASSERT_OK_AND_ASSIGN(const auto fresh, RocksStore::Open({kFolder, env.get()}));
  FC_ASSERT_OK(WriteSample(*fresh));
  FC_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> written, ReadSample(*fresh));
  EXPECT_GT(written.size(), 40u);
  EXPECT_EQ(read, written);
}

// Fails when a key or a record is written in another way: that is a new format version, with a
// migration and a dump of its own.
TEST_F(StoredFormatTest, VersionOneIsStillWrittenByteForByte) {
  {
    const auto store = Open();
    ASSERT_NE(store, nullptr);
    FC_ASSERT_OK(WriteSample(*store));
  }
  FC_ASSERT_OK_AND_ASSIGN(const std::string dump, DumpStore(kFolder, env_.get()));
  EXPECT_EQ(dump, CommittedDump());
}

TEST_F(StoredFormatTest, WhatADumpHoldsIsDueAfterItWasLoaded) {
  FC_ASSERT_OK(LoadStoreDump(CommittedDump(), kFolder, env_.get()));
  const auto store = Open();
  ASSERT_NE(store, nullptr);
  ClaimRequest request;
  request.direction = store::v1::DIRECTION_INBOUND;
  request.now = SampleTime();
  request.limit = 9;
  request.holder = "me";
  request.lease = absl::Minutes(1);
  size_t claimed = 0;
  FC_ASSERT_OK(store->Run([&](Transaction& tx) {
    const auto items = tx.queue().ClaimDue(request);
    claimed = items.ok() ? items->size() : 0;
    return items.status();
  }));
  EXPECT_EQ(claimed, 1u);
}

TEST_F(StoredFormatTest, ADamagedDumpIsRefusedByLine) {
  EXPECT_THAT(LoadStoreDump("a\tb\nno tab\n", kFolder, env_.get()),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("line 2")));
}

}  // namespace
}  // namespace fluxcascade
