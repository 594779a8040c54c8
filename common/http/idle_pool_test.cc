#include "common/http/idle_pool.h"

#include <memory>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A connection that has a name, and is of use unless told otherwise.
class NamedConnection {
 public:
  NamedConnection(std::string name, std::set<std::string>& open) : name_(name), open_(open) {
    open_.insert(name);
  }
  ~NamedConnection() { open_.erase(name_); }

  bool IsIdle() const { return of_use; }
  const std::string& name() const { return name_; }

  bool of_use = true;

 private:
  const std::string name_;
  std::set<std::string>& open_;
};

class IdlePoolTest : public testing::Test {
 protected:
  NamedConnection* Put(const std::string& host, const std::string& name, int seconds = 0) {
    auto connection = std::make_unique<NamedConnection>(name, open_);
    NamedConnection* const pointer = connection.get();
    pool_.Put(host, std::move(connection), absl::Seconds(seconds));
    return pointer;
  }

  // The name of the connection taken; empty when there was none.
  std::string Take(const std::string& host, absl::Duration now = absl::ZeroDuration()) {
    const std::unique_ptr<NamedConnection> connection = pool_.Take(host, now);
    return connection == nullptr ? "" : connection->name();
  }

  std::set<std::string> open_;
  IdlePool<NamedConnection> pool_{/*per_host=*/2, /*in_all=*/3, absl::Seconds(30)};
};

TEST_F(IdlePoolTest, GivesTheOneUsedLast) {
  Put("a", "a1");
  Put("a", "a2");
  EXPECT_EQ(Take("a"), "a2");
  EXPECT_EQ(Take("a"), "a1");
  EXPECT_EQ(Take("a"), "");
}

TEST_F(IdlePoolTest, GivesOnlyWhatGoesToTheHost) {
  Put("a", "a1");
  EXPECT_EQ(Take("b"), "");
  EXPECT_EQ(Take("a"), "a1");
}

TEST_F(IdlePoolTest, WhatIsOfNoMoreUseIsClosed) {
  Put("a", "a1");
  Put("a", "a2")->of_use = false;
  EXPECT_EQ(Take("a"), "a1");
  EXPECT_THAT(open_, IsEmpty());
}

TEST_F(IdlePoolTest, NothingIsGivenOnceItHasTimedOut) {
  Put("a", "a1");
  EXPECT_EQ(Take("a", absl::Seconds(30) - absl::Nanoseconds(1)), "a1");
  Put("a", "a2");
  EXPECT_EQ(Take("a", absl::Seconds(30)), "");
}

TEST_F(IdlePoolTest, CloseExpiredClosesWhatHasTimedOut) {
  Put("a", "a1", 0);
  Put("b", "b1", 1);
  pool_.CloseExpired(absl::Seconds(30) - absl::Nanoseconds(1));
  EXPECT_THAT(open_, ElementsAre("a1", "b1"));
  pool_.CloseExpired(absl::Seconds(30));
  EXPECT_THAT(open_, ElementsAre("b1"));
  pool_.CloseExpired(absl::InfiniteDuration());
  EXPECT_THAT(open_, IsEmpty());
  EXPECT_EQ(Take("b"), "");
}

TEST_F(IdlePoolTest, OneTooManyForAHostClosesTheOldestOfThatHost) {
  Put("b", "b1");
  Put("a", "a1");
  Put("a", "a2");
  Put("a", "a3");
  EXPECT_THAT(open_, ElementsAre("a2", "a3", "b1"));
}

TEST_F(IdlePoolTest, OneTooManyInAllClosesTheOldest) {
  Put("a", "a1");
  Put("b", "b1");
  Put("c", "c1");
  EXPECT_THAT(open_, ElementsAre("a1", "b1", "c1"));
  Put("d", "d1");
  EXPECT_THAT(open_, ElementsAre("b1", "c1", "d1"));
}

}  // namespace
}  // namespace fluxcascade
