#include "controlplane/api/app_service.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/id/id.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/api/ack_rules.h"
#include "controlplane/api/credentials.h"
#include "controlplane/api/former_secrets.h"
#include "controlplane/api/hook_rate_limit.h"
#include "controlplane/api/live_app.h"
#include "controlplane/api/quarantine_round.h"
#include "controlplane/api/quarantine_rule.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/ingest/edge_config.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/subscriptions/subscription_controller.h"

namespace fluxcascade {
namespace {

// 144 bits: more than the 128 that a hook's token must have, and no padding in base64.
constexpr size_t kHookTokenBytes = 18;

absl::StatusOr<v1::App> ToApi(Transaction& tx, const store::v1::App& stored) {
  v1::App app;
  app.set_name(stored.name());
  app.set_display_name(stored.display_name());
  app.set_system(stored.system());
  app.set_external_id(stored.external_id());
  app.set_client_id(stored.client_id());
  app.set_edge_group(stored.edge_group());
  *app.mutable_accepted_signatures() = stored.accepted_signatures();
  if (!stored.edge_group().empty()) {
    FC_ASSIGN_OR_RETURN(const store::v1::EdgeGroup group,
                        tx.edge_groups().Get(stored.edge_group()));
    app.set_hook_url(HookUrl(group, stored));
  }
  *app.mutable_create_time() = stored.create_time();
  *app.mutable_update_time() = stored.update_time();
  app.set_etag(absl::StrCat(stored.revision()));
  if (stored.has_quarantine()) *app.mutable_quarantine() = ToApiRule(stored.quarantine());
  if (stored.has_rate_limit()) *app.mutable_rate_limit() = ToApiLimit(stored.rate_limit());
  for (const store::v1::FormerSecret& former : stored.former_secrets()) {
    *app.add_former_secrets()->mutable_not_after() = former.not_after();
  }
  if (stored.has_ack()) *app.mutable_ack() = ToApiAckRule(stored.ack());
  return app;
}

// A deleted app holds its name as long as its hook is served.
absl::Status CheckNameIsFree(Transaction& tx, absl::string_view name) {
  const absl::StatusOr<store::v1::App> app = tx.apps().Get(name);
  if (absl::IsNotFound(app.status())) return absl::OkStatus();
  FC_RETURN_IF_ERROR(app.status());
  if (!app->has_delete_time()) {
    return absl::AlreadyExistsError(absl::StrCat("app ", name, " exists already"));
  }
  return absl::AlreadyExistsError(absl::StrCat(
      "app ", name, " was deleted, but its hook is still served: its name is free ", "about ",
      absl::FormatDuration(kHookGracePeriod), " after the deletion; wait, or take another app_id"));
}

absl::Status CheckSignatures(const ConnectorInfo& info, const store::v1::App& app) {
  for (const std::string& version : app.accepted_signatures()) {
    const auto& allowed = info.optional_signatures;
    if (std::find(allowed.begin(), allowed.end(), version) != allowed.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "app.accepted_signatures: ", info.title, " has no \"", version.substr(0, 50), "\"; ",
        allowed.empty() ? "nothing can be listed"
                        : absl::StrCat("allowed: ", absl::StrJoin(allowed, ", "))));
  }
  return absl::OkStatus();
}

absl::Status CheckApp(Transaction& tx, const ConnectorInfo& info, const store::v1::App& app) {
  FC_RETURN_IF_ERROR(CheckText("app.display_name", app.display_name(), kMaxDisplayName, false));
  FC_RETURN_IF_ERROR(CheckText("app.external_id", app.external_id(), 200, info.source));
  FC_RETURN_IF_ERROR(CheckText("app.client_id", app.client_id(), 200, false));
  FC_RETURN_IF_ERROR(CheckSignatures(info, app));
  if (app.has_quarantine() && !info.source) {
    return absl::InvalidArgumentError(
        absl::StrCat("app.quarantine: is given, but ", info.title,
                     " sends no webhooks that could be kept; leave it out"));
  }
  if (app.has_rate_limit() && !info.source) {
    return absl::InvalidArgumentError(
        absl::StrCat("app.rate_limit: is given, but ", info.title,
                     " sends no webhooks that it could limit; leave it out"));
  }
  if (!info.source && app.edge_group().empty()) return absl::OkStatus();
  if (app.edge_group().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("app.edge_group: is missing: ", info.title,
                     " sends webhooks, and the group says which edges receive them"));
  }
  FC_RETURN_IF_ERROR(CheckName("app.edge_group", app.edge_group(), "edgeGroups/*"));
  FC_RETURN_IF_ERROR(tx.edge_groups().Get(app.edge_group()).status());
  if (info.source && !app.has_client_secret()) {
    return absl::InvalidArgumentError(
        "app.client_secret: is missing: the system signs its webhooks with it");
  }
  return absl::OkStatus();
}

// Takes `fields` of `given` over into `app`; secrets are sealed.
absl::Status TakeOver(const ApiContext& context, const v1::App& given,
                      const std::set<std::string>& fields, store::v1::App& app) {
  if (fields.contains("display_name")) app.set_display_name(given.display_name());
  if (fields.contains("external_id")) app.set_external_id(given.external_id());
  if (fields.contains("client_id")) app.set_client_id(given.client_id());
  if (fields.contains("edge_group")) app.set_edge_group(given.edge_group());
  if (fields.contains("accepted_signatures")) {
    *app.mutable_accepted_signatures() = given.accepted_signatures();
  }
  if (fields.contains("quarantine")) {
    app.clear_quarantine();
    if (given.has_quarantine()) {
      FC_ASSIGN_OR_RETURN(*app.mutable_quarantine(),
                          ToStoredRule("app.quarantine", given.quarantine()));
    }
  }
  if (fields.contains("rate_limit")) {
    app.clear_rate_limit();
    if (given.has_rate_limit()) {
      FC_ASSIGN_OR_RETURN(*app.mutable_rate_limit(),
                          ToStoredLimit("app.rate_limit", given.rate_limit()));
    }
  }
  if (fields.contains("ack")) {
    app.clear_ack();
    if (given.has_ack()) {
      FC_ASSIGN_OR_RETURN(*app.mutable_ack(), ToStoredAckRule(given.ack()));
    }
  }
  if (fields.contains("client_secret")) {
    FC_RETURN_IF_ERROR(CheckText("app.client_secret", given.client_secret(), 1000, true));
    *app.mutable_client_secret() =
        SealField(context.keyring, given.client_secret(), app.name(), kClientSecretField);
  }
  if (fields.contains("webhook_credential")) {
    FC_ASSIGN_OR_RETURN(const PlainCredential plain,
                        ToPlainCredential("app.webhook_credential", given.webhook_credential()));
    *app.mutable_webhook_credential() = SealCredential(context.keyring, plain, app.name());
  }
  return absl::OkStatus();
}

// Who needs webhooks of the app, or has them: "" when nobody.
absl::StatusOr<std::string> UseOfWebhooks(Transaction& tx, absl::string_view app) {
  FC_ASSIGN_OR_RETURN(const auto connections, tx.connections().ListByApp(app));
  for (const store::v1::Connection& connection : connections) {
    FC_ASSIGN_OR_RETURN(const auto mappings, tx.mappings().ListBySource(connection.name()));
    for (const store::v1::Mapping& mapping : mappings) {
      if (mapping.realtime_enabled()) return absl::StrCat(mapping.name(), " has real-time sync on");
    }
  }
  FC_ASSIGN_OR_RETURN(const auto subscriptions, tx.subscriptions().ListByApp(app));
  if (subscriptions.empty()) return std::string();
  return absl::StrCat(subscriptions.size(), " webhook subscriptions are being taken away");
}

// The hook's URL, and the app at the system that it is registered on, change only while nothing
// arrives there: webhooks under way would be refused, and what is registered on the former app
// could not be found again.
absl::Status CheckMayMove(Transaction& tx, const store::v1::App& former,
                          const store::v1::App& app) {
  absl::string_view field;
  if (app.edge_group() != former.edge_group()) field = "app.edge_group";
  if (app.external_id() != former.external_id()) field = "app.external_id";
  if (field.empty()) return absl::OkStatus();
  FC_ASSIGN_OR_RETURN(const std::string use, UseOfWebhooks(tx, app.name()));
  if (use.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(field, ": cannot be changed while webhooks arrive: ", use,
                   "; turn real-time sync off for all mappings whose source is ", app.name(),
                   ", wait until it has no subscriptions any more, and repeat"));
}

// What DeleteApp says of subscriptions that are still there.
absl::Status SubscriptionsRemain(const store::v1::App& app,
                                 const std::vector<store::v1::Subscription>& subscriptions) {
  std::string last_error;
  for (const store::v1::Subscription& row : subscriptions) {
    if (row.failed_attempts() > 0) last_error = row.state_reason();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      app.name(), " still has ", subscriptions.size(),
      " webhook subscriptions at the system: they are being taken away, try again shortly",
      last_error.empty() ? "" : absl::StrCat("; the last error was: ", last_error)));
}

const std::set<std::string>& ChangeableFields() {
  static const auto* const fields = new std::set<std::string>{
      "display_name",       "external_id",         "client_id",  "client_secret", "edge_group",
      "webhook_credential", "accepted_signatures", "quarantine", "rate_limit",    "ack"};
  return *fields;
}

}  // namespace

grpc::Status AppServiceImpl::GetApp(grpc::ServerContext*, const v1::GetAppRequest* request,
                                    v1::App* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const store::v1::App app, GetLiveApp(tx, request->name()));
    FC_ASSIGN_OR_RETURN(out, ToApi(tx, app));
    return absl::OkStatus();
  });
}

grpc::Status AppServiceImpl::ListApps(grpc::ServerContext*, const v1::ListAppsRequest* request,
                                      v1::ListAppsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<store::v1::App> apps, tx.apps().List(request->parent(), page));
    for (const store::v1::App& app : apps.items) {
      if (app.has_delete_time()) continue;
      FC_ASSIGN_OR_RETURN(*out.add_apps(), ToApi(tx, app));
    }
    out.set_next_page_token(apps.next);
    return absl::OkStatus();
  });
}

grpc::Status AppServiceImpl::CreateApp(grpc::ServerContext*, const v1::CreateAppRequest* request,
                                       v1::App* response) {
  const absl::Time now = context_.clock.Now();
  return ToGrpc(RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_RETURN_IF_ERROR(CheckText("request_id", request->request_id(), kMaxRequestId, false));
    FC_ASSIGN_OR_RETURN(const std::optional<store::v1::App> earlier,
                        tx.apps().FindByRequestId(request->parent(), request->request_id()));
    if (earlier.has_value() && earlier->has_delete_time()) {
      return absl::FailedPreconditionError(
          absl::StrCat("request_id: ", earlier->name(),
                       ", which it created, was deleted; take another request_id"));
    }
    if (earlier.has_value()) {
      FC_ASSIGN_OR_RETURN(out, ToApi(tx, *earlier));
      return absl::OkStatus();
    }
    FC_ASSIGN_OR_RETURN(const std::string id,
                        ToResourceId("app_id", request->app_id(), context_.clock, context_.random));
    absl::StatusOr<const Connector*> connector = context_.connectors.Find(request->app().system());
    if (!connector.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("app.system: ", connector.status().message()));
    }
    store::v1::App app;
    app.set_name(JoinName(request->parent(), "apps", id));
    FC_RETURN_IF_ERROR(CheckNameIsFree(tx, app.name()));
    app.set_system(request->app().system());
    app.set_request_id(request->request_id());
    FC_ASSIGN_OR_RETURN(const std::set<std::string> fields,
                        FieldsToUpdate(request->app(), {}, ChangeableFields()));
    FC_RETURN_IF_ERROR(TakeOver(context_, request->app(), fields, app));
    FC_RETURN_IF_ERROR(CheckApp(tx, (*connector)->info(), app));
    app.set_hook_token(NewToken(kHookTokenBytes, context_.random));
    *app.mutable_create_time() = *app.mutable_update_time() = ToProto(now);
    app.set_revision(1);
    FC_RETURN_IF_ERROR(tx.apps().Insert(app));
    if (!app.edge_group().empty()) FC_RETURN_IF_ERROR(BumpConfigVersion(tx, app.edge_group()));
    FC_ASSIGN_OR_RETURN(out, ToApi(tx, app));
    return absl::OkStatus();
  }));
}

grpc::Status AppServiceImpl::UpdateApp(grpc::ServerContext*, const v1::UpdateAppRequest* request,
                                       v1::App* response) {
  const absl::Time now = context_.clock.Now();
  const absl::Status status =
      RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
        FC_ASSIGN_OR_RETURN(store::v1::App app, GetLiveApp(tx, request->app().name(), "app.name"));
        FC_RETURN_IF_ERROR(CheckEtag(request->app().etag(), app.revision()));
        FC_RETURN_IF_ERROR(CheckUnchanged(request->update_mask(), "app.system",
                                          request->app().system(), app.system()));
        FC_ASSIGN_OR_RETURN(
            const std::set<std::string> fields,
            FieldsToUpdate(request->app(), request->update_mask(), ChangeableFields()));
        const store::v1::App former = app;
        FC_RETURN_IF_ERROR(TakeOver(context_, request->app(), fields, app));
        if (fields.contains("client_secret")) ForgetEndedSecrets(now, app);
        if (request->has_keep_former_secret()) {
          FC_RETURN_IF_ERROR(KeepFormerSecret(former, fields.contains("client_secret"),
                                              FromProto(request->keep_former_secret()), now, app));
        }
        FC_ASSIGN_OR_RETURN(const Connector* connector, context_.connectors.Find(app.system()));
        FC_RETURN_IF_ERROR(CheckApp(tx, connector->info(), app));
        FC_RETURN_IF_ERROR(CheckMayMove(tx, former, app));
        *app.mutable_update_time() = ToProto(now);
        app.set_revision(app.revision() + 1);
        FC_RETURN_IF_ERROR(tx.apps().Update(app));
        for (const std::string& group :
             std::set<std::string>{former.edge_group(), app.edge_group()}) {
          if (!group.empty()) FC_RETURN_IF_ERROR(BumpConfigVersion(tx, group));
        }
        FC_RETURN_IF_ERROR(MarkForReconcile(tx, app.name(), now));
        FC_ASSIGN_OR_RETURN(out, ToApi(tx, app));
        return absl::OkStatus();
      });
  if (status.ok()) context_.on_subscriptions_changed();
  return ToGrpc(status);
}

grpc::Status AppServiceImpl::DeleteApp(grpc::ServerContext*, const v1::DeleteAppRequest* request,
                                       google::protobuf::Empty*) {
  const absl::Time now = context_.clock.Now();
  return ToGrpc(context_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::App app, GetLiveApp(tx, request->name()));
    FC_ASSIGN_OR_RETURN(const auto connections, tx.connections().ListByApp(app.name()));
    if (!connections.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(app.name(), " is used by ",
                                                        connections.front().name(),
                                                        ": delete its connections first"));
    }
    FC_ASSIGN_OR_RETURN(const auto subscriptions, tx.subscriptions().ListByApp(app.name()));
    if (!subscriptions.empty()) return SubscriptionsRemain(app, subscriptions);
    if (app.edge_group().empty()) return tx.apps().Delete(app.name());
    *app.mutable_delete_time() = ToProto(now);
    FC_RETURN_IF_ERROR(tx.apps().Update(app));
    // The edges are to know when the hook ends.
    return BumpConfigVersion(tx, app.edge_group());
  }));
}

grpc::Status AppServiceImpl::ReleaseQuarantine(grpc::ServerContext*,
                                               const v1::ReleaseQuarantineRequest* request,
                                               v1::ReleaseQuarantineResponse* response) {
  auto edges =
      GoThroughQuarantines(context_, request->name(),
                           request->verify_only() ? edge::v1::ReleaseQuarantine::MODE_VERIFY
                                                  : edge::v1::ReleaseQuarantine::MODE_RELEASE);
  if (!edges.ok()) return ToGrpc(edges.status());
  response->mutable_edges()->Assign(edges->begin(), edges->end());
  return grpc::Status::OK;
}

grpc::Status AppServiceImpl::DiscardQuarantine(grpc::ServerContext*,
                                               const v1::DiscardQuarantineRequest* request,
                                               v1::DiscardQuarantineResponse* response) {
  auto edges =
      GoThroughQuarantines(context_, request->name(), edge::v1::ReleaseQuarantine::MODE_DISCARD);
  if (!edges.ok()) return ToGrpc(edges.status());
  response->mutable_edges()->Assign(edges->begin(), edges->end());
  return grpc::Status::OK;
}

}  // namespace fluxcascade
