// Calls on persons: `/api/v2/persons`, and `/v1/personFields`, which v2 does not have.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSONS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSONS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// Lives as long as one use of it: holds references. The contracts are connector.h's.
class PipedrivePersons {
 public:
  PipedrivePersons(const Connector& connector, ApiClient& api, absl::string_view base_url);

  absl::StatusOr<ObjectTypeInfo> Describe();
  absl::StatusOr<std::vector<Record>> Read(const std::vector<std::string>& ids,
                                           const std::set<std::string>& fields);
  // The search is exact but for case and lags behind, so what it finds is read again and compared.
  absl::StatusOr<std::vector<Record>> Find(absl::string_view field, const nlohmann::json& value,
                                           const std::set<std::string>& fields);
  absl::StatusOr<Record> Create(const FieldMap& fields);
  // Reads the person first when an address or a number changes: the lists are written whole.
  absl::StatusOr<Record> Update(absl::string_view id, const FieldMap& fields);
  absl::Status Delete(absl::string_view id);

 private:
  std::string PersonUrl(absl::string_view id) const;
  // `data` of the answer.
  absl::StatusOr<nlohmann::json> CallForData(HttpRequest request, absl::string_view phase);
  absl::StatusOr<nlohmann::json> FieldDefinitions();
  // kNotFound.
  absl::StatusOr<nlohmann::json> GetPerson(absl::string_view id);
  absl::StatusOr<nlohmann::json> GetPersons(const std::vector<std::string>& ids);
  absl::StatusOr<std::vector<std::string>> SearchIds(absl::string_view field,
                                                     absl::string_view term);
  absl::StatusOr<nlohmann::json> Body(const FieldMap& fields, const nlohmann::json& current);
  absl::StatusOr<Record> Write(HttpRequest request, const FieldMap& fields);

  const Connector& connector_;
  ApiClient& api_;
  const std::string base_url_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSONS_H_
