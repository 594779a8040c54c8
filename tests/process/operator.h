// What an operator tells a control plane, and asks it.
#ifndef FLUXCASCADE_TESTS_PROCESS_OPERATOR_H_
#define FLUXCASCADE_TESTS_PROCESS_OPERATOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "fluxcascade/v1/app.grpc.pb.h"
#include "fluxcascade/v1/edge.grpc.pb.h"
#include "fluxcascade/v1/event.grpc.pb.h"
#include "tests/process/control_plane_process.h"

namespace fluxcascade {

// What goes wrong fails the test, and what it would have given is empty.
class Operator {
 public:
  static constexpr char kPublicUrl[] = "https://hooks.example.com";
  static constexpr char kGroup[] = "edgeGroups/main";
  static constexpr char kNode[] = "edgeNodes/edge-1";

  // Makes the group, with its node. `control_plane` outlives it.
  explicit Operator(const ControlPlaneProcess& control_plane);

  // Of the group.
  void AddNode(absl::string_view id);
  v1::EdgeNode Node();
  v1::EdgeGroup Group();

  // Of HubSpot, in the default workspace. Returns the hook's URL. `fields`: more of v1.App.
  std::string CreateApp(absl::string_view id, absl::string_view client_secret,
                        absl::string_view fields = "");
  // `fields`: what of v1.UpdateAppRequest comes beside the app.
  void SetClientSecret(absl::string_view app, absl::string_view client_secret,
                       absl::string_view fields = "");

  // All that there are, in no order.
  std::vector<v1::Event> Events();

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const std::string& text) const {
    return control_plane_.Call(stub, method, text);
  }
  v1::AppService::Stub& apps() { return *apps_; }

 private:
  const ControlPlaneProcess& control_plane_;
  const std::unique_ptr<v1::AppService::Stub> apps_;
  const std::unique_ptr<v1::EdgeService::Stub> edges_;
  const std::unique_ptr<v1::EventService::Stub> events_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_OPERATOR_H_
