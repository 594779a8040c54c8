#include "controlplane/model/action.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::ACTION_CREATE;
using store::v1::ACTION_DELETE;
using store::v1::ACTION_MERGE;
using store::v1::ACTION_UPDATE;

TEST(ActionTest, EventTypesAreObjectTypeAndVerb) {
  EXPECT_EQ(EventType("contact", ACTION_CREATE), "contact.create");
  EXPECT_EQ(EventType("contact", ACTION_MERGE), "contact.merge");
  EXPECT_EQ(EventType("", ACTION_CREATE), "");
  EXPECT_EQ(EventType("contact", store::v1::ACTION_UNSPECIFIED), "");
}

TEST(ActionTest, UpdatesDisappearInCreatesAndDeletes) {
  EXPECT_EQ(CombineActions(ACTION_CREATE, ACTION_UPDATE), ACTION_CREATE);
  EXPECT_EQ(CombineActions(ACTION_DELETE, ACTION_UPDATE), ACTION_DELETE);
  EXPECT_EQ(CombineActions(ACTION_UPDATE, ACTION_UPDATE), ACTION_UPDATE);
}

TEST(ActionTest, TheLastOfCreateAndDeleteCounts) {
  EXPECT_EQ(CombineActions(ACTION_CREATE, ACTION_DELETE), ACTION_DELETE);
  EXPECT_EQ(CombineActions(ACTION_DELETE, ACTION_CREATE), ACTION_CREATE);
}

}  // namespace
}  // namespace fluxcascade
