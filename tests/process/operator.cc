#include "tests/process/operator.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {

Operator::Operator(const ControlPlaneProcess& control_plane)
    : control_plane_(control_plane),
      apps_(v1::AppService::NewStub(control_plane_.channel())),
      edges_(v1::EdgeService::NewStub(control_plane_.channel())),
      events_(v1::EventService::NewStub(control_plane_.channel())) {
  FC_EXPECT_OK(Call(
      *edges_, &v1::EdgeService::Stub::CreateEdgeGroup,
      absl::StrCat("edge_group_id: 'main' edge_group { public_base_url: '", kPublicUrl, "' }")));
  AddNode("edge-1");
}

void Operator::AddNode(absl::string_view id) {
  FC_EXPECT_OK(Call(*edges_, &v1::EdgeService::Stub::CreateEdgeNode,
                    absl::StrCat("edge_node_id: '", id, "' edge_node { group: '", kGroup, "' }")));
}

v1::EdgeNode Operator::Node() {
  const auto node =
      Call(*edges_, &v1::EdgeService::Stub::GetEdgeNode, absl::StrCat("name: '", kNode, "'"));
  FC_EXPECT_OK(node);
  return node.value_or(v1::EdgeNode());
}

v1::EdgeGroup Operator::Group() {
  const auto group =
      Call(*edges_, &v1::EdgeService::Stub::GetEdgeGroup, absl::StrCat("name: '", kGroup, "'"));
  FC_EXPECT_OK(group);
  return group.value_or(v1::EdgeGroup());
}

std::string Operator::CreateApp(absl::string_view id, absl::string_view client_secret,
                                absl::string_view fields) {
  const auto app =
      Call(*apps_, &v1::AppService::Stub::CreateApp,
           absl::StrCat("parent: 'workspaces/default' app_id: '", id,
                        "' app { system: 'hubspot' external_id: '4711' client_secret: '",
                        client_secret, "' edge_group: '", kGroup, "' ", fields, " }"));
  FC_EXPECT_OK(app);
  return app.ok() ? app->hook_url() : "";
}

void Operator::SetClientSecret(absl::string_view app, absl::string_view client_secret,
                               absl::string_view fields) {
  FC_EXPECT_OK(Call(*apps_, &v1::AppService::Stub::UpdateApp,
                    absl::StrCat("app { name: 'workspaces/default/apps/", app, "' client_secret: '",
                                 client_secret, "' } ", fields)));
}

std::vector<v1::Event> Operator::Events() {
  const auto events = Call(*events_, &v1::EventService::Stub::ListEvents,
                           "parent: 'workspaces/default' page_size: 1000");
  FC_EXPECT_OK(events);
  if (!events.ok()) return {};
  EXPECT_EQ(events->next_page_token(), "");
  return {events->events().begin(), events->events().end()};
}

}  // namespace fluxcascade
