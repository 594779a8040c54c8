// Writes to the CRM, as whoever made them, and the webhooks that follow from them.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_SERVICE_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_SERVICE_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "tests/sandbox/hubspot/account_registry.h"
#include "tests/sandbox/hubspot/webhook_sender.h"

namespace fluxcascade::sandbox {

// Where a call acts, and as whom.
struct CrmSession {
  int64_t portal_id = 0;
  std::shared_ptr<CrmStore> store;
  ChangeSource source;
};

// Thread-safe. Errors are CrmStore's.
class CrmService {
 public:
  CrmService(const Clock& clock, WebhookSender& sender) : clock_(clock), sender_(sender) {}

  absl::StatusOr<CrmObject> Create(const CrmSession& session, const CrmType& type,
                                   const CrmProperties& properties);
  absl::StatusOr<CrmObject> Update(const CrmSession& session, const CrmType& type, int64_t id,
                                   const CrmProperties& properties);
  absl::StatusOr<CrmObject> Archive(const CrmSession& session, const CrmType& type, int64_t id);
  absl::StatusOr<CrmObject> Restore(const CrmSession& session, const CrmType& type, int64_t id);
  absl::StatusOr<CrmObject> Erase(const CrmSession& session, const CrmType& type, int64_t id);
  absl::StatusOr<CrmObject> Merge(const CrmSession& session, const CrmType& type, int64_t winner,
                                  int64_t loser);

 private:
  absl::StatusOr<CrmObject> Publish(const CrmSession& session, absl::StatusOr<CrmWrite> write);

  const Clock& clock_;
  WebhookSender& sender_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_SERVICE_H_
