#include "controlplane/api/endpoint_service.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/api/urls.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/dispatch/publish.h"
#include "controlplane/dispatch/signature.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

using StoredEndpoint = store::v1::Endpoint;

constexpr char kPattern[] = "workspaces/*/endpoints/*";

absl::StatusOr<StoredEndpoint> GetEndpointNamed(Transaction& tx, absl::string_view name,
                                                absl::string_view field = "name") {
  FC_RETURN_IF_ERROR(CheckName(field, name, kPattern));
  return tx.endpoints().Get(name);
}

v1::Endpoint ToApi(const StoredEndpoint& stored) {
  v1::Endpoint endpoint;
  endpoint.set_name(stored.name());
  endpoint.set_display_name(stored.display_name());
  endpoint.set_url(stored.url());
  *endpoint.mutable_event_types() = stored.event_types();
  endpoint.set_disabled(stored.disabled());
  *endpoint.mutable_create_time() = stored.create_time();
  *endpoint.mutable_update_time() = stored.update_time();
  endpoint.set_etag(absl::StrCat(stored.revision()));
  return endpoint;
}

absl::Status CheckEventTypes(const StoredEndpoint& endpoint) {
  const std::vector<std::string>& known = MessageEventTypes();
  const std::string allowed = absl::StrJoin(known, ", ");
  if (endpoint.event_types().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("endpoint.event_types: is empty; give at least one of ", allowed));
  }
  std::set<std::string> seen;
  for (const std::string& type : endpoint.event_types()) {
    if (std::find(known.begin(), known.end(), type) == known.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("endpoint.event_types: \"", type.substr(0, 100), "\" is none of ", allowed));
    }
    if (!seen.insert(type).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("endpoint.event_types: \"", type, "\" is given twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckEndpoint(const ApiContext& context, const StoredEndpoint& endpoint) {
  FC_RETURN_IF_ERROR(
      CheckText("endpoint.display_name", endpoint.display_name(), kMaxDisplayName, false));
  const absl::Status url = CheckEndpointUrl(endpoint.url(), context.allow_private_endpoints);
  if (!url.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("endpoint.url: ", url.message()));
  }
  return CheckEventTypes(endpoint);
}

void TakeOver(const v1::Endpoint& given, const std::set<std::string>& fields,
              StoredEndpoint& stored) {
  if (fields.contains("display_name")) stored.set_display_name(given.display_name());
  if (fields.contains("url")) stored.set_url(given.url());
  if (fields.contains("event_types")) *stored.mutable_event_types() = given.event_types();
  if (fields.contains("disabled")) stored.set_disabled(given.disabled());
}

const std::set<std::string>& ChangeableFields() {
  static const auto* const fields =
      new std::set<std::string>{"display_name", "url", "event_types", "disabled"};
  return *fields;
}

}  // namespace

grpc::Status EndpointServiceImpl::GetEndpoint(grpc::ServerContext*,
                                              const v1::GetEndpointRequest* request,
                                              v1::Endpoint* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const StoredEndpoint stored, GetEndpointNamed(tx, request->name()));
    out = ToApi(stored);
    return absl::OkStatus();
  });
}

grpc::Status EndpointServiceImpl::ListEndpoints(grpc::ServerContext*,
                                                const v1::ListEndpointsRequest* request,
                                                v1::ListEndpointsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<StoredEndpoint> endpoints,
                        tx.endpoints().List(request->parent(), page));
    for (const StoredEndpoint& stored : endpoints.items) *out.add_endpoints() = ToApi(stored);
    out.set_next_page_token(endpoints.next);
    return absl::OkStatus();
  });
}

grpc::Status EndpointServiceImpl::CreateEndpoint(grpc::ServerContext*,
                                                 const v1::CreateEndpointRequest* request,
                                                 v1::Endpoint* response) {
  const absl::Time now = context_.clock.Now();
  return ToGrpc(RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_RETURN_IF_ERROR(CheckText("request_id", request->request_id(), kMaxRequestId, false));
    FC_ASSIGN_OR_RETURN(const std::optional<StoredEndpoint> earlier,
                        tx.endpoints().FindByRequestId(request->parent(), request->request_id()));
    if (earlier.has_value()) {
      out = ToApi(*earlier);
      // The repeated call is the one whose first answer was lost: it needs the secret. Later than
      // that it is somebody who has seen a request id.
      if (now - FromProto(earlier->create_time()) > kSecretShownFor) return absl::OkStatus();
      FC_ASSIGN_OR_RETURN(
          const std::string secret,
          OpenField(context_.keyring, earlier->secret(), earlier->name(), kEndpointSecretField));
      out.set_secret(secret);
      return absl::OkStatus();
    }
    FC_ASSIGN_OR_RETURN(const std::string id, ToResourceId("endpoint_id", request->endpoint_id(),
                                                           context_.clock, context_.random));
    StoredEndpoint stored;
    stored.set_name(JoinName(request->parent(), "endpoints", id));
    stored.set_request_id(request->request_id());
    TakeOver(request->endpoint(), ChangeableFields(), stored);
    FC_RETURN_IF_ERROR(CheckEndpoint(context_, stored));
    const std::string secret = NewEndpointSecret(context_.random);
    *stored.mutable_secret() =
        SealField(context_.keyring, secret, stored.name(), kEndpointSecretField);
    *stored.mutable_create_time() = *stored.mutable_update_time() = ToProto(now);
    stored.set_revision(1);
    FC_RETURN_IF_ERROR(tx.endpoints().Insert(stored));
    out = ToApi(stored);
    out.set_secret(secret);
    return absl::OkStatus();
  }));
}

grpc::Status EndpointServiceImpl::UpdateEndpoint(grpc::ServerContext*,
                                                 const v1::UpdateEndpointRequest* request,
                                                 v1::Endpoint* response) {
  const absl::Time now = context_.clock.Now();
  const absl::Status status =
      RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
        FC_ASSIGN_OR_RETURN(StoredEndpoint stored,
                            GetEndpointNamed(tx, request->endpoint().name(), "endpoint.name"));
        FC_RETURN_IF_ERROR(CheckEtag(request->endpoint().etag(), stored.revision()));
        FC_ASSIGN_OR_RETURN(
            const std::set<std::string> fields,
            FieldsToUpdate(request->endpoint(), request->update_mask(), ChangeableFields()));
        TakeOver(request->endpoint(), fields, stored);
        FC_RETURN_IF_ERROR(CheckEndpoint(context_, stored));
        *stored.mutable_update_time() = ToProto(now);
        stored.set_revision(stored.revision() + 1);
        FC_RETURN_IF_ERROR(tx.endpoints().Update(stored));
        out = ToApi(stored);
        return absl::OkStatus();
      });
  if (status.ok()) context_.on_work();
  return ToGrpc(status);
}

grpc::Status EndpointServiceImpl::DeleteEndpoint(grpc::ServerContext*,
                                                 const v1::DeleteEndpointRequest* request,
                                                 google::protobuf::Empty*) {
  // Deliveries that still wait find the endpoint gone at their next attempt, and end there as
  // failed.
  return ToGrpc(context_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const StoredEndpoint stored, GetEndpointNamed(tx, request->name()));
    return tx.endpoints().Delete(stored.name());
  }));
}

}  // namespace fluxcascade
