#include "controlplane/api/quarantine_round.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "controlplane/api/live_app.h"
#include "controlplane/ingest/quarantine_calls.h"

namespace fluxcascade {
namespace {

using edge::v1::RejectedRequest;
using edge::v1::ReleaseQuarantine;
using v1::EdgeQuarantineResult;

struct Round {
  // By name.
  std::vector<std::string> nodes;
  ReleaseQuarantine question;
};

absl::StatusOr<Round> Prepare(Transaction& tx, absl::string_view name,
                              ReleaseQuarantine::Mode mode) {
  FC_ASSIGN_OR_RETURN(const store::v1::App app, GetLiveApp(tx, name));
  if (!app.has_quarantine()) {
    return absl::FailedPreconditionError(
        absl::StrCat("name: ", name, " has no quarantine, so that edges keep nothing for it: set ",
                     "its quarantine first"));
  }
  FC_ASSIGN_OR_RETURN(const store::v1::EdgeGroup group, tx.edge_groups().Get(app.edge_group()));
  FC_ASSIGN_OR_RETURN(const auto nodes, tx.edge_nodes().ListByGroup(group.name()));
  if (nodes.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("name: the edge group of ", name, ", ", group.name(),
                     ", has no edge nodes: nobody keeps anything"));
  }
  Round round;
  for (const store::v1::EdgeNode& node : nodes) round.nodes.push_back(node.name());
  std::sort(round.nodes.begin(), round.nodes.end());
  round.question.set_hook_id(app.name());
  round.question.set_mode(mode);
  // What is dropped needs no secret.
  if (mode != ReleaseQuarantine::MODE_DISCARD) {
    round.question.set_config_version(group.config_version());
  }
  return round;
}

// As rejections name it.
std::string ReasonName(RejectedRequest::Reason reason) {
  const std::string name = RejectedRequest::Reason_Name(reason);
  // Of a newer edge.
  if (name.empty()) return absl::StrCat("REASON ", static_cast<int>(reason));
  return std::string(absl::StripPrefix(name, "REASON_"));
}

EdgeQuarantineResult::Outcome OutcomeOf(const QuarantineAnswer& answer) {
  switch (answer.kind) {
    case QuarantineAnswer::Kind::kAnswered:
      return answer.result.error().empty() ? EdgeQuarantineResult::OUTCOME_COMPLETE
                                           : EdgeQuarantineResult::OUTCOME_INCOMPLETE;
    case QuarantineAnswer::Kind::kNotAsked:
      return EdgeQuarantineResult::OUTCOME_NOT_ASKED;
    case QuarantineAnswer::Kind::kNoAnswer:
      return EdgeQuarantineResult::OUTCOME_NO_ANSWER;
  }
  return EdgeQuarantineResult::OUTCOME_UNSPECIFIED;
}

EdgeQuarantineResult ToApi(const QuarantineAnswer& answer) {
  EdgeQuarantineResult shown;
  shown.set_edge_node(answer.node);
  shown.set_outcome(OutcomeOf(answer));
  const edge::v1::QuarantineResult& result = answer.result;
  shown.set_error(answer.reason.empty() ? result.error() : answer.reason);
  shown.set_released(result.released());
  shown.set_duplicates(result.duplicates());
  for (const edge::v1::QuarantineResult::Refused& refused : result.refused()) {
    EdgeQuarantineResult::Refused& of_reason = *shown.add_refused();
    of_reason.set_reason(ReasonName(refused.reason()));
    of_reason.set_count(refused.count());
  }
  shown.set_discarded(result.discarded());
  shown.set_unreadable(result.unreadable());
  shown.set_remaining(result.remaining());
  return shown;
}

}  // namespace

absl::StatusOr<std::vector<EdgeQuarantineResult>> GoThroughQuarantines(
    const ApiContext& context, absl::string_view app, ReleaseQuarantine::Mode mode) {
  Round round;
  FC_RETURN_IF_ERROR(context.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(round, Prepare(tx, app, mode));
    return absl::OkStatus();
  }));
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<QuarantineCalls::Call> call,
                      context.quarantine_calls.Begin(round.nodes, round.question));
  std::vector<EdgeQuarantineResult> results;
  for (const QuarantineAnswer& answer : call->Wait()) results.push_back(ToApi(answer));
  return results;
}

}  // namespace fluxcascade
