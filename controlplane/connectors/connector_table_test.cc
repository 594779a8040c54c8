#include "controlplane/connectors/connector_table.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ConnectorTableTest, HasEverySystem) {
  EXPECT_THAT(MakeConnectorTable({}).systems(), ElementsAre("hubspot", "pipedrive"));
}

TEST(ConnectorTableTest, FindsAConnectorByItsSystem) {
  const ConnectorRegistry registry = MakeConnectorTable({});
  const auto connector = registry.Find("hubspot");
  ASSERT_TRUE(connector.ok());
  EXPECT_EQ((*connector)->info().title, "HubSpot");
}

TEST(ConnectorTableTest, AnUnknownSystemIsAnsweredWithTheOnesThereAre) {
  const ConnectorRegistry registry = MakeConnectorTable({});
  const absl::Status status = registry.Find("hubsport").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'hubsport'"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("hubspot, pipedrive"));
}

}  // namespace
}  // namespace fluxcascade
