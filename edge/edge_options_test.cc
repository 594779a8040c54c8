#include "edge/edge_options.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/str_join.h"
#include "common/file/file.h"
#include "common/flags/flags.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

class EdgeOptionsTest : public testing::Test {
 protected:
  EdgeOptionsTest() {
    FC_EXPECT_OK(ParseFlags({"--tls_cert=c", "--tls_key=k", "--log_dir=/l",
                             "--control_plane=cp.example.com:7071", "--link_ca=lca",
                             "--link_cert=lc", "--link_key=lk"}));
  }

  absl::StatusOr<EdgeOptions> With(const std::string& argument) {
    FC_EXPECT_OK(ParseFlags({argument}));
    return EdgeOptionsFromFlags("");
  }

  void ExpectError(const std::string& argument, const std::string& message) {
    EXPECT_THAT(With(argument), StatusIs(absl::StatusCode::kInvalidArgument, message)) << argument;
  }

  absl::FlagSaver saver_;
};

TEST_F(EdgeOptionsTest, WhatIsRequiredIsEnough) {
  FC_ASSERT_OK_AND_ASSIGN(const EdgeOptions options, EdgeOptionsFromFlags(""));
  EXPECT_EQ(options.listen.ToString(), "0.0.0.0:8443");
  ASSERT_EQ(options.tls.pairs.size(), 1);
  EXPECT_EQ(options.tls.pairs[0].certificate_chain, "c");
  EXPECT_EQ(options.tls.pairs[0].private_key, "k");
  EXPECT_EQ(options.tls.client_authorities, "");
  EXPECT_EQ(options.log_dir, "/l");
  EXPECT_EQ(options.control_plane, "cp.example.com:7071");
  EXPECT_EQ(options.link.authorities, "lca");
  EXPECT_EQ(options.link.certificate, "lc");
  EXPECT_EQ(options.link.key, "lk");
  EXPECT_EQ(options.max_body_bytes, 1 << 20);
  EXPECT_EQ(options.retention, absl::Hours(72));
}

TEST_F(EdgeOptionsTest, EachRequiredFlagIsMissed) {
  for (const char* flag :
       {"tls_cert", "tls_key", "log_dir", "control_plane", "link_ca", "link_cert", "link_key"}) {
    absl::FlagSaver saver;
    EXPECT_THAT(With(std::string("--") + flag + "="),
                StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr(flag)));
  }
}

TEST_F(EdgeOptionsTest, TheKeysOfTheCopyAreTheFlagsOrElseTheServiceManagers) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(EdgeOptionsFromFlags("")->config_key_file, "");
  EXPECT_EQ(EdgeOptionsFromFlags(folder)->config_key_file, "") << "it was not told to pass any on";
  const std::string credential = folder + "/config.key";
  FC_ASSERT_OK(WriteFileAtomically(credential, "k", 0600));
  EXPECT_EQ(EdgeOptionsFromFlags(folder)->config_key_file, credential);
  FC_ASSERT_OK(With("--config_key_file=/keys"));
  EXPECT_EQ(EdgeOptionsFromFlags(folder)->config_key_file, "/keys");
}

TEST_F(EdgeOptionsTest, AnAddressMustBeOne) {
  EXPECT_THAT(With("--listen=localhost"),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::StartsWith("--listen: ")));
}

TEST_F(EdgeOptionsTest, FurtherControlPlanesHaveNamesAndAddresses) {
  FC_ASSERT_OK_AND_ASSIGN(EdgeOptions options, EdgeOptionsFromFlags(""));
  EXPECT_TRUE(options.also_feed.empty());
  FC_ASSERT_OK_AND_ASSIGN(options, With("--also_feed=standby=cp2:7071,archive=[::1]:1"));
  ASSERT_EQ(options.also_feed.size(), 2u);
  EXPECT_EQ(options.also_feed[0].name, "standby");
  EXPECT_EQ(options.also_feed[0].target, "cp2:7071");
  EXPECT_EQ(options.also_feed[1].name, "archive");
  EXPECT_EQ(options.also_feed[1].target, "[::1]:1");

  ExpectError("--also_feed=cp2:7071", "--also_feed: '' is not host:port");
  ExpectError("--also_feed=standby=cp2", "--also_feed: 'cp2' is not host:port");
  ExpectError("--also_feed==cp2:1",
              "--also_feed: the name '' is not 1 to 32 characters of a-z, 0-9 and -");
  ExpectError("--also_feed=primary=cp2:1",
              "--also_feed: the name 'primary' is that of the first one");
}

TEST_F(EdgeOptionsTest, AsManyFurtherControlPlanesAsMayBeAndNotOneMore) {
  std::string eight;
  for (int i = 0; i < 8; ++i) absl::StrAppend(&eight, i == 0 ? "" : ",", "c", i, "=cp:1");
  FC_EXPECT_OK(With("--also_feed=" + eight));
  ExpectError("--also_feed=" + eight + ",c8=cp:1", "--also_feed: 9 names, of at most 8");
}

TEST_F(EdgeOptionsTest, MetricsAreOnLoopbackUnlessToldOtherwise) {
  FC_ASSERT_OK_AND_ASSIGN(EdgeOptions options, EdgeOptionsFromFlags(""));
  EXPECT_EQ(options.metrics_listen->ToString(), "127.0.0.1:9464");
  FC_ASSERT_OK_AND_ASSIGN(options, With("--metrics_listen="));
  EXPECT_EQ(options.metrics_listen, std::nullopt);
  EXPECT_THAT(With("--metrics_listen=9464"), StatusIs(absl::StatusCode::kInvalidArgument,
                                                      testing::StartsWith("--metrics_listen: ")));
}

TEST_F(EdgeOptionsTest, CertificatesAndKeysAreListsOfOneLength) {
  FC_EXPECT_OK(ParseFlags({"--tls_cert=c1,c2", "--client_ca=ca"}));
  FC_ASSERT_OK_AND_ASSIGN(const EdgeOptions options, With("--tls_key=k1,k2"));
  ASSERT_EQ(options.tls.pairs.size(), 2);
  EXPECT_EQ(options.tls.pairs[0].certificate_chain, "c1");
  EXPECT_EQ(options.tls.pairs[0].private_key, "k1");
  EXPECT_EQ(options.tls.pairs[1].certificate_chain, "c2");
  EXPECT_EQ(options.tls.pairs[1].private_key, "k2");
  EXPECT_EQ(options.tls.client_authorities, "ca");

  ExpectError("--tls_key=k1",
              "--tls_key: 1 files, where --tls_cert names 2: each certificate needs its key");
  ExpectError("--tls_key=k1,k2,k3",
              "--tls_key: 3 files, where --tls_cert names 2: each certificate needs its key");
  ExpectError("--tls_key=k1,", "--tls_key: a file between commas has no name");
  FC_EXPECT_OK(ParseFlags({"--tls_cert=,c2"}));
  ExpectError("--tls_key=k1,k2", "--tls_cert: a file between commas has no name");
}

TEST_F(EdgeOptionsTest, CertificatesHaveALimit) {
  const auto files = [](size_t count) {
    return absl::StrJoin(std::vector<std::string>(count, "f"), ",");
  };
  FC_EXPECT_OK(ParseFlags({"--tls_key=" + files(64)}));
  FC_EXPECT_OK(With("--tls_cert=" + files(64)));
  FC_EXPECT_OK(ParseFlags({"--tls_key=" + files(65)}));
  ExpectError("--tls_cert=" + files(65), "--tls_cert: 65 is not within 1 to 64");
}

TEST_F(EdgeOptionsTest, TheControlPlaneIsHostAndPort) {
  for (const char* target :
       {"cp", "cp:", ":7071", "cp:0", "cp:65536", "cp:http", "https://cp:7071"}) {
    ExpectError(std::string("--control_plane=") + target,
                "--control_plane: '" + std::string(target) + "' is not host:port");
  }
  FC_EXPECT_OK(With("--control_plane=cp:65535"));
  FC_EXPECT_OK(With("--control_plane=[::1]:1"));
}

TEST_F(EdgeOptionsTest, NumbersHaveLimits) {
  FC_EXPECT_OK(With("--max_body_bytes=2031616"));
  ExpectError("--max_body_bytes=2031617", "--max_body_bytes: 2031617 is not within 1 to 2031616");
  ExpectError("--max_body_bytes=0", "--max_body_bytes: 0 is not within 1 to 2031616");
  FC_EXPECT_OK(With("--max_body_bytes=1"));
  FC_EXPECT_OK(With("--loops=64"));
  ExpectError("--loops=65", "--loops: 65 is not within 1 to 64");
  FC_EXPECT_OK(With("--loops=1"));
  FC_EXPECT_OK(With("--retention=8760h"));
  ExpectError("--retention=8761h", "--retention: 8761h is not within 0 to 8760h");
  FC_EXPECT_OK(With("--retention=0s"));
  ExpectError("--drain_timeout=-1s", "--drain_timeout: -1s is not within 0 to 10m");
  FC_EXPECT_OK(With("--drain_timeout=0"));
  FC_EXPECT_OK(With("--drain_timeout=10m"));
  ExpectError("--drain_timeout=601s", "--drain_timeout: 10m1s is not within 0 to 10m");
}

TEST_F(EdgeOptionsTest, ConnectionsHaveLimits) {
  FC_EXPECT_OK(With("--max_connections=1"));
  ExpectError("--max_connections=0", "--max_connections: 0 is not within 1 to 1000000");
  FC_EXPECT_OK(With("--max_connections=1000000"));
  ExpectError("--max_connections=1000001", "--max_connections: 1000001 is not within 1 to 1000000");
}

TEST_F(EdgeOptionsTest, TheLimitsOnSendersAreAmongThem) {
  FC_ASSERT_OK_AND_ASSIGN(const EdgeOptions options, With("--max_headers=9"));
  EXPECT_EQ(options.limits.framer.max_headers, 9u);
  ExpectError("--max_headers=7", "--max_headers: 7 is not within 8 to 256");
}

TEST_F(EdgeOptionsTest, OneBodyFitsAmongThoseUnderWay) {
  FC_EXPECT_OK(With("--max_body_bytes_under_way=1048576"));
  ExpectError("--max_body_bytes_under_way=1048575",
              "--max_body_bytes_under_way: 1048575 is below --max_body_bytes, 1048576");
}

TEST_F(EdgeOptionsTest, TheQuarantineLiesBesideTheLogUnlessToldOtherwise) {
  FC_ASSERT_OK_AND_ASSIGN(EdgeOptions options, EdgeOptionsFromFlags(""));
  EXPECT_EQ(options.quarantine_dir, "/l.quarantine");
  EXPECT_EQ(options.max_quarantine_bytes, 256u << 20);
  FC_ASSERT_OK_AND_ASSIGN(options, With("--log_dir=/state/log//"));
  EXPECT_EQ(options.quarantine_dir, "/state/log.quarantine");
  FC_ASSERT_OK_AND_ASSIGN(options, With("--quarantine_dir=/q"));
  EXPECT_EQ(options.quarantine_dir, "/q");
  ExpectError("--quarantine_dir=/state/log//",
              "--quarantine_dir: must not be --log_dir: the log's folder is the log's alone");
  FC_ASSERT_OK(With("--quarantine_dir="));
  FC_EXPECT_OK(With("--max_quarantine_bytes=0"));
  FC_EXPECT_OK(With("--max_quarantine_bytes=4294967296"));
  ExpectError("--max_quarantine_bytes=4294967297",
              "--max_quarantine_bytes: 4294967297 is not within 0 to 4294967296");
}

TEST_F(EdgeOptionsTest, BytesOnDiskHaveLimits) {
  FC_EXPECT_OK(With("--max_log_bytes=16777216"));
  ExpectError("--max_log_bytes=16777215",
              "--max_log_bytes: 16777215 is not within 16777216 to 1125899906842624");
  FC_EXPECT_OK(With("--max_log_bytes=1125899906842624"));
  ExpectError("--max_log_bytes=1125899906842625",
              "--max_log_bytes: 1125899906842625 is not within 16777216 to 1125899906842624");
  for (const std::string flag : {"min_free_bytes", "retention_bytes"}) {
    absl::FlagSaver saver;
    FC_EXPECT_OK(With("--max_log_bytes=16777216"));
    FC_EXPECT_OK(With("--" + flag + "=0"));
    FC_EXPECT_OK(With("--" + flag + "=1125899906842624"));
    ExpectError("--" + flag + "=1125899906842625",
                "--" + flag + ": 1125899906842625 is not within 0 to 1125899906842624");
  }
}

}  // namespace
}  // namespace fluxcascade::edge
