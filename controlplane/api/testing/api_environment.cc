#include "controlplane/api/testing/api_environment.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/store/memory_store.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

Keyring FakeKeyring(Random& random) {
  return Keyring::Parse(Keyring::NewKeyLine("fake-key-for-tests", random), random).value();
}

std::string Name(const std::string& collection, const std::string& id) {
  return absl::StrCat(ApiEnvironment::kWorkspace, "/", collection, "/", id);
}

}  // namespace

ApiEnvironment::ApiEnvironment()
    : keyring(FakeKeyring(random)),
      connectors(MakeConnectorTable({})),
      store(MakeTestStore()),
      systems(keyring, connectors),
      context{.store = *store,
              .connectors = connectors,
              .clients = systems,
              .keyring = keyring,
              .clock = clock,
              .random = random,
              .quarantine_calls = quarantine_calls,
              .on_subscriptions_changed = [this] { ++subscriptions_changed; },
              .on_work = [this] { ++work; },
              .allow_private_endpoints = false,
              .version = "1.2.3"} {
  Do([&](Transaction& tx) -> absl::Status {
    store::v1::Workspace workspace;
    workspace.set_name(kWorkspace);
    FC_RETURN_IF_ERROR(tx.workspaces().Insert(workspace));
    store::v1::EdgeGroup group;
    group.set_name(kGroup);
    group.set_public_base_url("https://hooks.example");
    group.set_config_version(1);
    return tx.edge_groups().Insert(group);
  });
}

void ApiEnvironment::Do(const Store::Body& body) { FC_EXPECT_OK(store->Run(body)); }

store::v1::App ApiEnvironment::AddApp(const std::string& id, const std::string& system) {
  store::v1::App app;
  app.set_name(Name("apps", id));
  app.set_system(system);
  app.set_external_id("4711");
  app.set_hook_token(absl::StrCat("token-of-", id));
  app.set_revision(1);
  if (system == "hubspot") {
    app.set_edge_group(kGroup);
    *app.mutable_client_secret() =
        SealField(keyring, "fake-client-secret", app.name(), kClientSecretField);
  }
  Do([&](Transaction& tx) { return tx.apps().Insert(app); });
  return app;
}

store::v1::Connection ApiEnvironment::AddConnection(const std::string& id,
                                                    const store::v1::App& app) {
  store::v1::Connection connection;
  connection.set_name(Name("connections", id));
  connection.set_app(app.name());
  connection.set_system(app.system());
  connection.set_state(store::v1::Connection::STATE_ACTIVE);
  connection.set_account_id(app.system() == "hubspot" ? "1001" : "2002");
  connection.set_revision(1);
  PlainCredential plain;
  plain.token = absl::StrCat("fake-token-", id);
  *connection.mutable_credential() = SealCredential(keyring, plain, connection.name());
  Do([&](Transaction& tx) { return tx.connections().Insert(connection); });
  return connection;
}

store::v1::Mapping ApiEnvironment::AddMapping(const std::string& id,
                                              const store::v1::Connection& source,
                                              const store::v1::Connection& target) {
  store::v1::Mapping mapping;
  mapping.set_name(Name("mappings", id));
  mapping.mutable_source()->set_connection(source.name());
  mapping.mutable_source()->set_object_type("contact");
  mapping.mutable_target()->set_connection(target.name());
  mapping.mutable_target()->set_object_type("person");
  store::v1::FieldMapping& field = *mapping.add_fields();
  field.add_source_fields("email");
  field.set_target_field("email");
  mapping.set_delete_policy(store::v1::Mapping::DELETE_POLICY_KEEP);
  mapping.set_revision(1);
  Do([&](Transaction& tx) { return tx.mappings().Insert(mapping); });
  return mapping;
}

store::v1::App ApiEnvironment::App(const std::string& name) {
  store::v1::App app;
  Do([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(app, tx.apps().Get(name));
    return absl::OkStatus();
  });
  return app;
}

store::v1::Connection ApiEnvironment::Connection(const std::string& name) {
  store::v1::Connection connection;
  Do([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(connection, tx.connections().Get(name));
    return absl::OkStatus();
  });
  return connection;
}

store::v1::Mapping ApiEnvironment::Mapping(const std::string& name) {
  store::v1::Mapping mapping;
  Do([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(mapping, tx.mappings().Get(name));
    return absl::OkStatus();
  });
  return mapping;
}

int64_t ApiEnvironment::ConfigVersion(const std::string& group_name) {
  int64_t version = 0;
  Do([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const store::v1::EdgeGroup group, tx.edge_groups().Get(group_name));
    version = group.config_version();
    return absl::OkStatus();
  });
  return version;
}

}  // namespace fluxcascade
