#include "tests/sandbox/hubspot/webhook_sender.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "tests/sandbox/hubspot/webhook_signature.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr uint64_t kRandomSteps = 1 << 20;

std::string BodyOf(const WebhookBatch& batch) {
  json body = json::array();
  for (json event : batch.events) {
    event["attemptNumber"] = batch.attempt;
    body.push_back(std::move(event));
  }
  return JsonText(body);
}

}  // namespace

WebhookSender::WebhookSender(Options options, const Clock& clock, Random& random,
                             WebhookPoster& poster, const AccountRegistry& accounts,
                             const SubscriptionStore& subscriptions)
    : options_(options),
      clock_(clock),
      random_(random),
      poster_(poster),
      accounts_(accounts),
      subscriptions_(subscriptions) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Loop(); });
}

WebhookSender::~WebhookSender() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
}

void WebhookSender::Publish(int64_t portal_id, const ChangeSource& source,
                            const std::vector<CrmChange>& changes) {
  const bool created = std::any_of(changes.begin(), changes.end(), [](const CrmChange& change) {
    return change.kind == CrmChangeKind::kCreated;
  });
  for (const int64_t app_id : accounts_.AppsOf(portal_id)) {
    const std::vector<WebhookSubscription> subscriptions = subscriptions_.List(app_id);
    MutexLock lock(mutex_);
    for (const CrmChange& change : changes) {
      const bool initial = created && change.kind == CrmChangeKind::kPropertyChanged;
      if (initial && !property_changes_on_create_) continue;
      for (const WebhookSubscription& subscription : subscriptions) {
        std::optional<json> event =
            WebhookEvent(change, source, subscription, next_event_id_, portal_id, app_id);
        if (!event.has_value()) continue;
        ++next_event_id_;
        queue_.Add({app_id, portal_id}, *std::move(event), clock_.Now());
      }
    }
  }
  wake_.NotifyAll();
}

int WebhookSender::MaxConcurrent(int64_t app_id) const {
  const absl::StatusOr<WebhookSettings> settings = subscriptions_.Settings(app_id);
  return settings.ok() ? settings->max_concurrent_requests : 1;
}

void WebhookSender::Loop() {
  mutex_.Lock();
  while (!stopping_) {
    std::optional<WebhookBatch> batch =
        queue_.Take(clock_.Now(), [this](int64_t app_id) { return MaxConcurrent(app_id); });
    if (!batch.has_value()) {
      // A lane that is due but has too much in flight is looked at again when one of them ends.
      const absl::Duration wait = std::max(queue_.NextDue() - clock_.Now(), absl::Milliseconds(10));
      wake_.WaitFor(mutex_, wait);
      continue;
    }
    mutex_.Unlock();
    Send(*std::move(batch));
    mutex_.Lock();
  }
  mutex_.Unlock();
}

WebhookPost WebhookSender::MakePost(const std::string& url, const std::string& body,
                                    const std::string& secret) const {
  const std::string timestamp = absl::StrCat(absl::ToUnixMillis(clock_.Now()));
  WebhookPost post;
  post.url = url;
  post.body = body;
  post.timeout = options_.timeout;
  post.headers = {{"Accept", "*/*"},
                  {"User-Agent",
                   "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: "
                   "webhooks-nio-http-client) - WebhooksExecutorDaemon-executor"},
                  {"X-HubSpot-Request-Timestamp", timestamp},
                  {"X-HubSpot-Signature", SignatureV1(secret, body)},
                  {"X-HubSpot-Signature-v3", SignatureV3(secret, "POST", url, body, timestamp)},
                  {"X-HubSpot-Signature-Version", "v1"},
                  {"X-HubSpot-Timeout-Millis", "10000"}};
  return post;
}

PostResult WebhookSender::SendNow(const std::string& url, const std::string& body,
                                  const std::string& secret) {
  return poster_.Post(MakePost(url, body, secret));
}

void WebhookSender::Send(WebhookBatch batch) {
  const absl::StatusOr<WebhookSettings> settings = subscriptions_.Settings(batch.lane.app_id);
  const absl::StatusOr<HubSpotApp> app = accounts_.App(batch.lane.app_id);
  bool success = true;  // without a target, events are dropped
  if (settings.ok() && app.ok()) {
    SentWebhook sent;
    sent.app_id = batch.lane.app_id;
    sent.portal_id = batch.lane.portal_id;
    sent.url = settings->target_url;
    sent.attempt = batch.attempt;
    sent.body = BodyOf(batch);
    sent.send_time = clock_.Now();
    PostResult result = SendNow(sent.url, sent.body, app->client_secret);
    sent.answer_time = clock_.Now();
    sent.status = result.status;
    sent.error = std::move(result.error);
    success = sent.status >= 200 && sent.status < 300;
    log_.Add(std::move(sent), batch.events);
  }
  const double random = static_cast<double>(random_.Below(kRandomSteps)) / kRandomSteps;
  {
    MutexLock lock(mutex_);
    queue_.Done(std::move(batch), success, clock_.Now(), random);
  }
  wake_.NotifyAll();
}

void WebhookSender::set_property_changes_on_create(bool on) {
  MutexLock lock(mutex_);
  property_changes_on_create_ = on;
}

bool WebhookSender::property_changes_on_create() const {
  MutexLock lock(mutex_);
  return property_changes_on_create_;
}

void WebhookSender::set_queue_settings(const WebhookQueueSettings& settings) {
  {
    MutexLock lock(mutex_);
    queue_.set_settings(settings);
  }
  wake_.NotifyAll();
}

WebhookQueueSettings WebhookSender::queue_settings() const {
  MutexLock lock(mutex_);
  return queue_.settings();
}

size_t WebhookSender::unfinished() const {
  MutexLock lock(mutex_);
  return queue_.unfinished();
}

void WebhookSender::Clear() {
  {
    MutexLock lock(mutex_);
    queue_.Clear();
  }
  log_.Clear();
}

}  // namespace fluxcascade::sandbox
