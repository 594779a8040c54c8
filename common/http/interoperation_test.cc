// The pooled client against a server that is not ours.

#include <cpp_httplib/httplib.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/file/file.h"
#include "common/http/http_client.h"
#include "common/http/pooled_http_client.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

bssl::UniquePtr<BIO> Reader(const std::string& pem) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::unique_ptr<httplib::SSLServer> MakeServer(const TestCertificate& own) {
  const bssl::UniquePtr<X509> certificate(
      PEM_read_bio_X509(Reader(own.certificate_pem).get(), nullptr, nullptr, nullptr));
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(own.key_pem).get(), nullptr, nullptr, nullptr));
  return std::make_unique<httplib::SSLServer>(certificate.get(), key.get());
}

// Answers `/echo` with method, target and body.
class InteroperationTest : public testing::Test {
 protected:
  InteroperationTest() : server_(MakeServer(authority_.Issue({.dns_names = {"localhost"}}))) {
    char name[] = "/tmp/interoperation_test.XXXXXX";
    folder_ = mkdtemp(name);
    const auto echo = [this](const httplib::Request& request, httplib::Response& response) {
      client_ports_.insert(request.remote_port);
      response.set_header("X-Target", request.target);
      response.set_content(request.body, "application/octet-stream");
    };
    server_->Get("/echo", echo).Post("/echo", echo).Delete("/echo", echo);
    port_ = server_->bind_to_any_port("127.0.0.1");
    listening_ = std::thread([this] { server_->listen_after_bind(); });
    server_->wait_until_ready();
    const std::string ca_file = absl::StrCat(folder_, "/ca.pem");
    FC_EXPECT_OK(WriteFileAtomically(ca_file, authority_.certificate_pem(), 0600));
    auto client = MakePooledHttpClient(
        {.threads = 2, .threads_per_host = 1, .ca_file = ca_file, .allow_private_addresses = true});
    EXPECT_THAT(client, IsOk());
    client_ = *std::move(client);
  }
  ~InteroperationTest() override {
    client_.reset();
    server_->stop();
    listening_.join();
    std::filesystem::remove_all(folder_);
  }

  absl::StatusOr<HttpResponse> Send(const std::string& method, const std::string& target,
                                    const std::string& body = "") {
    return client_->SendAndWait(
        {.method = method, .url = absl::StrCat("https://localhost:", port_, target), .body = body},
        absl::Minutes(1));
  }

  const TestAuthority authority_;
  std::string folder_;
  std::unique_ptr<httplib::SSLServer> server_;
  int port_ = 0;
  std::thread listening_;
  std::set<int> client_ports_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(InteroperationTest, MethodsTargetsAndBodiesArrive) {
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse got, Send("GET", "/echo?a=%2F%20&b"));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.Header("X-Target"), "/echo?a=%2F%20&b");
  const std::string large(1 << 20, 'x');
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse posted, Send("POST", "/echo", large));
  EXPECT_EQ(posted.body, large);
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse deleted, Send("DELETE", "/echo"));
  EXPECT_EQ(deleted.status, 200);
  FC_ASSERT_OK_AND_ASSIGN(const HttpResponse missing, Send("GET", "/missing"));
  EXPECT_EQ(missing.status, 404);
}

TEST_F(InteroperationTest, OneConnectionCarriesManyRequests) {
  for (int i = 0; i < 20; ++i) FC_ASSERT_OK(Send("POST", "/echo", "x"));
  EXPECT_EQ(client_ports_.size(), 1u);
}

}  // namespace
}  // namespace fluxcascade
