// Reads the log of one edge over one stream: asks for what comes behind the cursor, takes it in,
// acknowledges it, asks again.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_LOG_PULLER_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_LOG_PULLER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"
#include "controlplane/ingest/ingestor.h"
#include "controlplane/store/store.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade {

struct PullOptions {
  // What one batch may hold, in bytes: at most 2 MiB.
  uint32_t batch_bytes = 2 << 20;
  // How long an edge may hold a pull when it has nothing.
  uint32_t wait_ms = 10000;
  // With more inbound deliveries pending, or a larger store, nothing more is pulled: what the edges
  // hold is safer there.
  int64_t max_pending_deliveries = 1000000;
  int64_t max_store_bytes = int64_t{64} << 30;
};

// How often a request may be pulled without a commit, each time over a new stream, before it is
// set aside: the third pull takes the batch in request by request.
inline constexpr int kMaxUncommittedPulls = 3;

// PullNext may be called from any thread, the rest from one. An error ends the stream.
class LogPuller {
 public:
  // False: the stream is broken; what was sent may not have arrived. Thread-safe.
  using Send = std::function<bool(const edge::v1::ConnectResponse&)>;

  // All references outlive the puller.
  LogPuller(std::string node, Store& store, Ingestor& ingestor, const Clock& clock,
            PullOptions options, Send send);

  // The edge has said hello: it answers no earlier pull.
  void OnHello() { PullAnswered(); }

  // Asks for the next batch, unless one was asked for, or log and cursor do not fit, or too much is
  // pending; the node's record says why nothing is pulled.
  absl::Status PullNext();

  // Takes the batch in, acknowledges it once that is committed, and asks for the next.
  absl::Status OnBatch(const edge::v1::Batch& batch);

  // Log and cursor do not fit: kept in the node's record, where only an operator ends it.
  absl::Status OnPullError(const edge::v1::PullError& error);

 private:
  // Ingests the batch; when that has failed for a reason of its own again and again, request by
  // request, setting aside what fails.
  absl::Status TakeIn(const edge::v1::Batch& batch);
  absl::Status TakeInOneByOne(const edge::v1::Batch& batch, bool first_ended_the_process);
  // Why nothing more is to be pulled; empty: it is.
  absl::StatusOr<std::string> PausedReason(Transaction& tx) const;
  absl::StatusOr<int> CountPull();
  void UncountPull();
  void FillPull(const store::v1::Cursor& cursor, edge::v1::Pull& pull) const;
  void PullAnswered();

  const std::string node_;
  Store& store_;
  Ingestor& ingestor_;
  const Clock& clock_;
  const PullOptions options_;
  const Send send_;
  // Only OnBatch's thread looks at it.
  bool first_batch_ = true;

  Mutex mutex_;
  bool pulling_ FC_GUARDED_BY(mutex_) = false;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_LOG_PULLER_H_
