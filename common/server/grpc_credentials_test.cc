#include "common/server/grpc_credentials.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/server/tls_files.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

// Answers every call with UNIMPLEMENTED, after it has noted who called.
class NamingService final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    caller = PeerCertificateName(*context->auth_context());
    class Refusal final : public grpc::ServerGenericBidiReactor {
     public:
      Refusal() { Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "")); }
      void OnDone() override { delete this; }
    };
    return new Refusal;
  }

  // Of the last call.
  absl::StatusOr<std::string> caller = absl::NotFoundError("nobody called");
};

class GrpcCredentialsTest : public testing::Test {
 protected:
  ~GrpcCredentialsTest() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  TlsPem Own(const TestCertificateOptions& options) const {
    const TestCertificate own = authority_.Issue(options);
    return {.certificate = own.certificate_pem,
            .key = own.key_pem,
            .authorities = authority_.certificate_pem()};
  }

  void Serve(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&service_);
    builder.AddListeningPort("localhost:0", credentials, &port_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }

  // The code with which a call ends: UNIMPLEMENTED when it came through.
  grpc::StatusCode Call(const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                        const std::string& host = "localhost") const {
    const auto channel = grpc::CreateChannel(absl::StrCat(host, ":", port_), credentials);
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, "/any/Method", grpc::ByteBuffer(), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status.error_code();
  }

  const TestAuthority authority_;
  const TlsPem server_pem_ = Own({.dns_names = {"localhost"}});
  NamingService service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(GrpcCredentialsTest, MutualTlsTellsTheServerWhoCalls) {
  Serve(ServerMutualTls(server_pem_));
  EXPECT_EQ(Call(ChannelTls(Own({.dns_names = {"edge-1.example"}}))),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(service_.caller, IsOkAndHolds("edge-1.example"));
}

TEST_F(GrpcCredentialsTest, MutualTlsRefusesAClientWithoutACertificate) {
  Serve(ServerMutualTls(server_pem_));
  EXPECT_EQ(Call(ChannelTls({.authorities = authority_.certificate_pem()})),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(service_.caller, StatusIs(StatusCode::kNotFound));
}

TEST_F(GrpcCredentialsTest, MutualTlsRefusesACertificateOfAnotherAuthority) {
  Serve(ServerMutualTls(server_pem_));
  const TestAuthority other;
  const TestCertificate foreign = other.Issue({.dns_names = {"edge-1.example"}});
  EXPECT_EQ(Call(ChannelTls({.certificate = foreign.certificate_pem,
                             .key = foreign.key_pem,
                             .authorities = authority_.certificate_pem()})),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(service_.caller, StatusIs(StatusCode::kNotFound));
}

TEST_F(GrpcCredentialsTest, ACertificateWithoutExactlyOneNameNamesNobody) {
  Serve(ServerMutualTls(server_pem_));
  EXPECT_EQ(Call(ChannelTls(Own({.dns_names = {"one.example", "two.example"}}))),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(service_.caller, StatusIs(StatusCode::kUnauthenticated, HasSubstr("has 2")));
  EXPECT_EQ(Call(ChannelTls(Own({.ip_addresses = {"127.0.0.1"}}))),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(service_.caller, StatusIs(StatusCode::kUnauthenticated, HasSubstr("has 0")));
}

TEST_F(GrpcCredentialsTest, PlainTlsTakesAClientWithoutACertificateAndNamesNobody) {
  Serve(ServerTls(server_pem_));
  EXPECT_EQ(Call(ChannelTls({.authorities = authority_.certificate_pem()})),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(service_.caller, StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(GrpcCredentialsTest, AClientRefusesAServerOfAnotherAuthorityOrName) {
  Serve(ServerTls(server_pem_));
  const TestAuthority other;
  EXPECT_EQ(Call(ChannelTls({.authorities = other.certificate_pem()})),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(ChannelTls({.authorities = authority_.certificate_pem()}), "127.0.0.1"),
            grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace fluxcascade
