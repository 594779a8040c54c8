#include "controlplane/ingest/ingestor.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log_chain/log_chain.h"
#include "common/status/status_macros.h"
#include "controlplane/dispatch/publish.h"
#include "controlplane/ingest/request_intake.h"

namespace fluxcascade {
namespace {

// The batch must begin right behind the cursor and go on without a gap: what is skipped here would
// be lost for ever.
absl::Status CheckFollows(const store::v1::EdgeNode& node, const edge::v1::Batch& batch) {
  if (node.cursor().log_id() != batch.log_id()) {
    return absl::DataLossError(absl::StrCat("the batch is of log ", batch.log_id(),
                                            ", the cursor of log ", node.cursor().log_id()));
  }
  uint64_t expected = node.cursor().sequence() + 1;
  for (const edge::v1::LoggedRequest& request : batch.requests()) {
    if (request.sequence() != expected) {
      return absl::DataLossError(absl::StrCat("expected request ", expected, " of log ",
                                              batch.log_id(), ", got ", request.sequence()));
    }
    ++expected;
  }
  return absl::OkStatus();
}

// What the request must continue; nothing: that is not known, since an operator has accepted that
// something is missing, or what came before was set aside with a damaged chain.
std::optional<Chain> ChainBefore(const std::string& log_id, absl::string_view before,
                                 uint64_t sequence) {
  if (before.size() == kChainBytes) return ChainOf(before);
  if (sequence == 1) return FirstChain(log_id);
  return std::nullopt;
}

// Whether it is what the edge wrote, and follows what ends at `before`: what was damaged on its way
// here, in a process's memory, too, does not continue the chain. Where nothing is known of what
// came before, the first is believed.
absl::Status CheckContinues(const std::string& log_id, absl::string_view before,
                            const edge::v1::LoggedRequest& request) {
  const std::optional<Chain> chain = ChainBefore(log_id, before, request.sequence());
  const bool continues =
      chain.has_value()
          ? request.chain() == BytesOf(NextChain(*chain, request.sequence(), BytesInChain(request)))
          : request.chain().size() == kChainBytes;
  if (continues) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("request ", request.sequence(), " of log ", log_id,
                                          " is not what the edge wrote: its chain does not "
                                          "continue that of the one before"));
}

absl::Status CheckChain(const store::v1::Cursor& cursor, const edge::v1::Batch& batch) {
  absl::string_view before = cursor.chain();
  for (const edge::v1::LoggedRequest& request : batch.requests()) {
    FC_RETURN_IF_ERROR(CheckContinues(batch.log_id(), before, request));
    before = request.chain();
  }
  return absl::OkStatus();
}

// Cursors only move with a transaction that holds what was read. With it goes what the batch says
// of the log, which is newer than the last status: who deletes the node is to know what it holds.
absl::Status MoveCursor(Transaction& tx, store::v1::EdgeNode node,
                        const edge::v1::LoggedRequest& last, const edge::v1::LogState& log) {
  node.mutable_cursor()->set_sequence(last.sequence());
  node.mutable_cursor()->set_chain(last.chain());
  node.set_uncommitted_pulls(0);
  if (log.log_id() == node.cursor().log_id()) {
    node.set_first_sequence(log.first_sequence());
    node.set_next_sequence(std::max(log.next_sequence(), last.sequence() + 1));
  }
  return tx.edge_nodes().Update(node);
}

}  // namespace

Ingestor::Ingestor(Store& store, const ConnectorRegistry& connectors, const Clock& clock,
                   Random& random, std::function<void()> on_work)
    : store_(store),
      connectors_(connectors),
      clock_(clock),
      random_(random),
      on_work_(std::move(on_work)) {}

absl::Status Ingestor::Ingest(absl::string_view edge_node, const edge::v1::Batch& batch) {
  if (batch.requests().empty()) return absl::OkStatus();
  const absl::Time now = clock_.Now();

  FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::EdgeNode node, tx.edge_nodes().Get(edge_node));
    FC_RETURN_IF_ERROR(CheckFollows(node, batch));
    FC_RETURN_IF_ERROR(CheckChain(node.cursor(), batch));
    Publisher publisher(tx, now, random_);
    RequestIntake intake(tx, connectors_, publisher, now, random_);
    const RequestOrigin origin{std::string(edge_node), batch.log_id()};
    for (const edge::v1::LoggedRequest& request : batch.requests()) {
      FC_RETURN_IF_ERROR(intake.Take(request, origin));
    }

    return MoveCursor(tx, std::move(node), *batch.requests().rbegin(), batch.log());
  }));
  on_work_();
  return absl::OkStatus();
}

absl::Status Ingestor::SetAsideFirst(absl::string_view edge_node, const edge::v1::Batch& batch,
                                     absl::string_view reason) {
  if (batch.requests().empty()) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  return store_.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::EdgeNode node, tx.edge_nodes().Get(edge_node));
    FC_RETURN_IF_ERROR(CheckFollows(node, batch));
    Publisher publisher(tx, now, random_);
    RequestIntake intake(tx, connectors_, publisher, now, random_);
    const edge::v1::LoggedRequest& first = batch.requests(0);
    FC_RETURN_IF_ERROR(intake.Keep(first, {std::string(edge_node), batch.log_id()},
                                   store::v1::Event::STATE_SET_ASIDE, reason));
    return MoveCursor(tx, std::move(node), first, batch.log());
  });
}

}  // namespace fluxcascade
