// Who is trusted on the link, and how a stream's end is told.

#include "edge/link/link_session.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/status_matchers.h"
#include "edge/link/link_channel.h"
#include "edge/log/fake_event_log.h"
#include "edge/testing/fake_control_plane.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::HasSubstr;

class LinkSessionTest : public testing::Test {
 protected:
  TlsFiles FilesOf(const TestAuthority& trusted, const TestAuthority& own,
                   const TestCertificateOptions& certificate = {.dns_names = {"edge-1"}}) {
    const TestCertificate issued = own.Issue(certificate);
    return {.certificate = Write("edge.pem", issued.certificate_pem),
            .key = Write("edge.key", issued.key_pem),
            .authorities = Write("ca.pem", trusted.certificate_pem())};
  }

  static std::string Write(absl::string_view name, absl::string_view text) {
    const std::string path =
        absl::StrCat(testing::TempDir(), "/",
                     testing::UnitTest::GetInstance()->current_test_info()->name(), name);
    EXPECT_THAT(WriteFileAtomically(path, text, 0600), IsOk());
    return path;
  }

  absl::Status RunWith(const TlsFiles& files) {
    LinkSession session(*OpenLinkChannel(control_plane_.address(), files), edge_, SystemClock(),
                        waker_);
    const absl::Status status = session.Run();
    EXPECT_FALSE(session.heard());
    return status;
  }

  TestAuthority authority_;
  TestAuthority stranger_{"a stranger"};
  FakeControlPlane control_plane_{authority_, authority_};
  FakeEventLog log_;
  ServedConfig config_{1000, std::nullopt};
  RejectionRing rejections_{{}};
  EdgeCounters counters_;
  LimitedLog notices_{SystemClock()};
  const LinkedEdge edge_{.log = log_,
                         .config = config_,
                         .rejections = rejections_,
                         .counters = counters_,
                         .notices = notices_,
                         .http = nullptr,
                         .version = "1.2.3"};
  Waker waker_;
};

TEST_F(LinkSessionTest, AnUntrustedControlPlaneHearsNothing) {
  EXPECT_THAT(RunWith(FilesOf(stranger_, authority_)), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(control_plane_.streams_begun(), 0);
}

TEST_F(LinkSessionTest, AControlPlaneOfAnotherNameHearsNothing) {
  const TlsFiles files = FilesOf(authority_, authority_);
  std::string localhost = control_plane_.address();
  localhost.replace(0, 9, "localhost");  // its certificate is for 127.0.0.1 alone
  LinkSession session(*OpenLinkChannel(localhost, files), edge_, SystemClock(), waker_);
  EXPECT_THAT(session.Run(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(control_plane_.streams_begun(), 0);
}

TEST_F(LinkSessionTest, AnEdgeWithAStrangersCertificateIsNotLetIn) {
  EXPECT_THAT(RunWith(FilesOf(authority_, stranger_)), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(control_plane_.streams_begun(), 0);
}

TEST_F(LinkSessionTest, AnEdgeWithAnExpiredCertificateIsNotLetIn) {
  const TlsFiles files =
      FilesOf(authority_, authority_, {.dns_names = {"edge-1"}, .valid_until = -absl::Minutes(1)});
  EXPECT_THAT(RunWith(files), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(control_plane_.streams_begun(), 0);
}

TEST_F(LinkSessionTest, WhyItWasRefusedIsTold) {
  control_plane_.RefuseWith({grpc::StatusCode::PERMISSION_DENIED, "who are you?"});
  EXPECT_THAT(RunWith(FilesOf(authority_, authority_)),
              StatusIs(absl::StatusCode::kPermissionDenied, "who are you?"));
}

TEST_F(LinkSessionTest, WithoutAnAuthorityOrACertificateNoChannelIsOpened) {
  TlsFiles files = FilesOf(authority_, authority_);
  files.authorities.clear();
  EXPECT_THAT(OpenLinkChannel("127.0.0.1:1", files), StatusIs(absl::StatusCode::kInvalidArgument));
  files = FilesOf(authority_, authority_);
  files.certificate.clear();
  files.key.clear();
  EXPECT_THAT(OpenLinkChannel("127.0.0.1:1", files), StatusIs(absl::StatusCode::kInvalidArgument));
  files = FilesOf(authority_, authority_);
  files.authorities = "/nowhere/ca.pem";
  EXPECT_THAT(OpenLinkChannel("127.0.0.1:1", files),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/ca.pem")));
}

}  // namespace
}  // namespace fluxcascade::edge
