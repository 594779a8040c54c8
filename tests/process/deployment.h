// A control plane and an edge that serves it, as they are shipped, each in a process of its own;
// and HubSpot, as far as it sends webhooks.
#ifndef FLUXCASCADE_TESTS_PROCESS_DEPLOYMENT_H_
#define FLUXCASCADE_TESTS_PROCESS_DEPLOYMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/net/socket_address.h"
#include "common/testing/test_certificates.h"
#include "tests/process/child_process.h"
#include "tests/process/control_plane_process.h"
#include "tests/process/operator.h"

namespace fluxcascade {

// For a test's own thread, but for Post. What goes wrong fails the test, and what it would have
// given is empty.
class Deployment {
 public:
  // The control plane runs, with the group and its node; the edge is not started. Files have names
  // that begin with the running test's.
  Deployment();

  ControlPlaneProcess& control_plane() { return control_plane_; }

  // Of this control plane.
  Operator& admin() { return operator_; }
  // What certificates come from.
  const TestAuthority& authority() const { return authority_; }

  // Returns once it takes webhooks with the newest configuration.
  void StartEdge(const std::vector<std::string>& more_flags = {});
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

 private:
  const TestAuthority authority_;
  ControlPlaneProcess control_plane_;
  Operator operator_{control_plane_};
  std::vector<std::string> edge_flags_;
  std::unique_ptr<ChildProcess> edge_;
  SocketAddress address_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_DEPLOYMENT_H_
