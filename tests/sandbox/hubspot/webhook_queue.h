// Which webhook request is to be sent next: batches, concurrency, retries. Knows no threads and no
// network; time is an argument.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_QUEUE_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_QUEUE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::sandbox {

struct WebhookQueueSettings {
  absl::Duration batch_window = absl::Milliseconds(50);  // events of this long go together
  size_t max_batch = 100;
  bool retries = true;
  // What the retries' real spacing (24 hours in all) is multiplied with.
  double retry_time_scale = 1.0;
  // Of 100 requests that were answered, so many are sent once more.
  int duplicate_percent = 0;
};

// One account's events for one app travel apart from all others.
struct WebhookLane {
  int64_t app_id = 0;
  int64_t portal_id = 0;
  friend auto operator<=>(const WebhookLane&, const WebhookLane&) = default;
};

struct WebhookBatch {
  WebhookLane lane;
  std::vector<nlohmann::json> events;
  int attempt = 0;            // from 0
  bool is_duplicate = false;  // accepted once already
};

// Not thread-safe.
class WebhookQueue {
 public:
  static constexpr int kMaxRetries = 10;

  void set_settings(const WebhookQueueSettings& settings) { settings_ = settings; }
  const WebhookQueueSettings& settings() const { return settings_; }

  void Add(const WebhookLane& lane, nlohmann::json event, absl::Time now);

  // A batch that is due, of a lane with fewer in flight than `max_concurrent(app_id)`.
  std::optional<WebhookBatch> Take(absl::Time now,
                                   const std::function<int(int64_t)>& max_concurrent);
  // Must follow each Take. `random` is uniform in [0, 1): it spreads the retries. True when the
  // batch will be sent again.
  bool Done(WebhookBatch batch, bool success, absl::Time now, double random);

  // When Take may have something, as far as time alone decides; InfiniteFuture: not before Add or
  // Done.
  absl::Time NextDue() const;
  // Events that wait, are in flight, or wait for a retry.
  size_t unfinished() const { return unfinished_; }
  void Clear();

 private:
  struct Pending {
    absl::Time add_time;
    nlohmann::json event;
  };
  struct Lane {
    std::deque<Pending> pending;
    std::multimap<absl::Time, WebhookBatch> retries;  // by when they are due
    int in_flight = 0;
  };

  absl::Time DueTime(const Lane& lane) const;
  WebhookBatch TakeFrom(const WebhookLane& key, Lane& lane, absl::Time now);

  WebhookQueueSettings settings_;
  std::map<WebhookLane, Lane> lanes_;
  size_t unfinished_ = 0;
};

// How long after attempt `attempt` (from 0) the next one is made: "up to 10 times, spread out over
// 24 hours", randomised. HubSpot does not tell the spacing.
absl::Duration WebhookRetryDelay(int attempt, double random);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_QUEUE_H_
