// Every webhook request that was sent, and how each event fared.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_LOG_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_LOG_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::sandbox {

struct SentWebhook {
  int64_t number = 0;
  int64_t app_id = 0;
  int64_t portal_id = 0;
  std::string url;
  int attempt = 0;
  std::string body;
  int status = 0;  // 0: no answer
  std::string error;
  absl::Time send_time;
  absl::Time answer_time;
};

// How one event fared over all its attempts.
struct EventFate {
  int64_t event_id = 0;
  int64_t portal_id = 0;
  std::string subscription_type;
  int64_t object_id = 0;
  int attempts = 0;
  int last_status = 0;
  absl::Time first_send_time;
  std::optional<absl::Time> acknowledge_time;  // of the first 2xx
};

// Thread-safe. Holds the last kMaxRequests requests, and all events.
class WebhookLog {
 public:
  static constexpr size_t kMaxRequests = 50000;

  void Add(SentWebhook sent, const std::vector<nlohmann::json>& events);
  void Clear();

  // Oldest first, those with a number above `after`.
  std::vector<SentWebhook> Requests(int64_t after, size_t limit) const;
  // By event id. With `acknowledged` only those (or only those not) that were answered with 2xx.
  std::vector<EventFate> Events(std::optional<bool> acknowledged) const;
  // When the first event of each object of an account was acknowledged, by the object's id.
  std::map<int64_t, absl::Time> FirstAcknowledgements(int64_t portal_id) const;
  nlohmann::json Counts() const;

 private:
  mutable Mutex mutex_;
  int64_t count_ FC_GUARDED_BY(mutex_) = 0;
  int64_t answered_ok_ FC_GUARDED_BY(mutex_) = 0;
  std::deque<SentWebhook> requests_ FC_GUARDED_BY(mutex_);
  std::map<int64_t, EventFate> events_ FC_GUARDED_BY(mutex_);
};

nlohmann::json SentWebhookJson(const SentWebhook& sent);
nlohmann::json EventFateJson(const EventFate& fate);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_LOG_H_
