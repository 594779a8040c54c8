// Takes in what the edges logged: requests → events → deliveries and messages, and the cursor, in
// one transaction.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_INGESTOR_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_INGESTOR_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/store/store.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade {

// Thread-safe; batches of one node must come one after another.
class Ingestor {
 public:
  // `on_work` is called after each commit that made deliveries.
  Ingestor(Store& store, const ConnectorRegistry& connectors, const Clock& clock, Random& random,
           std::function<void()> on_work);

  // Takes in a batch that begins right behind the node's cursor. On OK all of it is committed,
  // events that were seen before are dropped, and the batch may be acknowledged; otherwise nothing
  // of it is. kDataLoss: the batch does not follow the cursor, has a gap, or is not what the edge
  // wrote to its log.
  absl::Status Ingest(absl::string_view edge_node, const edge::v1::Batch& batch);

  // Keeps the first request of `batch` as an event in state SET_ASIDE, with its reason, and moves
  // the cursor past it, so that what comes behind is not held up.
  absl::Status SetAsideFirst(absl::string_view edge_node, const edge::v1::Batch& batch,
                             absl::string_view reason);

 private:
  Store& store_;
  const ConnectorRegistry& connectors_;
  const Clock& clock_;
  Random& random_;
  std::function<void()> on_work_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_INGESTOR_H_
