// One logged request within one transaction: its events, what became of each, and the deliveries
// they go into.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_REQUEST_INTAKE_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_REQUEST_INTAKE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/random/random.h"
#include "controlplane/connectors/connector.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/dispatch/publish.h"
#include "controlplane/store/store.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "fluxcascade/store/v1/records.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// What is kept of an event's payload, unless it could not be read.
inline constexpr size_t kPayloadPreviewBytes = 2048;

// Where a request comes from.
struct RequestOrigin {
  std::string edge_node;
  std::string log_id;
};

class RequestIntake {
 public:
  RequestIntake(Transaction& tx, const ConnectorRegistry& connectors, Publisher& publisher,
                absl::Time now, Random& random)
      : tx_(tx), connectors_(connectors), publisher_(publisher), now_(now), random_(random) {}

  // Stores the request's events and puts them into deliveries. Bad content is no error: it becomes
  // an event with a state and a reason.
  absl::Status Take(const edge::v1::LoggedRequest& request, const RequestOrigin& origin);

  // Stores the request as one event that nothing is done with; whole when it could not be read.
  absl::Status Keep(const edge::v1::LoggedRequest& request, const RequestOrigin& origin,
                    store::v1::Event::State state, absl::string_view reason);

 private:
  store::v1::Event NewEvent(const edge::v1::LoggedRequest& request, const RequestOrigin& origin,
                            absl::string_view workspace) const;
  absl::Status TakeEvent(const SourceEvent& source, const store::v1::App& app,
                         const store::v1::Event& base);
  absl::Status TakeForConnection(const SourceEvent& source, store::v1::Event event,
                                 const store::v1::Connection& connection);
  absl::Status PutIntoDeliveries(store::v1::Event& event);
  absl::Status PublishChange(const store::v1::Event& event, absl::string_view system);

  Transaction& tx_;
  const ConnectorRegistry& connectors_;
  Publisher& publisher_;
  absl::Time now_;
  Random& random_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_REQUEST_INTAKE_H_
