// Webhooks that were registered at Pipedrive. Registered only: this fake sends none.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_WEBHOOK_REGISTRY_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_WEBHOOK_REGISTRY_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/pipedrive/company_registry.h"
#include "tests/sandbox/pipedrive/pipedrive_gate.h"

namespace fluxcascade::sandbox {

// Thread-safe.
class WebhookRegistry {
 public:
  static constexpr size_t kMaxWebhooks = 40;  // of one user

  // kInvalidArgument with {"<field>":["why"]} as its message; kResourceExhausted at kMaxWebhooks.
  absl::StatusOr<nlohmann::json> Add(const PipedriveCaller& caller, const nlohmann::json& body,
                                     absl::Time now);
  std::vector<nlohmann::json> List(int64_t user_id) const;
  // False when the user has no such webhook.
  bool Remove(int64_t user_id, int64_t id);
  void Clear();

 private:
  mutable Mutex mutex_;
  int64_t next_id_ FC_GUARDED_BY(mutex_) = 1;
  std::map<int64_t, nlohmann::json> webhooks_ FC_GUARDED_BY(mutex_);
};

// /v1/webhooks and /api/v1/webhooks. The references must outlive the router.
void AddWebhookRegistryRoutes(const Clock& clock, WebhookRegistry& webhooks,
                              const PipedriveGate& gate, Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_WEBHOOK_REGISTRY_H_
