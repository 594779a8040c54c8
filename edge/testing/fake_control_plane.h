// The control plane's end of the link as a test plays it: real gRPC, over mutual TLS, on loopback.
#ifndef FLUXCASCADE_EDGE_TESTING_FAKE_CONTROL_PLANE_H_
#define FLUXCASCADE_EDGE_TESTING_FAKE_CONTROL_PLANE_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/mutex/mutex.h"
#include "common/testing/test_certificates.h"
#include "fluxcascade/edge/v1/edge_link.grpc.pb.h"
#include "grpcpp/server.h"

namespace fluxcascade::edge {

// Speaks with one edge at a time. What waits, waits for ten seconds of real time, and a
// little longer where the edge says other things meanwhile.
class FakeControlPlane final : public v1::EdgeLinkService::Service {
 public:
  // Trusts edges with certificates of `authority`, and has one of `own`, for 127.0.0.1.
  FakeControlPlane(const TestAuthority& authority, const TestAuthority& own);
  ~FakeControlPlane() override;

  // Listens, on the same port each time.
  void Start();
  // Breaks off every stream.
  void Stop();

  // Where edges dial to.
  std::string address() const;

  // Ends every stream with `status` as soon as it begins; OK: takes them again.
  void RefuseWith(grpc::Status status);
  // When an edge says that nothing more comes, does not end the stream.
  void IgnoreEnds();

  // The next message of the kind; what comes before it is skipped. Nothing if none came.
  std::optional<v1::ConnectRequest> Next(v1::ConnectRequest::MessageCase kind);
  // The first message of the next stream.
  std::optional<v1::Hello> NextHello();

  // To the edge that is there now. False when it is not.
  bool Send(const v1::ConnectResponse& message);
  bool SendConfig(const v1::Config& config);
  // Asks for what comes after `after` in the log of the last hello.
  bool SendPull(uint64_t after, uint32_t wait_ms);
  bool SendAck(uint64_t through);

  // How many streams have begun and ended; how many of those ended because the edge said so.
  int streams_begun() const;
  bool WaitForCleanEnds(int count);
  bool WaitForRefusals(int count);
  // The DNS name in the last edge's certificate.
  std::string node_name() const;

 private:
  using Stream = grpc::ServerReaderWriter<v1::ConnectResponse, v1::ConnectRequest>;

  grpc::Status Connect(grpc::ServerContext* context, Stream* stream) override;
  bool Begin(grpc::ServerContext* context, Stream* stream);
  void End(grpc::ServerContext* context);
  template <typename Condition>
  bool WaitUntil(Condition condition) FC_REQUIRES(mutex_);

  const TestCertificate certificate_;
  const std::string trusted_pem_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;

  mutable Mutex mutex_;
  CondVar changed_;
  Stream* stream_ FC_GUARDED_BY(mutex_) = nullptr;
  std::deque<v1::ConnectRequest> received_ FC_GUARDED_BY(mutex_);
  grpc::Status refusal_ FC_GUARDED_BY(mutex_);
  bool ignore_ends_ FC_GUARDED_BY(mutex_) = false;
  std::string log_id_ FC_GUARDED_BY(mutex_);
  std::string node_name_ FC_GUARDED_BY(mutex_);
  int begun_ FC_GUARDED_BY(mutex_) = 0;
  int refused_ FC_GUARDED_BY(mutex_) = 0;
  int clean_ends_ FC_GUARDED_BY(mutex_) = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_TESTING_FAKE_CONTROL_PLANE_H_
