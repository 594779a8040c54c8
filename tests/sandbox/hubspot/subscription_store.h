// What apps have registered: where webhooks go, and which ones.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_SUBSCRIPTION_STORE_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_SUBSCRIPTION_STORE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade::sandbox {

struct WebhookSettings {
  std::string target_url;
  int max_concurrent_requests = 10;
  absl::Time create_time;
  absl::Time update_time;
};

struct WebhookSubscription {
  int64_t id = 0;
  std::string event_type;
  std::string property_name;
  std::string object_type_id;  // of object.*
  bool active = false;
  absl::Time create_time;
  absl::Time update_time;
};

// Thread-safe.
class SubscriptionStore {
 public:
  static constexpr size_t kMaxSubscriptions = 1000;  // of one app

  // kNotFound when none were set.
  absl::StatusOr<WebhookSettings> Settings(int64_t app_id) const;
  // kInvalidArgument unless the URL is https and the limit is above 5.
  absl::StatusOr<WebhookSettings> SetSettings(int64_t app_id, const std::string& target_url,
                                              int max_concurrent_requests, absl::Time now);
  // Subscriptions stay, and send nothing.
  void ClearSettings(int64_t app_id);

  // kInvalidArgument for an event type that does not exist or lacks its property; kAlreadyExists
  // for one that is there; kResourceExhausted at kMaxSubscriptions.
  absl::StatusOr<WebhookSubscription> Create(int64_t app_id, WebhookSubscription subscription,
                                             absl::Time now);
  std::vector<WebhookSubscription> List(int64_t app_id) const;
  absl::StatusOr<WebhookSubscription> Get(int64_t app_id, int64_t id) const;
  absl::StatusOr<WebhookSubscription> SetActive(int64_t app_id, int64_t id, bool active,
                                                absl::Time now);
  absl::Status Delete(int64_t app_id, int64_t id);

  void Clear();

 private:
  using Subscriptions = std::map<int64_t, WebhookSubscription>;

  mutable Mutex mutex_;
  int64_t next_id_ FC_GUARDED_BY(mutex_) = 4578200;
  std::map<int64_t, WebhookSettings> settings_ FC_GUARDED_BY(mutex_);
  std::map<int64_t, Subscriptions> subscriptions_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_SUBSCRIPTION_STORE_H_
