#include "controlplane/ingest/chain_for_test.h"

#include <string>

#include "absl/strings/string_view.h"
#include "common/log_chain/log_chain.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade {

std::string ChainForTest(char digit) { return std::string(kChainBytes, digit); }

void SetChains(absl::string_view before, edge::v1::Batch& batch) {
  Chain chain = before.empty() ? FirstChain(batch.log_id()) : ChainOf(before);
  for (edge::v1::LoggedRequest& request : *batch.mutable_requests()) {
    chain = NextChain(chain, request.sequence(), BytesInChain(request));
    request.set_chain(std::string(BytesOf(chain)));
  }
}

}  // namespace fluxcascade
