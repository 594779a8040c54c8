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
  ControlPlaneProcess(const std::string& prefix, const TestAuthority& authority);

  // Where edges dial to.
  const std::string& link_address() const { return link_address_; }
  // Trusts the control plane; for any service's stub.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // As the administrator. The request is given as text format, and ends after a minute and a half.
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
  void Prepare(grpc::ClientContext& context) const;

  std::unique_ptr<ChildProcess> process_;
  std::string link_address_;
  std::string token_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_CONTROL_PLANE_PROCESS_H_
