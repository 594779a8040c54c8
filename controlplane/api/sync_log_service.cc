#include "controlplane/api/sync_log_service.h"

#include "common/status/status_macros.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"

namespace fluxcascade {
namespace {

v1::SyncLog ToApi(const store::v1::SyncLog& stored) {
  v1::SyncLog log;
  log.set_name(stored.name());
  *log.mutable_time() = stored.time();
  // The enums have the same numbers; a test holds them to it.
  log.set_trigger(static_cast<v1::SyncLog::Trigger>(stored.trigger()));
  log.set_event(stored.event());
  log.set_record(stored.record());
  log.set_source(stored.source());
  log.set_target(stored.target());
  log.set_mapping(stored.mapping());
  log.set_delivery(stored.delivery());
  log.set_source_record_id(stored.source_record_id());
  log.set_target_record_id(stored.target_record_id());
  *log.mutable_fields_changed() = stored.fields_changed();
  log.set_result(static_cast<v1::SyncLog::Result>(stored.result()));
  log.set_error(stored.error());
  *log.mutable_duration() = stored.duration();
  return log;
}

}  // namespace

grpc::Status SyncLogServiceImpl::ListSyncLogs(grpc::ServerContext*,
                                              const v1::ListSyncLogsRequest* request,
                                              v1::ListSyncLogsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_RETURN_IF_ERROR(CheckEnum("result", request->result(), *v1::SyncLog::Result_descriptor()));
    const SyncLogFilter filter{
        .mapping = request->mapping(),
        .source_record_id = request->source_record_id(),
        .result = static_cast<store::v1::SyncLog::Result>(request->result())};
    FC_ASSIGN_OR_RETURN(const Page<store::v1::SyncLog> logs,
                        tx.sync_logs().List(request->parent(), filter, page));
    for (const store::v1::SyncLog& stored : logs.items) *out.add_sync_logs() = ToApi(stored);
    out.set_next_page_token(logs.next);
    return absl::OkStatus();
  });
}

}  // namespace fluxcascade
