// Each library that the product stands on is found, links, and is the one that is meant.

#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "cpp_httplib/httplib.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "openssl/crypto.h"
#include "openssl/hmac.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"

namespace fluxcascade {
namespace {

TEST(LibrariesTest, GrpcServesOnALoopbackPort) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  EXPECT_GT(port, 0);
}

TEST(LibrariesTest, RocksDbKeepsWhatItWasGiven) {
  std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  rocksdb::Options options;
  options.env = env.get();
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, "/db", &opened).ok());
  std::unique_ptr<rocksdb::DB> db(opened);
  ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "key", "value").ok());
  std::string value;
  ASSERT_TRUE(db->Get(rocksdb::ReadOptions(), "key", &value).ok());
  EXPECT_EQ(value, "value");
}

TEST(LibrariesTest, CryptoIsBoringSsl) {
#ifndef OPENSSL_IS_BORINGSSL
  FAIL() << "<openssl/crypto.h> is not BoringSSL's";
#endif
  EXPECT_STREQ(OpenSSL_version(OPENSSL_VERSION), "BoringSSL");
}

TEST(LibrariesTest, HttplibIsOursAndUsesPoll) {
  EXPECT_STREQ(CPPHTTPLIB_VERSION, "0.18.7");
#if !defined(CPPHTTPLIB_USE_POLL) || !defined(CPPHTTPLIB_OPENSSL_SUPPORT)
  FAIL() << "cpp-httplib is compiled without poll() or without TLS";
#endif
  httplib::SSLClient client("127.0.0.1", 1);
  EXPECT_TRUE(client.is_valid());
}

TEST(LibrariesTest, JsonReadsWhatItWrote) {
  const nlohmann::json written = {{"email", "john@example.com"}, {"age", 42}};
  EXPECT_EQ(nlohmann::json::parse(written.dump()), written);
}

TEST(LibrariesTest, SpdlogFormats) {
  std::ostringstream out;
  spdlog::logger logger("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
  logger.set_pattern("%l %v");
  logger.info("port {}", 443);
  EXPECT_EQ(out.str(), "info port 443\n");
}

TEST(LibrariesTest, AbseilConcatenates) { EXPECT_EQ(absl::StrCat("a", 1), "a1"); }

}  // namespace
}  // namespace fluxcascade
