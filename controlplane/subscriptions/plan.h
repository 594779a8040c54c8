// What stands between the subscriptions that the mappings need and those that the system has. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_PLAN_H_
#define FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_PLAN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// Each subscription that is needed, with the names of the mappings that need it.
using DesiredSubscriptions = std::map<SubscriptionSpec, std::vector<std::string>>;

// Of these mappings, those with real-time sync on, over all connections of one app.
DesiredSubscriptions Desired(const Connector& connector,
                             const std::vector<store::v1::Mapping>& mappings);

SubscriptionSpec SpecOf(const store::v1::Subscription& row);

// What the stored rows of an app are to become: a PENDING one for each that is needed and has none,
// REMOVING for those that nobody needs any more. Rows that stay as they are are not among them.
struct RowChanges {
  std::vector<store::v1::Subscription> insert;  // without name and times
  std::vector<store::v1::Subscription> update;
};
RowChanges PlanRows(const DesiredSubscriptions& desired,
                    const std::vector<store::v1::Subscription>& rows);

// One step at the system for one row.
struct SubscriptionStep {
  enum class Kind { kNone, kCreate, kActivate, kDelete, kForget };

  Kind kind = Kind::kNone;
  std::string external_id;  // for kActivate and kDelete, and for kNone what the system calls it
};

// Whether the app's target URL at the system may be set to ours: it has none, or a former one of
// ours, from before the app moved to another edge group. That one ends in the same token, which
// nobody else has. A foreign one is never overwritten.
enum class TargetUrlState { kOurs, kFormerlyOurs, kUnset, kForeign };
TargetUrlState CompareTargetUrl(absl::string_view actual, absl::string_view ours);

// A wanted row: nothing, create or activate. A REMOVING one: delete, or forget when the system has
// it no more. What the system has and no row speaks of is not ours and is left alone; where
// `target_url` is foreign neither is what another receiver may have made: only what the row knows
// by its external id is deleted there.
SubscriptionStep PlanStep(const store::v1::Subscription& row, const Registration& actual,
                          TargetUrlState target_url);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_PLAN_H_
