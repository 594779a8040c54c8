#include "tests/sandbox/hubspot/webhook_queue.h"

#include <algorithm>
#include <iterator>

namespace fluxcascade::sandbox {
namespace {

constexpr int kRetryMinutes[WebhookQueue::kMaxRetries] = {1,   5,   15,  30,  60,
                                                          120, 180, 240, 300, 480};
constexpr double kSpread = 0.2;

}  // namespace

absl::Duration WebhookRetryDelay(int attempt, double random) {
  const int index = std::min(attempt, WebhookQueue::kMaxRetries - 1);
  return absl::Minutes(kRetryMinutes[index]) * (1.0 - kSpread * random);
}

void WebhookQueue::Add(const WebhookLane& lane, nlohmann::json event, absl::Time now) {
  lanes_[lane].pending.push_back({now, std::move(event)});
  ++unfinished_;
}

absl::Time WebhookQueue::DueTime(const Lane& lane) const {
  absl::Time due = absl::InfiniteFuture();
  if (!lane.retries.empty()) due = lane.retries.begin()->first;
  if (lane.pending.size() >= settings_.max_batch) return absl::InfinitePast();
  if (!lane.pending.empty()) {
    due = std::min(due, lane.pending.front().add_time + settings_.batch_window);
  }
  return due;
}

WebhookBatch WebhookQueue::TakeFrom(const WebhookLane& key, Lane& lane, absl::Time now) {
  ++lane.in_flight;
  if (!lane.retries.empty() && lane.retries.begin()->first <= now) {
    WebhookBatch batch = std::move(lane.retries.begin()->second);
    lane.retries.erase(lane.retries.begin());
    return batch;
  }
  WebhookBatch batch;
  batch.lane = key;
  while (!lane.pending.empty() && batch.events.size() < settings_.max_batch) {
    batch.events.push_back(std::move(lane.pending.front().event));
    lane.pending.pop_front();
  }
  return batch;
}

std::optional<WebhookBatch> WebhookQueue::Take(absl::Time now,
                                               const std::function<int(int64_t)>& max_concurrent) {
  for (auto& [key, lane] : lanes_) {
    if (DueTime(lane) <= now && lane.in_flight < max_concurrent(key.app_id)) {
      return TakeFrom(key, lane, now);
    }
  }
  return std::nullopt;
}

bool WebhookQueue::Done(WebhookBatch batch, bool success, absl::Time now, double random) {
  const auto found = lanes_.find(batch.lane);
  if (found == lanes_.end()) return false;  // cleared meanwhile
  Lane& lane = found->second;
  if (lane.in_flight > 0) --lane.in_flight;
  const bool duplicate =
      success && !batch.is_duplicate && random * 100 < settings_.duplicate_percent;
  const bool retry = !success && settings_.retries && batch.attempt < kMaxRetries;
  if (!duplicate && !retry) {
    unfinished_ -= std::min(unfinished_, batch.events.size());
    return false;
  }
  const absl::Duration delay =
      duplicate ? absl::ZeroDuration()
                : WebhookRetryDelay(batch.attempt, random) * settings_.retry_time_scale;
  if (retry) ++batch.attempt;
  batch.is_duplicate = duplicate;
  lane.retries.emplace(now + delay, std::move(batch));
  return true;
}

absl::Time WebhookQueue::NextDue() const {
  absl::Time due = absl::InfiniteFuture();
  for (const auto& [key, lane] : lanes_) due = std::min(due, DueTime(lane));
  return due;
}

void WebhookQueue::Clear() {
  lanes_.clear();
  unfinished_ = 0;
}

}  // namespace fluxcascade::sandbox
