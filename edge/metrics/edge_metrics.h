// What the edge tells Prometheus. Counting is done where things happen, in plain atomics; here they
// are read, when somebody asks. README.md lists every name.
#ifndef FLUXCASCADE_EDGE_METRICS_EDGE_METRICS_H_
#define FLUXCASCADE_EDGE_METRICS_EDGE_METRICS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/metrics/metric_families.h"
#include "common/time/clock.h"
#include "edge/http/http_counters.h"
#include "edge/log/log_stats.h"
#include "edge/quarantine/quarantine_store.h"
#include "edge/receive/edge_counters.h"
#include "edge/receive/rejection_ring.h"
#include "edge/routing/active_hook_table.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "prometheus/collectable.h"

namespace fluxcascade::edge {

// One number that somebody can give when asked.
struct EdgeGauge {
  // Without `fluxcascade_edge_`.
  std::string name;
  std::string help;
  // Thread-safe, and does not wait. Nothing: the gauge is left out.
  std::function<std::optional<double>()> read;
};

// Where the numbers come from. The functions are thread-safe and do not wait.
struct EdgeMetricsSources {
  std::string version;
  absl::Time started;
  const Clock& clock;
  const EdgeCounters& counters;
  const ActiveHookTable& hooks;
  const RejectionRing& rejections;
  std::function<HttpStats()> http;
  std::function<LogStats()> log;
  std::function<absl::Status()> ready;
  std::function<bool()> link_connected;
  // Who reads the log, the primary first.
  std::function<std::vector<v1::ConsumerState>()> consumers;
  // May be empty: then there is none.
  std::function<QuarantineStats()> quarantine;
  // What other parts have to tell.
  std::vector<EdgeGauge> gauges;
};

// Thread-safe.
class EdgeMetrics final : public prometheus::Collectable {
 public:
  // What `sources` refer to outlives it.
  explicit EdgeMetrics(EdgeMetricsSources sources) : sources_(std::move(sources)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  void CollectRequests(MetricFamilies& families) const;
  // Of hooks that wait for the control plane, or did before.
  void CollectFallbacks(MetricFamilies& families) const;
  void CollectVerification(MetricFamilies& families) const;
  void CollectStages(const HttpStats& http, const LogStats& log, MetricFamilies& families) const;
  void CollectLog(const LogStats& log, MetricFamilies& families) const;
  void CollectConsumers(MetricFamilies& families) const;
  void CollectQuarantine(MetricFamilies& families) const;
  void CollectState(MetricFamilies& families) const;

  const EdgeMetricsSources sources_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_METRICS_EDGE_METRICS_H_
