#include "controlplane/model/resource_name.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::HasSubstr;

TEST(ResourceNameTest, TakesANameOfItsPattern) {
  EXPECT_TRUE(CheckName("name", "workspaces/default/apps/crm", "workspaces/*/apps/*").ok());
  EXPECT_TRUE(CheckName("name", "edgeGroups/main", "edgeGroups/*").ok());
}

TEST(ResourceNameTest, RefusesOthersAndSaysWhatItWants) {
  for (const char* name :
       {"", "crm", "workspaces/default/apps", "workspaces/default/apps/", "workspaces//apps/crm",
        "workspaces/default/apps/CRM", "workspaces/default/connections/crm",
        "workspaces/default/apps/crm/x/y"}) {
    const absl::Status status = CheckName("app.name", name, "workspaces/*/apps/*");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr("app.name"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("workspaces/{workspace}/apps/{app}"));
  }
}

TEST(ResourceNameTest, AnEdgeNodeIsNamedByADnsName) {
  EXPECT_TRUE(CheckEdgeNodeName("name", "edgeNodes/edge-1").ok());
  EXPECT_TRUE(CheckEdgeNodeName("name", "edgeNodes/edge-1.example.com").ok());
  for (const char* name : {"", "edge-1", "edgeNodes/", "edgeNodes/Edge-1", "edgeNodes/a..b",
                           "edgeNodes/.a", "edgeNodes/a/b", "edgeGroups/a"}) {
    const absl::Status status = CheckEdgeNodeName("name", name);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr("edgeNodes/{edge_node}"));
  }
}

TEST(ResourceNameTest, TakesNamesApartAndPutsThemTogether) {
  const std::string name = JoinName("workspaces/default/apps/crm", "subscriptions", "s1");
  EXPECT_EQ(name, "workspaces/default/apps/crm/subscriptions/s1");
  EXPECT_EQ(IdOf(name), "s1");
  EXPECT_EQ(ParentOf(name), "workspaces/default/apps/crm");
  EXPECT_EQ(WorkspaceOf(name), "workspaces/default");
  EXPECT_EQ(JoinName("", "edgeGroups", "main"), "edgeGroups/main");
  EXPECT_EQ(ParentOf("edgeGroups/main"), "");
}

}  // namespace
}  // namespace fluxcascade
