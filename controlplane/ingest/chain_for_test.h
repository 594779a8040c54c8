// Batches as an edge sends them.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_CHAIN_FOR_TEST_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_CHAIN_FOR_TEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade {

// Any chain.
std::string ChainForTest(char digit);

// Gives the requests their chains; `before` is that of what came before, empty at a log's start.
void SetChains(absl::string_view before, edge::v1::Batch& batch);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_CHAIN_FOR_TEST_H_
