#include "controlplane/ingest/edge_config.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

// Nothing when the app's system sends no webhooks.
absl::StatusOr<std::optional<edge::v1::Hook>> MakeHook(const store::v1::EdgeGroup& group,
                                                       const store::v1::App& app,
                                                       const ConnectorRegistry& connectors,
                                                       const OpenApp& open_app) {
  FC_ASSIGN_OR_RETURN(const Connector* connector, connectors.Find(app.system()));
  FC_ASSIGN_OR_RETURN(const AppIdentity identity, open_app(app));
  edge::v1::Hook hook;
  hook.set_id(app.name());
  hook.set_token(app.hook_token());
  hook.set_public_url(HookUrl(group, app));
  if (app.has_delete_time()) *hook.mutable_not_after() = ToProto(HookEnd(app));
  // Of a deleted app nothing could be released.
  if (app.has_quarantine() && !app.has_delete_time()) {
    hook.mutable_quarantine()->set_max_requests(app.quarantine().max_requests());
    hook.mutable_quarantine()->set_max_bytes(app.quarantine().max_bytes());
  }
  if (app.has_rate_limit()) {
    hook.mutable_rate_limit()->set_requests_per_second(app.rate_limit().requests_per_second());
    hook.mutable_rate_limit()->set_burst(app.rate_limit().burst());
  }
  if (app.ack().mode() == store::v1::AckRule::MODE_CONTROL_PLANE) {
    hook.mutable_ack()->set_mode(edge::v1::AckRule::MODE_CONTROL_PLANE);
    *hook.mutable_ack()->mutable_fallback_after() = app.ack().fallback_after();
  }
  const absl::Status filled = connector->FillHook(identity, hook);
  if (absl::IsUnimplemented(filled)) return std::nullopt;
  FC_RETURN_IF_ERROR(filled);
  return hook;
}

}  // namespace

absl::Time HookEnd(const store::v1::App& app) {
  if (!app.has_delete_time()) return absl::InfiniteFuture();
  return FromProto(app.delete_time()) + kHookGracePeriod;
}

std::string HookUrl(const store::v1::EdgeGroup& group, const store::v1::App& app) {
  return absl::StrCat(group.public_base_url(), "/v1/hooks/", app.hook_token());
}

absl::StatusOr<edge::v1::Config> BuildEdgeConfig(Transaction& tx, absl::string_view edge_group,
                                                 const ConnectorRegistry& connectors,
                                                 const OpenApp& open_app, absl::Time now) {
  FC_ASSIGN_OR_RETURN(const store::v1::EdgeGroup group, tx.edge_groups().Get(edge_group));
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::App> apps,
                      tx.apps().ListByEdgeGroup(edge_group));
  edge::v1::Config config;
  config.set_version(group.config_version());
  for (const store::v1::App& app : apps) {
    if (now > HookEnd(app)) continue;
    absl::StatusOr<std::optional<edge::v1::Hook>> hook = MakeHook(group, app, connectors, open_app);
    if (!hook.ok()) {
      return absl::Status(hook.status().code(),
                          absl::StrCat(app.name(), ": ", hook.status().message()));
    }
    if (hook->has_value()) *config.add_hooks() = **std::move(hook);
  }
  return config;
}

absl::Status BumpConfigVersion(Transaction& tx, absl::string_view edge_group) {
  FC_ASSIGN_OR_RETURN(store::v1::EdgeGroup group, tx.edge_groups().Get(edge_group));
  group.set_config_version(group.config_version() + 1);
  return tx.edge_groups().Update(group);
}

absl::Status CheckEdgesReady(Transaction& tx, absl::string_view edge_group, absl::Time now) {
  FC_ASSIGN_OR_RETURN(const store::v1::EdgeGroup group, tx.edge_groups().Get(edge_group));
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::EdgeNode> nodes,
                      tx.edge_nodes().ListByGroup(edge_group));
  int live = 0;
  for (const store::v1::EdgeNode& node : nodes) {
    if (!node.connected() || now - FromProto(node.last_seen_time()) > kNodeSilence) continue;
    ++live;
    const bool has_ours = node.applied_config_version() >= group.config_version();
    if (has_ours && node.config_confirmed()) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "waits for ", node.name(), " to apply configuration ", group.config_version(),
        node.config_error().empty() ? "" : absl::StrCat("; last error: ", node.config_error())));
  }
  if (live > 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("waits for an edge of ", group.name(), " to be connected: none is"));
}

}  // namespace fluxcascade
