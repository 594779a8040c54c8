#include "controlplane/subscriptions/plan.h"

#include <algorithm>
#include <set>

#include "controlplane/mapping/check.h"

namespace fluxcascade {

using store::v1::Subscription;

DesiredSubscriptions Desired(const Connector& connector,
                             const std::vector<store::v1::Mapping>& mappings) {
  DesiredSubscriptions desired;
  for (const store::v1::Mapping& mapping : mappings) {
    if (!mapping.realtime_enabled()) continue;
    for (const SubscriptionSpec& spec :
         connector.RequiredSubscriptions(mapping.source().object_type(), SourceFields(mapping))) {
      desired[spec].push_back(mapping.name());
    }
  }
  for (auto& [spec, names] : desired) std::sort(names.begin(), names.end());
  return desired;
}

SubscriptionSpec SpecOf(const Subscription& row) { return {row.event_type(), row.property()}; }

namespace {

// True when the row has to be stored anew.
bool MakeWanted(const std::vector<std::string>& mappings, Subscription& row) {
  const bool same_mappings =
      std::equal(mappings.begin(), mappings.end(), row.mappings().begin(), row.mappings().end());
  if (same_mappings && row.state() != Subscription::STATE_REMOVING) return false;
  row.mutable_mappings()->Assign(mappings.begin(), mappings.end());
  if (row.state() == Subscription::STATE_REMOVING) {
    row.set_state(Subscription::STATE_PENDING);
    row.clear_state_reason();
    row.set_failed_attempts(0);
  }
  return true;
}

bool MakeUnwanted(Subscription& row) {
  if (row.state() == Subscription::STATE_REMOVING) return false;
  row.set_state(Subscription::STATE_REMOVING);
  row.clear_state_reason();
  row.clear_mappings();
  row.set_failed_attempts(0);
  return true;
}

}  // namespace

RowChanges PlanRows(const DesiredSubscriptions& desired, const std::vector<Subscription>& rows) {
  RowChanges changes;
  std::set<SubscriptionSpec> known;
  for (Subscription row : rows) {
    const auto wanted = desired.find(SpecOf(row));
    known.insert(SpecOf(row));
    const bool changed =
        wanted == desired.end() ? MakeUnwanted(row) : MakeWanted(wanted->second, row);
    if (changed) changes.update.push_back(std::move(row));
  }
  for (const auto& [spec, mappings] : desired) {
    if (known.contains(spec)) continue;
    Subscription row;
    row.set_event_type(spec.event_type);
    row.set_property(spec.property);
    row.set_state(Subscription::STATE_PENDING);
    row.mutable_mappings()->Assign(mappings.begin(), mappings.end());
    changes.insert.push_back(std::move(row));
  }
  return changes;
}

SubscriptionStep PlanStep(const Subscription& row, const Registration& actual,
                          TargetUrlState target_url) {
  const bool removing = row.state() == Subscription::STATE_REMOVING;
  const bool by_id = removing && target_url == TargetUrlState::kForeign;
  const auto found = std::find_if(
      actual.subscriptions.begin(), actual.subscriptions.end(), [&](const ActualSubscription& is) {
        return is.spec == SpecOf(row) && (!by_id || is.external_id == row.external_id());
      });
  const bool exists = found != actual.subscriptions.end();
  if (removing) {
    if (!exists) return {SubscriptionStep::Kind::kForget, ""};
    return {SubscriptionStep::Kind::kDelete, found->external_id};
  }
  if (!exists) return {SubscriptionStep::Kind::kCreate, ""};
  return {found->active ? SubscriptionStep::Kind::kNone : SubscriptionStep::Kind::kActivate,
          found->external_id};
}

TargetUrlState CompareTargetUrl(absl::string_view actual, absl::string_view ours) {
  if (actual.empty()) return TargetUrlState::kUnset;
  if (actual == ours) return TargetUrlState::kOurs;
  const absl::string_view token = ours.substr(ours.rfind('/') + 1);
  const bool same_token = actual.substr(actual.rfind('/') + 1) == token;
  return same_token && !token.empty() ? TargetUrlState::kFormerlyOurs : TargetUrlState::kForeign;
}

}  // namespace fluxcascade
