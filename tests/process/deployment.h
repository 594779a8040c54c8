// A control plane and an edge that serves it, as they are shipped, each in a process of its own;
// and HubSpot, as far as it sends webhooks.
#ifndef FLUXCASCADE_TESTS_PROCESS_DEPLOYMENT_H_
#define FLUXCASCADE_TESTS_PROCESS_DEPLOYMENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/socket_address.h"
#include "common/testing/test_certificates.h"
#include "fluxcascade/v1/app.grpc.pb.h"
#include "fluxcascade/v1/edge.grpc.pb.h"
#include "fluxcascade/v1/event.grpc.pb.h"
#include "tests/process/child_process.h"
#include "tests/process/control_plane_process.h"

namespace fluxcascade {

// For a test's own thread, but for Post. What goes wrong fails the test, and what it would have
// given is empty.
class Deployment {
 public:
  // How long anything may take that is only waited for.
  static constexpr absl::Duration kPatience = absl::Seconds(20);
  static constexpr char kGroup[] = "edgeGroups/main";
  static constexpr char kNode[] = "edgeNodes/edge-1";

  // The control plane runs, with the group and its node; the edge is not started. Files have names
  // that begin with the running test's.
  Deployment();

  static bool Eventually(const std::function<bool()>& condition);

  ControlPlaneProcess& control_plane() { return control_plane_; }

  // Of the group; edge-1 is there.
  void AddNode(absl::string_view id);
  v1::EdgeNode Node();

  // Of HubSpot, in the default workspace. Returns the hook's URL. `fields`: more of v1.App.
  std::string CreateApp(absl::string_view id, absl::string_view client_secret,
                        absl::string_view fields);
  // `fields`: what of v1.UpdateAppRequest comes beside the app.
  void SetClientSecret(absl::string_view app, absl::string_view client_secret,
                       absl::string_view fields = "");

  // Returns once it takes webhooks with the newest configuration.
  void StartEdge();
  // In order, and until the control plane knows.
  void StopEdge();
  void KillEdge();
  // Until the edge has the configuration that the control plane has now.
  bool EdgeIsCurrent();
  // Where its log is.
  std::string log_folder() const;

  // Sends one webhook, as HubSpot signs it, over a connection of its own. Returns the answer, or
  // why there is none. From any thread.
  std::string Post(const std::string& hook_url, absl::string_view client_secret,
                   const std::string& body) const;

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
  v1::EdgeService::Stub& edges() { return *edges_; }

 private:
  const TestAuthority authority_;
  ControlPlaneProcess control_plane_;
  const std::unique_ptr<v1::AppService::Stub> apps_;
  const std::unique_ptr<v1::EdgeService::Stub> edges_;
  const std::unique_ptr<v1::EventService::Stub> events_;
  std::vector<std::string> edge_arguments_;
  std::unique_ptr<ChildProcess> edge_;
  SocketAddress address_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_DEPLOYMENT_H_
