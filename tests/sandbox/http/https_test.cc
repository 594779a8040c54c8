#include <fstream>
#include <memory>
#include <string>

#include "common/status/status_matchers.h"
#include "common/time/clock.h"
#include "gtest/gtest.h"
#include "tests/process/self_signed.h"
#include "tests/sandbox/http/https_poster.h"
#include "tests/sandbox/http/https_server.h"

namespace fluxcascade::sandbox {
namespace {

// A server and a poster that speak to each other over real sockets.
class HttpsTest : public testing::Test {
 protected:
  void SetUp() override {
    const SelfSigned self_signed = MakeSelfSigned();
    options_.cert_file = Write("cert.pem", self_signed.certificate_pem);
    options_.key_file = Write("key.pem", self_signed.key_pem);
    poster_ = MakeHttpsPoster(options_.cert_file);
    FC_ASSERT_OK_AND_ASSIGN(
        server_, HttpsServer::Start(options_, SystemClock(), [this](const auto& request) {
          last_request_ = request;
          return answer_;
        }));
  }

  static std::string Write(const std::string& name, const std::string& text) {
    const std::string path = testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  PostResult Post(const std::string& target) {
    WebhookPost post;
    post.url = server_->url() + target;
    post.headers = {{"X-Thing", "one"}};
    post.body = "[1]";
    return poster_->Post(post);
  }

  HttpsServerOptions options_;
  ApiResponse answer_;
  ApiRequest last_request_;
  std::unique_ptr<WebhookPoster> poster_;
  std::unique_ptr<HttpsServer> server_;
};

TEST_F(HttpsTest, CarriesARequestAndItsAnswer) {
  answer_.status = 201;
  EXPECT_EQ(Post("/a%2Fb?c=%40").status, 201);
  EXPECT_EQ(last_request_.method, "POST");
  EXPECT_EQ(last_request_.target, "/a%2Fb?c=%40");
  EXPECT_EQ(last_request_.Header("x-thing"), "one");
  EXPECT_EQ(last_request_.body, "[1]");
}

TEST_F(HttpsTest, CanDropAConnectionWithoutAnAnswerAndServeTheNext) {
  answer_.drop_connection = true;
  const PostResult dropped = Post("/");
  EXPECT_EQ(dropped.status, 0);
  EXPECT_FALSE(dropped.error.empty());
  answer_.drop_connection = false;
  EXPECT_EQ(Post("/").status, 200);
}

TEST_F(HttpsTest, ThePosterRefusesACertificateThatItDoesNotTrust) {
  poster_ = MakeHttpsPoster(Write("other.pem", MakeSelfSigned().certificate_pem));
  EXPECT_EQ(Post("/").status, 0);
}

TEST_F(HttpsTest, RefusesToStartWithoutItsCertificate) {
  options_.cert_file = "/nonexistent";
  EXPECT_THAT(
      HttpsServer::Start(options_, SystemClock(), [](const auto&) { return ApiResponse(); }),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fluxcascade::sandbox
