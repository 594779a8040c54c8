// Debian's gRPC brings OpenSSL into a process that holds BoringSSL as well. Both work at once here,
// on threads, as they do in the product, and neither takes the other's symbols.

#include <dlfcn.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cpp_httplib/httplib.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/async_generic_service.h"
#include "gtest/gtest.h"
#include "openssl/hmac.h"
#include "openssl/ssl.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "tests/process/self_signed.h"

namespace fluxcascade {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 8;

// Answers every call with what was sent.
class Echo : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Call;
  }

 private:
  class Call : public grpc::ServerGenericBidiReactor {
   public:
    Call() { StartRead(&message_); }
    void OnReadDone(bool) override {
      StartWriteAndFinish(&message_, grpc::WriteOptions(), grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    grpc::ByteBuffer message_;
  };
};

// A gRPC server over TLS (OpenSSL).
class GrpcSide {
 public:
  explicit GrpcSide(const SelfSigned& identity) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({identity.key_pem, identity.certificate_pem});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port_);
    builder.RegisterCallbackGenericService(&echo_);
    server_ = builder.BuildAndStart();
  }

  // Dials anew, so that every call is a TLS handshake. A patient one dials again where it fails:
  // this gRPC reads errno after connect() only when others may have written to it.
  enum class Dial { kOnce, kPatiently };
  grpc::Status CallOnce(const std::string& authority_pem, Dial dial = Dial::kPatiently) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    grpc::GenericStub stub(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port_),
        grpc::SslCredentials({.pem_root_certs = authority_pem}), arguments));
    grpc::ClientContext context;
    context.set_wait_for_ready(dial == Dial::kPatiently);
    const grpc::Slice text("hello");
    grpc::ByteBuffer request(&text, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, "/any.Service/Echo", grpc::StubOptions(), &request, &response,
                   [&done](grpc::Status status) { done.set_value(std::move(status)); });
    grpc::Status status = done.get_future().get();
    if (status.ok()) {
      EXPECT_EQ(response.Length(), text.size());
    }
    return status;
  }

 private:
  Echo echo_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// A cpp-httplib server over TLS (BoringSSL).
class HttpsSide {
 public:
  explicit HttpsSide(const SelfSigned& identity)
      : server_([&identity](SSL_CTX& context) { return UseIdentity(identity, context); }) {
    server_.Get("/", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("hello", "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
  }

  ~HttpsSide() {
    server_.stop();
    thread_.join();
  }

  std::string GetOnce(const std::string& authority_pem) const {
    httplib::SSLClient client("127.0.0.1", port_);
    client.load_ca_cert_store(authority_pem.data(), authority_pem.size());
    const httplib::Result result = client.Get("/");
    return result ? result->body : "error: " + httplib::to_string(result.error());
  }

 private:
  static bool UseIdentity(const SelfSigned& identity, SSL_CTX& context) {
    const auto bio = [](const std::string& pem) {
      return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), pem.size()));
    };
    const bssl::UniquePtr<X509> certificate(
        PEM_read_bio_X509(bio(identity.certificate_pem).get(), nullptr, nullptr, nullptr));
    const bssl::UniquePtr<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(bio(identity.key_pem).get(), nullptr, nullptr, nullptr));
    return SSL_CTX_use_certificate(&context, certificate.get()) == 1 &&
           SSL_CTX_use_PrivateKey(&context, key.get()) == 1;
  }

  mutable httplib::SSLServer server_;
  int port_ = 0;
  std::thread thread_;
};

class MemoryDb {
 public:
  MemoryDb() : env_(rocksdb::NewMemEnv(rocksdb::Env::Default())) {
    rocksdb::Options options;
    options.env = env_.get();
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status opened = rocksdb::DB::Open(options, "/db", &db);
    EXPECT_TRUE(opened.ok()) << opened.ToString();
    db_.reset(db);
  }

  std::string PutAndGet(const std::string& key, const std::string& value) {
    std::string read;
    EXPECT_TRUE(db_->Put(rocksdb::WriteOptions(), key, value).ok());
    EXPECT_TRUE(db_->Get(rocksdb::ReadOptions(), key, &read).ok());
    return read;
  }

 private:
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
};

std::string HmacSha256(const std::string& key, const std::string& text) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), key.size(), reinterpret_cast<const uint8_t*>(text.data()),
       text.size(), reinterpret_cast<uint8_t*>(mac.data()), &size);
  mac.resize(size);
  return mac;
}

TEST(TwoTlsTest, BothStacksWorkAtOnceOnManyThreads) {
  const SelfSigned identity = MakeSelfSigned();
  const GrpcSide grpc_side(identity);
  const HttpsSide https_side(identity);
  MemoryDb db;

  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        const grpc::Status status = grpc_side.CallOnce(identity.certificate_pem);
        EXPECT_TRUE(status.ok()) << status.error_message();
        EXPECT_EQ(https_side.GetOnce(identity.certificate_pem), "hello");
        const std::string key = std::to_string(thread) + "/" + std::to_string(round);
        const std::string mac = HmacSha256("a fake secret", key);
        EXPECT_EQ(mac.size(), 32u);
        EXPECT_EQ(db.PutAndGet(key, mac), mac);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(TwoTlsTest, EachStackRefusesAnAuthorityItWasNotTold) {
  const SelfSigned identity = MakeSelfSigned();
  const std::string stranger = MakeSelfSigned().certificate_pem;

  const GrpcSide grpc_side(identity);
  EXPECT_TRUE(grpc_side.CallOnce(identity.certificate_pem).ok());
  EXPECT_EQ(grpc_side.CallOnce(stranger, GrpcSide::Dial::kOnce).error_code(),
            grpc::StatusCode::UNAVAILABLE);

  const HttpsSide https_side(identity);
  EXPECT_EQ(https_side.GetOnce(identity.certificate_pem), "hello");
  EXPECT_EQ(https_side.GetOnce(stranger), "error: SSL server verification failed");
}

TEST(TwoTlsTest, WhatGrpcFindsIsOpenSslAndWhatWeCallIsNot) {
  void* const dynamic = dlsym(RTLD_DEFAULT, "SSL_CTX_new");
  ASSERT_NE(dynamic, nullptr) << "gRPC's TLS library is not loaded";
  Dl_info where;
  ASSERT_NE(dladdr(dynamic, &where), 0);
  EXPECT_NE(std::string(where.dli_fname).find("libssl.so.3"), std::string::npos) << where.dli_fname;
  EXPECT_NE(dynamic, reinterpret_cast<void*>(&SSL_CTX_new));
  EXPECT_STREQ(OpenSSL_version(OPENSSL_VERSION), "BoringSSL");
}

}  // namespace
}  // namespace fluxcascade
