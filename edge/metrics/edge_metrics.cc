#include "edge/metrics/edge_metrics.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/metrics/process_metrics.h"
#include "common/proto_time/proto_time.h"

namespace fluxcascade::edge {
namespace {

double Number(uint64_t value) { return static_cast<double>(value); }

absl::string_view NameOf(HookOutcome outcome) {
  switch (outcome) {
    case HookOutcome::kAccepted:
      return "accepted";
    case HookOutcome::kDuplicate:
      return "duplicate";
    case HookOutcome::kUnauthorized:
      return "unauthorized";
    case HookOutcome::kPayloadTooLarge:
      return "payload_too_large";
    case HookOutcome::kRateLimited:
      return "rate_limited";
    case HookOutcome::kUnavailable:
      return "unavailable";
    case HookOutcome::kNotConfigured:
      return "not_configured";
  }
  return "unknown";
}

// `signature_mismatch` for REASON_SIGNATURE_MISMATCH.
std::string NameOf(RejectionReason reason) {
  const std::string name = v1::RejectedRequest::Reason_Name(reason);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "REASON_"));
}

void AddOutcomes(const std::string& hook_id, const HookCounters& counters,
                 MetricFamilies& families) {
  for (size_t i = 0; i < kHookOutcomes; ++i) {
    const auto outcome = static_cast<HookOutcome>(i);
    families.Add(Number(counters.count(outcome)),
                 {{"hook", hook_id}, {"outcome", std::string(NameOf(outcome))}});
  }
}

void CollectConnections(const HttpStats& http, MetricFamilies& families) {
  families.Gauge("open_connections", "Connections that are open.", Number(http.open_connections));
  families.Gauge("parked_connections",
                 "Open connections on which no request has begun and no answer is due.",
                 Number(http.parked_connections));
  families.Counter("accepted_connections_total", "Connections that were accepted.",
                   Number(http.accepted_connections));
  families.Counter("refused_connections_total",
                   "Connections closed at once: there were too many, or it stops.",
                   Number(http.refused_connections));
  families.Counter("refused_by_address_total",
                   "Of those, the connections of an address that had too many.",
                   Number(http.refused_by_address));
  families.Counter("timed_out_connections_total", "Connections closed since the peer was too slow.",
                   Number(http.timed_out_connections));
  families.Counter("failed_handshakes_total", "TLS handshakes that failed.",
                   Number(http.failed_handshakes));
  families.Counter("resumed_handshakes_total", "TLS handshakes that resumed an earlier session.",
                   Number(http.resumed_handshakes));
}

void CollectHttp(const HttpStats& http, MetricFamilies& families) {
  families.Counter("received_bytes_total", "Bytes that clients sent, without TLS.",
                   Number(http.received_bytes));
  families.Counter("http_requests_total", "Complete HTTP requests, whatever they asked for.",
                   Number(http.requests));
  families.Counter("malformed_requests_total", "Requests refused before their end: no valid HTTP.",
                   Number(http.malformed_requests));
  families.Gauge("body_bytes", "Bytes of bodies that are being received.", Number(http.body_bytes));
  families.Counter("refused_bodies_total", "Requests refused since these bytes were too many.",
                   Number(http.refused_bodies));
  families.Counter("late_answers_total",
                   "Webhooks answered 503 since what became of them was not known in time.",
                   Number(http.late_answers));
}

}  // namespace

std::vector<prometheus::MetricFamily> EdgeMetrics::Collect() const {
  const HttpStats http = sources_.http();
  const LogStats log = sources_.log();
  MetricFamilies families("fluxcascade_edge_");
  CollectRequests(families);
  CollectFallbacks(families);
  CollectVerification(families);
  CollectHttp(http, families);
  CollectConnections(http, families);
  CollectStages(http, log, families);
  CollectLog(log, families);
  CollectConsumers(families);
  CollectQuarantine(families);
  CollectState(families);
  families.Append(ProcessMetrics(sources_.started));
  return std::move(families).Take();
}

// At most HookTable::kMaxHooks hooks.
void EdgeMetrics::CollectRequests(MetricFamilies& families) const {
  families.BeginCounters("requests_total",
                         "Webhooks by hook and by what became of them; no hook: an unknown token, "
                         "or no configuration yet.");
  AddOutcomes("", sources_.counters.no_hook, families);
  const std::shared_ptr<const HookTable> hooks = sources_.hooks.Get();
  if (hooks == nullptr) return;
  hooks->ForEach(
      [&families](const RoutedHook& hook) { AddOutcomes(hook.id, *hook.counters, families); });
}

void EdgeMetrics::CollectFallbacks(MetricFamilies& families) const {
  families.BeginCounters("local_fallbacks_total",
                         "Accepted webhooks that were answered before the control plane had them, "
                         "though their hook waits for that.");
  const std::shared_ptr<const HookTable> hooks = sources_.hooks.Get();
  if (hooks == nullptr) return;
  hooks->ForEach([&families](const RoutedHook& hook) {
    if (!hook.commit_wait.has_value() && hook.counters->local_fallbacks() == 0) return;
    families.Add(Number(hook.counters->local_fallbacks()), {{"hook", hook.id}});
  });
}

void EdgeMetrics::CollectVerification(MetricFamilies& families) const {
  families.BeginCounters("verification_failures_total", "Webhooks refused, by reason.");
  const auto& rejected_for = sources_.counters.rejected_for;
  for (size_t i = 0; i < rejected_for.size(); ++i) {
    const int reason = static_cast<int>(i);
    if (reason == v1::RejectedRequest::REASON_UNSPECIFIED) continue;
    // An outcome of its own: its sender is not refused.
    if (reason == v1::RejectedRequest::REASON_REPLAYED) continue;
    if (!v1::RejectedRequest::Reason_IsValid(reason)) continue;
    families.Add(Number(rejected_for[i]),
                 {{"reason", NameOf(static_cast<RejectionReason>(reason))}});
  }
  families.Counter("dropped_rejections_total",
                   "Refused webhooks that the control plane will not be told of.",
                   Number(sources_.rejections.dropped()));
  families.Counter(
      "forgotten_ids_total",
      "Webhooks whose duplicates would be taken again: there were too many to remember.",
      Number(sources_.hooks.seen_ids().forgotten()));
}

void EdgeMetrics::CollectStages(const HttpStats& http, const LogStats& log,
                                MetricFamilies& families) const {
  HistogramReading verify;
  sources_.counters.verify.AddTo(&verify);
  HistogramReading commit;
  sources_.counters.commit.AddTo(&commit);
  families.BeginHistograms("stage_duration_seconds", "How long each stage of the work took.");
  for (const auto& [stage, reading] :
       {std::pair("handshake", http.handshake), std::pair("read", http.read),
        std::pair("verify", verify), std::pair("append", log.append), std::pair("sync", log.sync),
        std::pair("commit", commit), std::pair("answer", http.answer)}) {
    families.Add(reading, {{"stage", stage}});
  }
}

void EdgeMetrics::CollectLog(const LogStats& log, MetricFamilies& families) const {
  absl::Duration age;
  if (log.oldest_unacknowledged.has_value()) {
    // The clock may have been set back.
    age = std::max(sources_.clock.Now() - *log.oldest_unacknowledged, absl::ZeroDuration());
  }
  families.Gauge("log_bytes", "Bytes that the log keeps.", Number(log.bytes));
  families.Gauge("log_unacknowledged_bytes",
                 "Of those, what the first control plane has not acknowledged.",
                 Number(log.unacknowledged_bytes));
  families.Gauge("log_unacknowledged_requests",
                 "Webhooks that the first control plane has not acknowledged.",
                 Number(log.unacknowledged_requests));
  families.Gauge("log_oldest_unacknowledged_age_seconds",
                 "How long ago the oldest of them was received; 0: there is none.",
                 absl::ToDoubleSeconds(age));
  families.Gauge("log_waiting_bytes", "Bytes that wait to be written.", Number(log.waiting_bytes));
  families.Gauge("log_memory_bytes",
                 "What the log's write buffers, cached blocks and open tables take of the memory.",
                 Number(log.memory_bytes));
  families.Counter("log_failed_writes_total", "Writes or syncs of the log that failed.",
                   Number(log.failed_writes));
}

void EdgeMetrics::CollectConsumers(MetricFamilies& families) const {
  const std::vector<v1::ConsumerState> consumers = sources_.consumers();
  const auto add_all = [&](const std::function<double(const v1::ConsumerState&)>& value) {
    for (const v1::ConsumerState& consumer : consumers) {
      families.Add(value(consumer), {{"consumer", consumer.name()}});
    }
  };
  families.BeginGauges("consumer_connected", "Whether the link to this control plane is up.");
  add_all([](const v1::ConsumerState& consumer) { return consumer.connected() ? 1 : 0; });
  families.BeginGauges("consumer_lag_requests",
                       "Webhooks in the log that this control plane has not acknowledged.");
  add_all([](const v1::ConsumerState& consumer) { return Number(consumer.lag_requests()); });
  families.BeginGauges("consumer_lag_seconds",
                       "How long ago the oldest of them was received; 0: there is none.");
  add_all([](const v1::ConsumerState& consumer) {
    return absl::ToDoubleSeconds(FromProto(consumer.lag_age()));
  });
  families.BeginCounters("consumer_lost_requests_total",
                         "Webhooks that were trimmed before this control plane acknowledged them.");
  add_all([](const v1::ConsumerState& consumer) { return Number(consumer.lost_requests()); });
}

void EdgeMetrics::CollectQuarantine(MetricFamilies& families) const {
  if (!sources_.quarantine) return;
  const QuarantineStats stats = sources_.quarantine();
  families.Gauge("quarantined_requests", "Refused webhooks that are kept whole.",
                 Number(stats.requests));
  families.Gauge("quarantined_bytes", "What they take on the disk.", Number(stats.bytes));
  families.Counter("quarantine_dropped_total",
                   "Refused webhooks that could not be kept, or had to go for newer ones.",
                   Number(stats.dropped));
  families.Counter("quarantine_released_total",
                   "Webhooks that an operator released from quarantine: they are in the log.",
                   Number(stats.released));
}

void EdgeMetrics::CollectState(MetricFamilies& families) const {
  const std::shared_ptr<const HookTable> hooks = sources_.hooks.Get();
  families.Gauge("ready", "Whether webhooks are taken now.", sources_.ready().ok() ? 1 : 0);
  families.Gauge("link_connected", "Whether the link to the control plane is up.",
                 sources_.link_connected() ? 1 : 0);
  families.Gauge("config_version", "The configuration that is served; 0: none.",
                 hooks == nullptr ? 0 : static_cast<double>(hooks->version()));
  families.Gauge("hooks", "Hooks in it.", hooks == nullptr ? 0 : Number(hooks->size()));
  for (const EdgeGauge& gauge : sources_.gauges) {
    const std::optional<double> value = gauge.read();
    if (value.has_value()) families.Gauge(gauge.name, gauge.help, *value);
  }
  families.BeginGauges("build_info", "Always 1; the label says what runs.");
  families.Add(1, {{"version", sources_.version}});
}

}  // namespace fluxcascade::edge
