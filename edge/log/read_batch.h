// The requests that one Read returns: at least one, then as many as fit.
#ifndef FLUXCASCADE_EDGE_LOG_READ_BATCH_H_
#define FLUXCASCADE_EDGE_LOG_READ_BATCH_H_

#include <cstdint>
#include <vector>

#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

class ReadBatch {
 public:
  // How many bytes the requests may take as a field of a Batch. The first fits always.
  explicit ReadBatch(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // False: it does not fit, and the batch is complete.
  bool Add(v1::LoggedRequest request);

  bool empty() const { return requests_.empty(); }
  std::vector<v1::LoggedRequest> Take() &&;

 private:
  const uint64_t max_bytes_;
  uint64_t bytes_ = 0;
  std::vector<v1::LoggedRequest> requests_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_READ_BATCH_H_
