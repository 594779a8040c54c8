#include "tests/sandbox/hubspot/webhook_log.h"

#include <algorithm>
#include <utility>

#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

bool IsSuccess(int status) { return status >= 200 && status < 300; }

int64_t ObjectIdOf(const json& event) {
  return event.contains("objectId") ? event["objectId"].get<int64_t>()
                                    : event.value("primaryObjectId", int64_t{0});
}

}  // namespace

void WebhookLog::Add(SentWebhook sent, const std::vector<json>& events) {
  MutexLock lock(mutex_);
  for (const json& event : events) {
    const int64_t id = event.value("eventId", int64_t{0});
    EventFate& fate = events_[id];
    if (fate.attempts++ == 0) {
      fate.event_id = id;
      fate.portal_id = sent.portal_id;
      fate.subscription_type = event.value("subscriptionType", "");
      fate.object_id = ObjectIdOf(event);
      fate.first_send_time = sent.send_time;
    }
    fate.last_status = sent.status;
    if (IsSuccess(sent.status) && !fate.acknowledge_time.has_value()) {
      fate.acknowledge_time = sent.answer_time;
    }
  }
  sent.number = ++count_;
  if (IsSuccess(sent.status)) ++answered_ok_;
  requests_.push_back(std::move(sent));
  if (requests_.size() > kMaxRequests) requests_.pop_front();
}

void WebhookLog::Clear() {
  MutexLock lock(mutex_);
  answered_ok_ = 0;
  requests_.clear();
  events_.clear();
}

std::vector<SentWebhook> WebhookLog::Requests(int64_t after, size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<SentWebhook> found;
  for (const SentWebhook& sent : requests_) {
    if (found.size() >= limit) break;
    if (sent.number > after) found.push_back(sent);
  }
  return found;
}

std::vector<EventFate> WebhookLog::Events(std::optional<bool> acknowledged) const {
  MutexLock lock(mutex_);
  std::vector<EventFate> found;
  for (const auto& [id, fate] : events_) {
    if (!acknowledged.has_value() || *acknowledged == fate.acknowledge_time.has_value()) {
      found.push_back(fate);
    }
  }
  return found;
}

std::map<int64_t, absl::Time> WebhookLog::FirstAcknowledgements(int64_t portal_id) const {
  MutexLock lock(mutex_);
  std::map<int64_t, absl::Time> times;
  for (const auto& [id, fate] : events_) {
    if (!fate.acknowledge_time.has_value() || fate.portal_id != portal_id) continue;
    const auto [entry, added] = times.emplace(fate.object_id, *fate.acknowledge_time);
    if (!added) entry->second = std::min(entry->second, *fate.acknowledge_time);
  }
  return times;
}

json WebhookLog::Counts() const {
  MutexLock lock(mutex_);
  int64_t acknowledged = 0;
  for (const auto& [id, fate] : events_) acknowledged += fate.acknowledge_time.has_value();
  return {{"requests", count_},
          {"requests_answered_2xx", answered_ok_},
          {"events", events_.size()},
          {"events_acknowledged", acknowledged}};
}

json SentWebhookJson(const SentWebhook& sent) {
  return {{"number", sent.number},
          {"app_id", sent.app_id},
          {"portal_id", sent.portal_id},
          {"url", sent.url},
          {"attempt", sent.attempt},
          {"body", sent.body},
          {"status", sent.status},
          {"error", sent.error},
          {"send_time", TimeText(sent.send_time)},
          {"took_ms", MillisOf(sent.answer_time - sent.send_time)}};
}

json EventFateJson(const EventFate& fate) {
  json shown = {{"eventId", fate.event_id},
                {"portalId", fate.portal_id},
                {"subscriptionType", fate.subscription_type},
                {"objectId", fate.object_id},
                {"attempts", fate.attempts},
                {"lastStatus", fate.last_status},
                {"acknowledged", fate.acknowledge_time.has_value()},
                {"firstSendMs", UnixMillisOf(fate.first_send_time)}};
  if (fate.acknowledge_time.has_value()) {
    shown["acknowledgeMs"] = UnixMillisOf(*fate.acknowledge_time);
  }
  return shown;
}

}  // namespace fluxcascade::sandbox
