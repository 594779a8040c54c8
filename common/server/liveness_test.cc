#include "common/server/liveness.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A thread that turns when it is told to.
class Thread {
 public:
  LivenessProbe Probe(const std::string& name) {
    return {name, [this](std::function<void()> alive) { asked_.push_back(std::move(alive)); }};
  }
  void Turn() {
    for (const std::function<void()>& alive : std::exchange(asked_, {})) alive();
  }
  const std::vector<std::function<void()>>& asked() const { return asked_; }

 private:
  std::vector<std::function<void()>> asked_;
};

class LivenessTest : public testing::Test {
 protected:
  Thread loop_;
  Thread log_;
  Liveness liveness_{{loop_.Probe("loop"), log_.Probe("log")}};
};

TEST_F(LivenessTest, NobodyIsSilentWhoWasNotAsked) { EXPECT_THAT(liveness_.Check(), IsEmpty()); }

TEST_F(LivenessTest, WhoTurnsIsAliveEachTime) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(liveness_.Check(), IsEmpty());
    loop_.Turn();
    log_.Turn();
  }
}

TEST_F(LivenessTest, WhoHangsIsNamedUntilItTurnsAgain) {
  liveness_.Check();
  loop_.Turn();
  EXPECT_THAT(liveness_.Check(), ElementsAre("log"));
  loop_.Turn();
  EXPECT_THAT(liveness_.Check(), ElementsAre("log"));
  loop_.Turn();
  log_.Turn();
  EXPECT_THAT(liveness_.Check(), IsEmpty());
}

TEST_F(LivenessTest, QuestionsDoNotPileUpInAThreadThatHangs) {
  for (int i = 0; i < 10; ++i) liveness_.Check();
  EXPECT_THAT(log_.asked(), SizeIs(1));
}

TEST_F(LivenessTest, AnAnswerMayComeAfterTheEnd) {
  {
    Liveness brief({loop_.Probe("loop")});
    brief.Check();
  }
  loop_.Turn();
}

}  // namespace
}  // namespace fluxcascade
