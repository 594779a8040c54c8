// Sends webhooks: the threads around WebhookQueue.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_SENDER_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_SENDER_H_

#include <string>
#include <thread>
#include <vector>

#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "tests/sandbox/http/webhook_poster.h"
#include "tests/sandbox/hubspot/account_registry.h"
#include "tests/sandbox/hubspot/subscription_store.h"
#include "tests/sandbox/hubspot/webhook_events.h"
#include "tests/sandbox/hubspot/webhook_log.h"
#include "tests/sandbox/hubspot/webhook_queue.h"

namespace fluxcascade::sandbox {

// Thread-safe.
class WebhookSender {
 public:
  struct Options {
    int threads = 16;
    absl::Duration timeout = absl::Seconds(5);
  };

  // The references must outlive the sender.
  WebhookSender(Options options, const Clock& clock, Random& random, WebhookPoster& poster,
                const AccountRegistry& accounts, const SubscriptionStore& subscriptions);
  ~WebhookSender();

  // Queues what the apps of the account have subscribed to.
  void Publish(int64_t portal_id, const ChangeSource& source,
               const std::vector<CrmChange>& changes);

  // Sends a body of one's own at once, signed with `secret`, and gives the answer.
  PostResult SendNow(const std::string& url, const std::string& body, const std::string& secret);

  // Whether creating an object also tells of each property that it was created with.
  void set_property_changes_on_create(bool on);
  void set_queue_settings(const WebhookQueueSettings& settings);
  WebhookQueueSettings queue_settings() const;
  bool property_changes_on_create() const;
  size_t unfinished() const;
  WebhookLog& log() { return log_; }
  void Clear();

 private:
  void Loop();
  void Send(WebhookBatch batch);
  int MaxConcurrent(int64_t app_id) const;
  WebhookPost MakePost(const std::string& url, const std::string& body,
                       const std::string& secret) const;

  const Options options_;
  const Clock& clock_;
  Random& random_;
  WebhookPoster& poster_;
  const AccountRegistry& accounts_;
  const SubscriptionStore& subscriptions_;
  WebhookLog log_;
  mutable Mutex mutex_;
  CondVar wake_;
  WebhookQueue queue_ FC_GUARDED_BY(mutex_);
  int64_t next_event_id_ FC_GUARDED_BY(mutex_) = 1030198139;
  bool property_changes_on_create_ FC_GUARDED_BY(mutex_) = true;
  bool stopping_ FC_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_SENDER_H_
