// Turns what happened into messages, and each message into deliveries to the endpoints that asked
// for its kind.
#ifndef FLUXCASCADE_CONTROLPLANE_DISPATCH_PUBLISH_H_
#define FLUXCASCADE_CONTROLPLANE_DISPATCH_PUBLISH_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/random/random.h"
#include "controlplane/store/store.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

inline constexpr char kRecordCreated[] = "record.created";
inline constexpr char kRecordUpdated[] = "record.updated";
inline constexpr char kRecordDeleted[] = "record.deleted";
inline constexpr char kSyncSucceeded[] = "sync.succeeded";
inline constexpr char kSyncFailed[] = "sync.failed";

// What an endpoint may subscribe to.
const std::vector<std::string>& MessageEventTypes();

// For one transaction. Endpoints are read once a workspace.
class Publisher {
 public:
  Publisher(Transaction& tx, absl::Time now, Random& random)
      : tx_(tx), now_(now), random_(random) {}

  // Stores a message and a delivery to each endpoint of the workspace that subscribes to
  // `event_type`; nothing at all when there is none. The body is
  // {"id","type","time","workspace","data"}.
  absl::Status Publish(absl::string_view workspace, absl::string_view event_type,
                       const nlohmann::json& data);

 private:
  absl::StatusOr<const std::vector<store::v1::Endpoint>*> Endpoints(absl::string_view workspace);

  Transaction& tx_;
  absl::Time now_;
  Random& random_;
  std::map<std::string, std::vector<store::v1::Endpoint>, std::less<>> endpoints_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_DISPATCH_PUBLISH_H_
