// Calls on records of one object type: `/crm/v3/objects/{type}`.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_OBJECTS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_OBJECTS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"
#include "controlplane/connectors/hubspot/hubspot_object_types.h"

namespace fluxcascade {

// Lives as long as one use of it: holds references. The contracts are connector.h's.
class HubSpotObjects {
 public:
  HubSpotObjects(const Connector& connector, ApiClient& api, absl::string_view base_url,
                 const HubSpotObjectType& type);

  absl::StatusOr<ObjectTypeInfo> Describe();
  // What is not found is asked for once more among the archived records: only so does HubSpot say
  // that one was deleted. An id that was merged away is answered with the winner's record, which is
  // not what was asked for, and is left out.
  absl::StatusOr<std::vector<Record>> Read(const std::vector<std::string>& ids,
                                           const std::set<std::string>& fields);
  // By e-mail address without the search, which lags; secondary addresses count, because a contact
  // that has one stands in the way of a create all the same.
  absl::StatusOr<std::vector<Record>> Find(absl::string_view field, const nlohmann::json& value,
                                           const std::set<std::string>& fields);
  absl::StatusOr<Record> Create(const FieldMap& fields);
  absl::StatusOr<Record> Update(absl::string_view id, const FieldMap& fields);
  absl::Status Archive(absl::string_view id);

 private:
  // At most 100. With `archived`, only archived records are found.
  absl::StatusOr<std::vector<Record>> ReadBatch(const std::vector<std::string>& ids, bool archived,
                                                const std::set<std::string>& fields);
  // kNotFound.
  absl::StatusOr<Record> ReadByEmail(absl::string_view email, const std::set<std::string>& fields);
  absl::StatusOr<std::vector<Record>> Search(absl::string_view field, absl::string_view value,
                                             const std::set<std::string>& fields);
  absl::StatusOr<Record> Write(HttpRequest request, const FieldMap& fields);
  std::string RecordUrl(absl::string_view id) const;

  const Connector& connector_;
  ApiClient& api_;
  const std::string base_url_;
  const HubSpotObjectType& type_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_OBJECTS_H_
