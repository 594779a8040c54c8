// The control plane as it is shipped, in a process of its own, and its API as an operator's client
// sees it.
#ifndef FLUXCASCADE_TESTS_PROCESS_CONTROL_PLANE_PROCESS_H_
#define FLUXCASCADE_TESTS_PROCESS_CONTROL_PLANE_PROCESS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "common/grpc_status/grpc_status.h"
#include "common/testing/test_certificates.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "tests/process/child_process.h"

namespace fluxcascade {

// Stops the test's process when the control plane does not start. Killed with the object.
class ControlPlaneProcess {
 public:
  // Its state, files and log have names that begin with `prefix`. It has a certificate of
  // `authority`, and lets in edges that have one.
  ControlPlaneProcess(std::string prefix, const TestAuthority& authority);

  void Kill();
  // After Kill, with the same state and at the same addresses.
  void StartAgain() { Start(); }
  // Until it no longer runs, but still is there; Resume undoes it.
  void Suspend();
  void Resume();

  // Where edges dial to.
  const std::string& link_address() const { return link_address_; }
  // Trusts the control plane; for any service's stub.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // As the administrator. The request is given as text format. Waits for a control plane that is
  // only starting, and for a minute and a half at most.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const std::string& text) const {
    Request request;
    FC_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
    grpc::ClientContext context;
    Prepare(context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

 private:
  void Start();
  void Prepare(grpc::ClientContext& context) const;

  const std::string prefix_;
  std::unique_ptr<ChildProcess> process_;
  std::string api_address_ = "127.0.0.1:0";
  std::string link_address_ = "127.0.0.1:0";
  std::string token_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_CONTROL_PLANE_PROCESS_H_
