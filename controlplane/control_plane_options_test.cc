#include "controlplane/control_plane_options.h"

#include <string>

#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/flags/flags.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ControlPlaneOptionsTest : public testing::Test {
 protected:
  ControlPlaneOptionsTest() {
    const TestAuthority authority;
    const TestCertificate own = authority.Issue({.dns_names = {"cp.example"}});
    FC_EXPECT_OK(
        ParseFlags({"--state_dir=/s", "--tls_cert=" + Write("own.pem", own.certificate_pem),
                    "--tls_key=" + Write("own.key", own.key_pem),
                    "--edge_ca=" + Write("ca.pem", authority.certificate_pem()),
                    "--keyring=" + Write("keyring", "k1 secret")}));
  }

  static std::string Write(absl::string_view name, absl::string_view text) {
    const std::string path = absl::StrCat(testing::TempDir(), "/", name);
    FC_EXPECT_OK(WriteFileAtomically(path, text, 0600));
    return path;
  }

  absl::StatusOr<ControlPlaneOptions> With(const std::string& argument,
                                           const std::string& environment = "") {
    absl::FlagSaver saver;
    FC_EXPECT_OK(ParseFlags({argument}));
    return ControlPlaneOptionsFromFlags(environment);
  }

  // What the error begins with, as a rule the flag, and one thing that it says.
  void ExpectError(const std::string& argument, const std::string& begin, const std::string& says) {
    const absl::Status status = With(argument).status();
    EXPECT_FALSE(status.ok()) << argument;
    EXPECT_THAT(std::string(status.message()), AllOf(StartsWith(begin), HasSubstr(says)));
    EXPECT_EQ(status.message().find('\n'), absl::string_view::npos) << status;
  }

  absl::FlagSaver saver_;
};

TEST_F(ControlPlaneOptionsTest, WhatIsRequiredIsEnough) {
  FC_ASSERT_OK_AND_ASSIGN(const ControlPlaneOptions options, ControlPlaneOptionsFromFlags(""));
  EXPECT_EQ(options.state_dir, "/s");
  EXPECT_EQ(options.api_address, "127.0.0.1:7070");
  EXPECT_EQ(options.link_address, "127.0.0.1:7071");
  EXPECT_EQ(options.keyring_text, "k1 secret");
  EXPECT_EQ(options.replica, "controlplane-0");
  EXPECT_EQ(options.systems.hubspot.api_base_url, "https://api.hubapi.com");
  EXPECT_FALSE(options.allow_private_addresses);
  EXPECT_EQ(options.max_store_bytes, int64_t{64} << 30);
}

TEST_F(ControlPlaneOptionsTest, EachRequiredFlagIsMissed) {
  for (const char* flag : {"state_dir", "tls_cert", "tls_key", "edge_ca"}) {
    ExpectError(absl::StrCat("--", flag, "="), absl::StrCat("--", flag), "must be given");
  }
}

TEST_F(ControlPlaneOptionsTest, KeysMayComeByTheEnvironmentInstead) {
  FC_ASSERT_OK_AND_ASSIGN(const ControlPlaneOptions options, With("--keyring=", "k2 other"));
  EXPECT_EQ(options.keyring_text, "k2 other");
  ExpectError("--keyring=", "--keyring: is missing", kKeyringVariable);
}

TEST_F(ControlPlaneOptionsTest, AnAddressMustBeOne) {
  ExpectError("--api_listen=localhost", "--api_listen: ", "localhost");
  ExpectError("--link_listen=127.0.0.1:70000", "--link_listen: ", "70000");
}

TEST_F(ControlPlaneOptionsTest, ABaseUrlIsHttpsWithoutQueryAndSlash) {
  for (const char* flag : {"hubspot_api", "pipedrive_api", "pipedrive_oauth"}) {
    const std::string name = absl::StrCat("--", flag);
    ExpectError(name + "=http://api.example", name + ": ", "https://");
    ExpectError(name + "=https://api.example/", name + ": ", "slash");
    ExpectError(name + "=https://api.example?x=1", name + ": ", "query");
    FC_EXPECT_OK(With(name + "=https://api.example/base"));
  }
}

TEST_F(ControlPlaneOptionsTest, FilesAreReadBeforeAnythingIsMade) {
  for (const char* flag : {"tls_cert", "tls_key", "edge_ca", "keyring", "outgoing_ca"}) {
    ExpectError(absl::StrCat("--", flag, "=/nowhere"), "", "/nowhere");
  }
  ExpectError("--edge_ca=" + Write("empty.pem", "nothing"), "", "no certificate");
  ExpectError("--outgoing_ca=/nowhere", "--outgoing_ca: ", "/nowhere");
}

TEST_F(ControlPlaneOptionsTest, AReplicaHasAName) {
  ExpectError("--replica=", "--replica: ", "1 to 63");
  ExpectError("--replica=Über", "--replica: ", "1 to 63");
}

TEST_F(ControlPlaneOptionsTest, NumbersHaveTheirLimits) {
  struct Limit {
    std::string flag;
    int most;
  };
  for (const auto& [flag, most] :
       {Limit{"max_store_gib", 1 << 20}, Limit{"sync_concurrency", 1024},
        Limit{"sync_concurrency_per_target", 256}, Limit{"dispatch_concurrency", 1024},
        Limit{"dispatch_concurrency_per_endpoint", 256}}) {
    const std::string name = absl::StrCat("--", flag);
    FC_EXPECT_OK(With(absl::StrCat(name, "=", most)));
    ExpectError(absl::StrCat(name, "=", most + 1), name + ": ", absl::StrCat("1 to ", most));
    ExpectError(name + "=0", name + ": ", absl::StrCat("1 to ", most));
  }
}

}  // namespace
}  // namespace fluxcascade
