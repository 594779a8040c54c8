#include "edge/log/group_commit.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/mutex/mutex.h"
#include "common/status/status_matchers.h"
#include "edge/log/append_queue.h"
#include "edge/log/log_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

// A disk that writes one group and then waits until it is let go on.
class Gate {
 public:
  void Pass() {
    MutexLock lock(mutex_);
    ++arrived_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  void AwaitArrival() {
    MutexLock lock(mutex_);
    while (arrived_ == 0) changed_.Wait(mutex_);
  }
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int arrived_ FC_GUARDED_BY(mutex_) = 0;
  bool open_ FC_GUARDED_BY(mutex_) = false;
};

const uint64_t kSize = RecordSize(1);

class GroupCommitTest : public testing::Test {
 protected:
  void Start(AppendQueue::Limits limits, uint64_t max_group_bytes) {
    committer_ = std::make_unique<GroupCommit>(limits, max_group_bytes,
                                               [this](std::vector<WaitingAppend> group) {
                                                 gate_.Pass();
                                                 std::string bodies;
                                                 for (const WaitingAppend& append : group)
                                                   bodies += append.request.bytes;
                                                 groups_.push_back(bodies);
                                               });
  }
  absl::Status Add(char body) {
    WaitingAppend append = {.request = {.bytes = std::string(1, body), .checksum = 0}, .done = {}};
    return committer_->Add(append);
  }
  // Ends with everything committed.
  void Finish() {
    gate_.Open();
    committer_.reset();
  }

  Gate gate_;
  std::unique_ptr<GroupCommit> committer_;
  std::vector<std::string> groups_;
};

TEST_F(GroupCommitTest, WhatComesDuringACommitBecomesTheNextGroup) {
  Start({.max_requests = 100, .max_bytes = 100000}, 100000);
  FC_ASSERT_OK(Add('a'));
  gate_.AwaitArrival();
  for (const char body : {'b', 'c', 'd'}) FC_ASSERT_OK(Add(body));
  Finish();
  EXPECT_THAT(groups_, ElementsAre("a", "bcd"));
}

TEST_F(GroupCommitTest, AGroupKeepsToItsBytes) {
  Start({.max_requests = 100, .max_bytes = 100000}, 2 * kSize);
  FC_ASSERT_OK(Add('a'));
  gate_.AwaitArrival();
  for (const char body : {'b', 'c', 'd'}) FC_ASSERT_OK(Add(body));
  Finish();
  EXPECT_THAT(groups_, ElementsAre("a", "bc", "d"));
}

TEST_F(GroupCommitTest, RefusesWhatDoesNotFitTheQueue) {
  Start({.max_requests = 2, .max_bytes = 100000}, 100000);
  FC_ASSERT_OK(Add('a'));
  gate_.AwaitArrival();
  FC_EXPECT_OK(Add('b'));
  FC_EXPECT_OK(Add('c'));
  EXPECT_THAT(Add('d'), StatusIs(StatusCode::kResourceExhausted));
  Finish();
  EXPECT_THAT(groups_, ElementsAre("a", "bc"));
}

TEST_F(GroupCommitTest, WhatWaitsAtTheEndIsCommitted) {
  Start({.max_requests = 100, .max_bytes = 100000}, 100000);
  gate_.Open();
  for (const char body : {'a', 'b'}) FC_ASSERT_OK(Add(body));
  Finish();
  EXPECT_EQ(absl::StrCat(groups_.front(), groups_.size() > 1 ? groups_.back() : ""), "ab");
}

TEST_F(GroupCommitTest, WhatIsPostedRunsAfterThePresentGroup) {
  Start({.max_requests = 100, .max_bytes = 100000}, 100000);
  FC_ASSERT_OK(Add('a'));
  gate_.AwaitArrival();
  committer_->Post([this] { groups_.push_back("posted"); });
  FC_ASSERT_OK(Add('b'));
  Finish();
  EXPECT_THAT(groups_, ElementsAre("a", "posted", "b"));
}

TEST_F(GroupCommitTest, WhatIsPostedRunsWhileNothingIsAppended) {
  Start({.max_requests = 100, .max_bytes = 100000}, 100000);
  committer_->Post([this] { gate_.Pass(); });
  gate_.AwaitArrival();
  Finish();
}

TEST_F(GroupCommitTest, EndsAtOnceWhenNothingWaits) {
  Start({.max_requests = 100, .max_bytes = 100000}, 100000);
  Finish();
  EXPECT_THAT(groups_, ElementsAre());
}

}  // namespace
}  // namespace fluxcascade::edge
