#include "tests/sandbox/hubspot/crm_service.h"

#include <utility>

namespace fluxcascade::sandbox {

absl::StatusOr<CrmObject> CrmService::Publish(const CrmSession& session,
                                              absl::StatusOr<CrmWrite> write) {
  if (!write.ok()) return write.status();
  sender_.Publish(session.portal_id, session.source, write->changes);
  return std::move(write->object);
}

absl::StatusOr<CrmObject> CrmService::Create(const CrmSession& session, const CrmType& type,
                                             const CrmProperties& properties) {
  return Publish(session, session.store->Create(type, properties, clock_.Now()));
}

absl::StatusOr<CrmObject> CrmService::Update(const CrmSession& session, const CrmType& type,
                                             int64_t id, const CrmProperties& properties) {
  return Publish(session, session.store->Update(type, id, properties, clock_.Now()));
}

absl::StatusOr<CrmObject> CrmService::Archive(const CrmSession& session, const CrmType& type,
                                              int64_t id) {
  return Publish(session, session.store->Archive(type, id, clock_.Now()));
}

absl::StatusOr<CrmObject> CrmService::Restore(const CrmSession& session, const CrmType& type,
                                              int64_t id) {
  return Publish(session, session.store->Restore(type, id, clock_.Now()));
}

absl::StatusOr<CrmObject> CrmService::Erase(const CrmSession& session, const CrmType& type,
                                            int64_t id) {
  return Publish(session, session.store->Erase(type, id, clock_.Now()));
}

absl::StatusOr<CrmObject> CrmService::Merge(const CrmSession& session, const CrmType& type,
                                            int64_t winner, int64_t loser) {
  return Publish(session, session.store->Merge(type, winner, loser, clock_.Now()));
}

}  // namespace fluxcascade::sandbox
