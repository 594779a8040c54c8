#include "controlplane/dispatch/publish.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/queue/delivery_lifecycle.h"

namespace fluxcascade {
namespace {

bool Subscribes(const store::v1::Endpoint& endpoint, absl::string_view event_type) {
  return std::any_of(endpoint.event_types().begin(), endpoint.event_types().end(),
                     [&](const std::string& type) { return type == event_type; });
}

}  // namespace

const std::vector<std::string>& MessageEventTypes() {
  static const auto* const types = new std::vector<std::string>{
      kRecordCreated, kRecordUpdated, kRecordDeleted, kSyncSucceeded, kSyncFailed};
  return *types;
}

absl::Status Publisher::Publish(absl::string_view workspace, absl::string_view event_type,
                                const nlohmann::json& data) {
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Endpoint>* endpoints, Endpoints(workspace));
  std::optional<store::v1::Message> message;
  for (const store::v1::Endpoint& endpoint : *endpoints) {
    if (endpoint.disabled() || !Subscribes(endpoint, event_type)) continue;
    if (!message.has_value()) {
      const std::string id = NewSortableId(now_, random_);
      const nlohmann::json body = {
          {"id", id},
          {"type", std::string(event_type)},
          {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", now_, absl::UTCTimeZone())},
          {"workspace", std::string(workspace)},
          {"data", data}};
      message.emplace();
      message->set_name(JoinName(workspace, "messages", id));
      message->set_event_type(std::string(event_type));
      // Bytes from outside may stand in `data`: what is not UTF-8 is replaced, never thrown over.
      message->set_body(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      *message->mutable_create_time() = ToProto(now_);
    }
    FC_ASSIGN_OR_RETURN(*message->add_deliveries(),
                        AcceptMessage(tx_, endpoint, *message, now_, random_));
  }
  return message.has_value() ? tx_.messages().Insert(*message) : absl::OkStatus();
}

absl::StatusOr<const std::vector<store::v1::Endpoint>*> Publisher::Endpoints(
    absl::string_view workspace) {
  const auto known = endpoints_.find(workspace);
  if (known != endpoints_.end()) return &known->second;
  std::vector<store::v1::Endpoint> all;
  PageRequest request{.size = 1000, .after = ""};
  do {
    FC_ASSIGN_OR_RETURN(Page<store::v1::Endpoint> page, tx_.endpoints().List(workspace, request));
    std::move(page.items.begin(), page.items.end(), std::back_inserter(all));
    request.after = page.next;
  } while (!request.after.empty());
  return &endpoints_.emplace(std::string(workspace), std::move(all)).first->second;
}

}  // namespace fluxcascade
