#include "controlplane/ingest/edge_link_service.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/random/fake_random.h"
#include "common/server/grpc_credentials.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "common/time/fake_clock.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/ingest/chain_for_test.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using edge::v1::ConnectRequest;
using edge::v1::ConnectResponse;
using grpc::StatusCode;
using testing::HasSubstr;

constexpr char kGroup[] = "edgeGroups/main";
constexpr char kOne[] = "edge-1.example";
constexpr char kTwo[] = "edge-2.example";

// Long enough for a slow machine; a test that works never waits for it.
constexpr std::chrono::seconds kPatience(60);

std::string LogOf(const std::string& edge) { return "log of " + edge; }

// An edge on one stream.
class EdgeStream {
 public:
  explicit EdgeStream(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(edge::v1::EdgeLinkService::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + kPatience);
    stream_ = stub_->Connect(&context_);
  }

  bool Hello(const std::string& edge) {
    ConnectRequest request;
    request.mutable_hello()->set_version("1.2.3");
    request.mutable_hello()->mutable_log()->set_log_id(LogOf(edge));
    request.mutable_hello()->mutable_log()->set_first_sequence(1);
    request.mutable_hello()->mutable_log()->set_next_sequence(1);
    return stream_->Write(request);
  }

  bool Write(const ConnectRequest& request) { return stream_->Write(request); }

  // The next message of a kind; empty when the stream ends before.
  ConnectResponse Next(ConnectResponse::MessageCase kind) {
    ConnectResponse response;
    while (stream_->Read(&response)) {
      if (response.message_case() == kind) return response;
    }
    return ConnectResponse();
  }

  // Waits until the control plane ends the stream; gives what it says.
  grpc::Status End() {
    ConnectResponse response;
    while (stream_->Read(&response)) {
    }
    return stream_->Finish();
  }

  grpc::Status HangUp() {
    stream_->WritesDone();
    return End();
  }

 private:
  std::unique_ptr<edge::v1::EdgeLinkService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<ConnectRequest, ConnectResponse>> stream_;
};

class EdgeLinkServiceTest : public testing::Test {
 protected:
  EdgeLinkServiceTest() {
    store::v1::EdgeGroup group;
    group.set_name(kGroup);
    group.set_config_version(4);
    Do([&](Transaction& tx) { return tx.edge_groups().Insert(group); });
    AddNode(kOne);
    AddNode(kTwo);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("localhost:0", ServerMutualTls(Pem({"localhost"})), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~EdgeLinkServiceTest() override {
    service_.Shutdown();
    server_->Shutdown();
  }

  void Do(const Store::Body& body) { ASSERT_THAT(store_->Run(body), IsOk()); }

  void AddNode(const std::string& edge) {
    store::v1::EdgeNode node;
    node.set_name(absl::StrCat("edgeNodes/", edge));
    node.set_group(kGroup);
    Do([&](Transaction& tx) { return tx.edge_nodes().Insert(node); });
  }

  store::v1::EdgeNode Node(const std::string& edge) {
    store::v1::EdgeNode node;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(node, tx.edge_nodes().Get(absl::StrCat("edgeNodes/", edge)));
      return absl::OkStatus();
    });
    return node;
  }

  std::unique_ptr<QuarantineCalls::Call> BeginRelease(const std::string& edge) {
    return quarantine_calls_.Begin({absl::StrCat("edgeNodes/", edge)}, {}).value();
  }

  TlsPem Pem(const std::vector<std::string>& dns_names) const {
    const TestCertificate own = authority_.Issue({.dns_names = dns_names});
    return {.certificate = own.certificate_pem,
            .key = own.key_pem,
            .authorities = authority_.certificate_pem()};
  }

  EdgeStream Dial(const TlsPem& pem) const {
    // Streams of one certificate would otherwise share a connection.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return EdgeStream(
        grpc::CreateCustomChannel(absl::StrCat("localhost:", port_), ChannelTls(pem), arguments));
  }
  EdgeStream Dial(const std::string& edge) const { return Dial(Pem({edge})); }

  const TestAuthority authority_;
  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  ConnectorRegistry connectors_ = MakeConnectorTable({});
  Ingestor ingestor_{*store_, connectors_, clock_, random_, [] {}};
  QuarantineCalls quarantine_calls_{clock_, random_};
  EdgeLinkService service_{
      {*store_, connectors_, [](const store::v1::App&) { return AppIdentity(); }, ingestor_,
       quarantine_calls_, clock_, random_, [] {}},
      EdgeSessionOptions()};
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(EdgeLinkServiceTest, AnEdgeThatIsKnownGetsItsConfigurationAndIsAskedForItsLog) {
  EdgeStream edge = Dial(kOne);
  ASSERT_TRUE(edge.Hello(kOne));
  EXPECT_EQ(edge.Next(ConnectResponse::kConfig).config().version(), 4);
  EXPECT_EQ(edge.Next(ConnectResponse::kPull).pull().log_id(), LogOf(kOne));
  EXPECT_TRUE(Node(kOne).connected());
  EXPECT_EQ(Node(kOne).version(), "1.2.3");
}

TEST_F(EdgeLinkServiceTest, WithoutACertificateNobodyComesIn) {
  EXPECT_EQ(Dial(TlsPem{.authorities = authority_.certificate_pem()}).End().error_code(),
            StatusCode::UNAVAILABLE);
}

TEST_F(EdgeLinkServiceTest, ACertificateOfAnotherAuthorityDoesNotCount) {
  const TestAuthority other;
  const TestCertificate foreign = other.Issue({.dns_names = {kOne}});
  EXPECT_EQ(Dial(TlsPem{.certificate = foreign.certificate_pem,
                        .key = foreign.key_pem,
                        .authorities = authority_.certificate_pem()})
                .End()
                .error_code(),
            StatusCode::UNAVAILABLE);
  EXPECT_FALSE(Node(kOne).connected());
}

TEST_F(EdgeLinkServiceTest, ACertificateWithTwoNamesIsNobodys) {
  EXPECT_EQ(Dial(Pem({kOne, kTwo})).End().error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_FALSE(Node(kOne).connected());
}

TEST_F(EdgeLinkServiceTest, TheCaseOfACertificatesNameDoesNotMatter) {
  EdgeStream edge = Dial("Edge-1.Example");
  ASSERT_TRUE(edge.Hello(kOne));
  EXPECT_TRUE(edge.Next(ConnectResponse::kConfig).has_config());
  EXPECT_TRUE(Node(kOne).connected());
}

TEST_F(EdgeLinkServiceTest, AnUnknownNameIsRefusedWithWhatToDo) {
  EdgeStream edge = Dial("edge-9.example");
  const grpc::Status status = edge.End();
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("edgeNodes/edge-9.example"));
  EXPECT_THAT(status.error_message(), HasSubstr("CreateEdgeNode"));
}

TEST_F(EdgeLinkServiceTest, WhatIsWrongWithAMessageIsToldToTheEdge) {
  EdgeStream edge = Dial(kOne);
  ConnectRequest request;
  request.mutable_status();
  ASSERT_TRUE(edge.Write(request));
  const grpc::Status status = edge.End();
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("must be a hello"));
}

TEST_F(EdgeLinkServiceTest, TwoEdgesOfAGroupHaveAStreamAndACursorEach) {
  EdgeStream one = Dial(kOne);
  EdgeStream two = Dial(kTwo);
  ASSERT_TRUE(one.Hello(kOne));
  ASSERT_TRUE(two.Hello(kTwo));
  EXPECT_EQ(one.Next(ConnectResponse::kPull).pull().log_id(), LogOf(kOne));
  EXPECT_EQ(two.Next(ConnectResponse::kPull).pull().log_id(), LogOf(kTwo));

  ConnectRequest request;
  request.mutable_batch()->set_log_id(LogOf(kTwo));
  request.mutable_batch()->add_requests()->set_sequence(1);
  SetChains("", *request.mutable_batch());
  ASSERT_TRUE(two.Write(request));
  EXPECT_EQ(two.Next(ConnectResponse::kAck).ack().through(), 1u);
  EXPECT_EQ(Node(kOne).cursor().sequence(), 0u);
  EXPECT_EQ(Node(kTwo).cursor().sequence(), 1u);
}

TEST_F(EdgeLinkServiceTest, AnEdgeThatHangsUpIsShownAsGone) {
  EdgeStream edge = Dial(kOne);
  ASSERT_TRUE(edge.Hello(kOne));
  edge.Next(ConnectResponse::kPull);
  EXPECT_TRUE(edge.HangUp().ok());
  EXPECT_FALSE(Node(kOne).connected());
}

// ABORTED is how an edge learns that another has its name, and dials less and less often.
TEST_F(EdgeLinkServiceTest, ASecondStreamOfANodeEndsTheFirstWithAborted) {
  EdgeStream first = Dial(kOne);
  ASSERT_TRUE(first.Hello(kOne));
  first.Next(ConnectResponse::kPull);
  EdgeStream second = Dial(kOne);
  ASSERT_TRUE(second.Hello(kOne));
  const grpc::Status status = first.End();
  EXPECT_EQ(status.error_code(), StatusCode::ABORTED);
  EXPECT_THAT(status.error_message(), HasSubstr("newer stream"));
}

TEST_F(EdgeLinkServiceTest, TheSecondStreamOfANodeGoesOn) {
  EdgeStream first = Dial(kOne);
  ASSERT_TRUE(first.Hello(kOne));
  first.Next(ConnectResponse::kPull);
  EdgeStream second = Dial(kOne);
  ASSERT_TRUE(second.Hello(kOne));
  first.End();
  EXPECT_EQ(second.Next(ConnectResponse::kPull).pull().log_id(), LogOf(kOne));
  EXPECT_TRUE(Node(kOne).connected());
  EXPECT_TRUE(second.HangUp().ok());
  EXPECT_FALSE(Node(kOne).connected());
}

TEST_F(EdgeLinkServiceTest, AnEdgeIsAskedForItsQuarantineOnItsStream) {
  EdgeStream edge = Dial(kOne);
  ASSERT_TRUE(edge.Hello(kOne));
  edge.Next(ConnectResponse::kPull);
  const auto call = BeginRelease(kOne);
  ConnectRequest answer;
  answer.mutable_quarantine_result()->set_request_id(
      edge.Next(ConnectResponse::kReleaseQuarantine).release_quarantine().request_id());
  answer.mutable_quarantine_result()->set_released(3);
  ASSERT_TRUE(edge.Write(answer));
  EXPECT_EQ(call->Wait().at(0).result.released(), 3u);
}

TEST_F(EdgeLinkServiceTest, WhoeverWaitsForAnEdgeHearsAtOnceThatItHungUp) {
  EdgeStream edge = Dial(kOne);
  ASSERT_TRUE(edge.Hello(kOne));
  edge.Next(ConnectResponse::kPull);
  const auto call = BeginRelease(kOne);
  EXPECT_TRUE(edge.Next(ConnectResponse::kReleaseQuarantine).has_release_quarantine());
  EXPECT_TRUE(edge.HangUp().ok());
  EXPECT_EQ(call->Wait().at(0).kind, QuarantineAnswer::Kind::kNoAnswer);
}

TEST_F(EdgeLinkServiceTest, AShutdownLetsNobodyWaitForAnEdge) {
  EdgeStream edge = Dial(kOne);
  ASSERT_TRUE(edge.Hello(kOne));
  edge.Next(ConnectResponse::kPull);
  const auto call = BeginRelease(kOne);
  service_.Shutdown();
  EXPECT_NE(call->Wait().at(0).kind, QuarantineAnswer::Kind::kAnswered);
}

TEST_F(EdgeLinkServiceTest, ShutdownEndsTheStreamsAndTakesNoNewOne) {
  EdgeStream one = Dial(kOne);
  EdgeStream two = Dial(kTwo);
  ASSERT_TRUE(one.Hello(kOne));
  ASSERT_TRUE(two.Hello(kTwo));
  one.Next(ConnectResponse::kPull);
  two.Next(ConnectResponse::kPull);

  service_.Shutdown();
  EXPECT_EQ(one.End().error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(two.End().error_code(), StatusCode::UNAVAILABLE);
  const grpc::Status late = Dial(kOne).End();
  EXPECT_EQ(late.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(late.error_message(), HasSubstr("shutting down"));
}

TEST_F(EdgeLinkServiceTest, AfterAShutdownNoEdgeIsShownAsConnected) {
  EdgeStream edge = Dial(kOne);
  ASSERT_TRUE(edge.Hello(kOne));
  edge.Next(ConnectResponse::kPull);
  service_.Shutdown();
  server_->Shutdown();  // waits for the streams' ends
  EXPECT_FALSE(Node(kOne).connected());
}

}  // namespace
}  // namespace fluxcascade
