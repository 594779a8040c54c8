#include "controlplane/outgoing_http.h"

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/file/file.h"
#include "common/http/testing/scripted_tls_server.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

// What hangs is let go by the test; what is to be answered fails after this long.
constexpr absl::Duration kHanging = absl::Minutes(1);
constexpr absl::Duration kAnswered = absl::Seconds(10);

TEST(OutgoingHttpTest, AnEndpointThatHangsTakesNoTurnFromAnotherOneOnItsHost) {
  const TestAuthority authority;
  absl::Notification go_on;
  std::atomic<int> ended = 0;
  ScriptedTlsServer server({.certificate = authority.Issue({.ip_addresses = {"127.0.0.1"}})},
                           [&](ScriptedConnection& connection) {
                             if (absl::StrContains(connection.ReadHead(), "/hangs")) {
                               go_on.WaitForNotification();
                             }
                             connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                           });
  ControlPlaneOptions options;
  options.dispatch_concurrency = options.dispatch_concurrency_per_endpoint + 1;
  options.outgoing_ca_file = absl::StrCat(testing::TempDir(), "/outgoing_http_test.pem");
  options.allow_private_addresses = true;
  FC_ASSERT_OK(WriteFileAtomically(options.outgoing_ca_file, authority.certificate_pem(), 0600));
  FC_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<HttpClient> client,
                          MakePooledHttpClient(EndpointHttpOptions(options)));

  const std::string host = absl::StrCat("https://127.0.0.1:", server.port());
  for (int i = 0; i < options.dispatch_concurrency_per_endpoint; ++i) {
    client->Send({.url = host + "/hangs"}, kHanging, [&](const auto&) { ++ended; });
  }
  EXPECT_THAT(client->SendAndWait({.url = host + "/answers"}, kAnswered), IsOk());
  EXPECT_EQ(ended, 0);
  go_on.Notify();
}

}  // namespace
}  // namespace fluxcascade
