// A whole edge in a test's process: certificates of an authority of its own, a hook with a
// password.
#ifndef FLUXCASCADE_EDGE_EDGE_FOR_TEST_H_
#define FLUXCASCADE_EDGE_EDGE_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/testing/tls_test_client.h"
#include "common/testing/test_certificates.h"
#include "edge/edge_options.h"
#include "edge/edge_server.h"
#include "edge/testing/fake_control_plane.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

class EdgeForTest {
 public:
  // Its files are named after the test that is running. `control_plane` has certificates of
  // `authority`, and outlives the edge.
  EdgeForTest(const TestAuthority& authority, const FakeControlPlane& control_plane);

  // Before Start.
  EdgeOptions& options() { return options_; }
  absl::Status Start();
  // As the process does it when it is told to stop.
  void Stop() { server_.reset(); }

  // A hook `hook-<index>` for each `ack`, in that order.
  static v1::Config ConfigOf(int64_t version, const std::vector<v1::AckRule>& acks = {{}});
  static v1::AckRule Local();
  static v1::AckRule ControlPlane(absl::Duration fallback_after);

  std::unique_ptr<TlsTestClient> Connect() const;
  static std::string Webhook(absl::string_view body, int hook = 0);
  // Another one, whose password is wrong.
  static std::string Forgery(int hook = 0);
  // The answer, on a connection of its own.
  std::string Post(absl::string_view body, int hook = 0) const;

  static std::string File(absl::string_view name);

 private:
  EdgeOptions options_;
  std::unique_ptr<EdgeServer> server_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_EDGE_FOR_TEST_H_
