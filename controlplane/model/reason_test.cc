#include "controlplane/model/reason.h"

#include <string>

#include "fluxcascade/store/v1/records.pb.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(ReasonTest, KeepsWordsUpToTheLimitAndCutsBetweenCharacters) {
  const std::string words = std::string(kMaxReasonBytes - 2, 'x') + "ü";
  EXPECT_EQ(ReasonText(words), words);
  EXPECT_EQ(ReasonText("x" + words), std::string(kMaxReasonBytes - 1, 'x'));
}

TEST(ReasonTest, WhateverItIsMadeOfCanBeReadAgain) {
  store::v1::Delivery delivery;
  delivery.set_state_reason(ReasonText("half a character: \xC3"));
  store::v1::Delivery read;
  ASSERT_TRUE(read.ParseFromString(delivery.SerializeAsString()));
  EXPECT_EQ(read.state_reason(), "half a character: \xEF\xBF\xBD");
}

}  // namespace
}  // namespace fluxcascade
