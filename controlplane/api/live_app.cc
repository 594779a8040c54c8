#include "controlplane/api/live_app.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {

absl::StatusOr<store::v1::App> GetLiveApp(Transaction& tx, absl::string_view name,
                                          absl::string_view field) {
  FC_RETURN_IF_ERROR(CheckName(field, name, "workspaces/*/apps/*"));
  FC_ASSIGN_OR_RETURN(store::v1::App app, tx.apps().Get(name));
  if (app.has_delete_time()) return absl::NotFoundError(absl::StrCat(name, " was deleted"));
  return app;
}

}  // namespace fluxcascade
