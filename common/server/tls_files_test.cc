#include "common/server/tls_files.h"

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class TlsFilesTest : public testing::Test {
 protected:
  TlsFilesTest() {
    char name[] = "/tmp/tls_files_test.XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~TlsFilesTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = absl::StrCat(folder_, "/", name);
    FC_EXPECT_OK(WriteFileAtomically(path, text, 0600));
    return path;
  }

  const TestAuthority authority_;
  const TestCertificate own_ = authority_.Issue({.dns_names = {"node.example"}});
  std::string folder_;
};

TEST_F(TlsFilesTest, GivesWhatIsInTheFiles) {
  FC_ASSERT_OK_AND_ASSIGN(
      const TlsPem pem,
      LoadTlsFiles({.certificate = Write("own.pem", own_.certificate_pem),
                    .key = Write("own.key", own_.key_pem),
                    .authorities = Write("ca.pem", authority_.certificate_pem())}));
  EXPECT_EQ(pem.certificate, own_.certificate_pem);
  EXPECT_EQ(pem.key, own_.key_pem);
  EXPECT_EQ(pem.authorities, authority_.certificate_pem());
}

TEST_F(TlsFilesTest, WhatIsNotGivenIsNotRead) {
  FC_ASSERT_OK_AND_ASSIGN(
      const TlsPem pem,
      LoadTlsFiles({.authorities = Write("ca.pem", authority_.certificate_pem())}));
  EXPECT_EQ(pem.certificate, "");
  FC_EXPECT_OK(LoadTlsFiles({}));
}

TEST_F(TlsFilesTest, ACertificateWithoutItsKeyIsRefused) {
  EXPECT_THAT(LoadTlsFiles({.certificate = Write("own.pem", own_.certificate_pem)}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("own.pem")));
}

TEST_F(TlsFilesTest, TheKeyOfAnotherCertificateIsRefused) {
  const TestCertificate other = authority_.Issue({});
  EXPECT_THAT(LoadTlsFiles({.certificate = Write("own.pem", own_.certificate_pem),
                            .key = Write("own.key", other.key_pem)}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("own.key")));
}

TEST_F(TlsFilesTest, AFileThatHoldsSomethingElseIsNamed) {
  EXPECT_THAT(LoadTlsFiles({.authorities = Write("ca.pem", own_.key_pem)}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("ca.pem")));
  EXPECT_THAT(LoadTlsFiles(
                  {.certificate = Write("own.pem", "text"), .key = Write("own.key", own_.key_pem)}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("own.pem")));
}

TEST_F(TlsFilesTest, AMissingFileIsNamed) {
  EXPECT_THAT(LoadTlsFiles({.authorities = absl::StrCat(folder_, "/none.pem")}),
              StatusIs(StatusCode::kNotFound, HasSubstr("none.pem")));
}

}  // namespace
}  // namespace fluxcascade
