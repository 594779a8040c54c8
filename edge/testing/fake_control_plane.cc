#include "edge/testing/fake_control_plane.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace fluxcascade::edge {
namespace {

// Patience is counted in pauses in which nothing came: so it needs no clock of its own, and a
// little more of it is left while an edge talks.
constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr int kPatienceInPauses = 100;

std::string NodeNameOf(const grpc::ServerContext& context) {
  for (const grpc::string_ref& name :
       context.auth_context()->FindPropertyValues("x509_subject_alternative_name")) {
    return std::string(name.data(), name.size());
  }
  return "";
}

}  // namespace

FakeControlPlane::FakeControlPlane(const TestAuthority& authority, const TestAuthority& own)
    : certificate_(own.Issue({.ip_addresses = {"127.0.0.1"}})),
      trusted_pem_(authority.certificate_pem()) {
  Start();
}

FakeControlPlane::~FakeControlPlane() { Stop(); }

void FakeControlPlane::Start() {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = trusted_pem_;
  options.pem_key_cert_pairs.push_back({certificate_.key_pem, certificate_.certificate_pem});
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address(), grpc::SslServerCredentials(options), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  FC_CHECK(server_ != nullptr);
}

void FakeControlPlane::Stop() {
  if (server_ == nullptr) return;
  // A deadline that has long passed cancels every stream.
  server_->Shutdown(std::chrono::system_clock::time_point());
  server_->Wait();
  server_.reset();
}

std::string FakeControlPlane::address() const { return absl::StrCat("127.0.0.1:", port_); }

void FakeControlPlane::RefuseWith(grpc::Status status) {
  MutexLock lock(mutex_);
  refusal_ = std::move(status);
}

void FakeControlPlane::IgnoreEnds() {
  MutexLock lock(mutex_);
  ignore_ends_ = true;
}

grpc::Status FakeControlPlane::Connect(grpc::ServerContext* context, Stream* stream) {
  if (!Begin(context, stream)) {
    MutexLock lock(mutex_);
    return refusal_;
  }
  v1::ConnectRequest message;
  while (stream->Read(&message)) {
    MutexLock lock(mutex_);
    if (message.has_hello()) log_id_ = message.hello().log().log_id();
    received_.push_back(std::move(message));
    changed_.NotifyAll();
  }
  End(context);
  return grpc::Status::OK;
}

bool FakeControlPlane::Begin(grpc::ServerContext* context, Stream* stream) {
  MutexLock lock(mutex_);
  changed_.NotifyAll();
  if (!refusal_.ok()) {
    ++refused_;
    return false;
  }
  ++begun_;
  stream_ = stream;
  node_name_ = NodeNameOf(*context);
  return true;
}

void FakeControlPlane::End(grpc::ServerContext* context) {
  MutexLock lock(mutex_);
  stream_ = nullptr;
  while (ignore_ends_ && !context->IsCancelled()) changed_.WaitFor(mutex_, absl::Milliseconds(10));
  if (!context->IsCancelled()) ++clean_ends_;
  changed_.NotifyAll();
}

template <typename Condition>
bool FakeControlPlane::WaitUntil(Condition condition) {
  for (int pauses = 0; !condition();) {
    if (pauses == kPatienceInPauses) return false;
    if (!changed_.WaitFor(mutex_, kPause)) ++pauses;
  }
  return true;
}

std::optional<v1::ConnectRequest> FakeControlPlane::Next(v1::ConnectRequest::MessageCase kind) {
  MutexLock lock(mutex_);
  std::optional<v1::ConnectRequest> found;
  WaitUntil([&]() FC_REQUIRES(mutex_) {
    while (!received_.empty() && !found.has_value()) {
      if (received_.front().message_case() == kind) found = std::move(received_.front());
      received_.pop_front();
    }
    return found.has_value();
  });
  return found;
}

std::optional<v1::Hello> FakeControlPlane::NextHello() {
  std::optional<v1::ConnectRequest> message = Next(v1::ConnectRequest::kHello);
  if (!message.has_value()) return std::nullopt;
  return std::move(*message->mutable_hello());
}

bool FakeControlPlane::Send(const v1::ConnectResponse& message) {
  MutexLock lock(mutex_);
  return stream_ != nullptr && stream_->Write(message);
}

bool FakeControlPlane::SendConfig(const v1::Config& config) {
  v1::ConnectResponse message;
  *message.mutable_config() = config;
  return Send(message);
}

bool FakeControlPlane::SendPull(uint64_t after, uint32_t wait_ms) {
  v1::ConnectResponse message;
  v1::Pull* pull = message.mutable_pull();
  {
    MutexLock lock(mutex_);
    pull->set_log_id(log_id_);
  }
  pull->set_after(after);
  pull->set_max_bytes(1 << 20);
  pull->set_wait_ms(wait_ms);
  return Send(message);
}

bool FakeControlPlane::SendAck(uint64_t through) {
  v1::ConnectResponse message;
  {
    MutexLock lock(mutex_);
    message.mutable_ack()->set_log_id(log_id_);
  }
  message.mutable_ack()->set_through(through);
  return Send(message);
}

int FakeControlPlane::streams_begun() const {
  MutexLock lock(mutex_);
  return begun_;
}

bool FakeControlPlane::WaitForCleanEnds(int count) {
  MutexLock lock(mutex_);
  return WaitUntil([&]() FC_REQUIRES(mutex_) { return clean_ends_ >= count; });
}

bool FakeControlPlane::WaitForRefusals(int count) {
  MutexLock lock(mutex_);
  return WaitUntil([&]() FC_REQUIRES(mutex_) { return refused_ >= count; });
}

std::string FakeControlPlane::node_name() const {
  MutexLock lock(mutex_);
  return node_name_;
}

}  // namespace fluxcascade::edge
