#include "tests/sandbox/pipedrive/fake_pipedrive.h"

#include <utility>

#include "tests/sandbox/pipedrive/entity_routes.h"
#include "tests/sandbox/pipedrive/pipedrive_answers.h"
#include "tests/sandbox/pipedrive/pipedrive_oauth.h"

namespace fluxcascade::sandbox {
namespace {

constexpr absl::Duration kDefaultSearchLag = absl::Seconds(2);

}  // namespace

FakePipedrive::FakePipedrive(const Clock& clock, Random& random,
                             std::function<void(absl::Duration)> sleep)
    : companies_(random),
      gate_(clock, companies_, limits_),
      search_lag_ms_(absl::ToInt64Milliseconds(kDefaultSearchLag)),
      router_([](const ApiRequest&) { return PipedriveError(404, "Unknown method ."); }),
      front_(clock, std::move(sleep),
             [this](const ApiRequest& request) { return router_.Route(request); }) {
  const EntityRouteContext context{clock, gate_, search_lag_ms_};
  AddEntityRoutes(context, router_);
  AddLegacyRoutes(context, router_);
  AddWebhookRegistryRoutes(clock, webhooks_, gate_, router_);
  router_.Add("POST", "/oauth/token", [this, &clock](const ApiRequest& request) {
    MutexLock lock(mutex_);
    return PipedriveToken(request, companies_, clock, api_domain_);
  });
}

void FakePipedrive::set_api_domain(std::string url) {
  MutexLock lock(mutex_);
  api_domain_ = std::move(url);
}

void FakePipedrive::Reset() {
  companies_.Clear();
  webhooks_.Clear();
  limits_.set_settings({});
  set_search_lag(kDefaultSearchLag);
  front_.faults().Clear();
  front_.calls().Clear();
  front_.set_latency(absl::ZeroDuration());
}

}  // namespace fluxcascade::sandbox
