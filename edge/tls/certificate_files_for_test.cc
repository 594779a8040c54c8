#include "edge/tls/certificate_files_for_test.h"

#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/file/file.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {

std::string PathForTest(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/",
                      testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
}

std::string WriteForTest(absl::string_view name, absl::string_view text) {
  std::string path = PathForTest(name);
  FC_CHECK(WriteFileAtomically(path, text, 0600).ok());
  return path;
}

ServerTlsContext::Pair WriteForTest(absl::string_view name, const TestCertificate& certificate) {
  return {WriteForTest(absl::StrCat(name, ".pem"), certificate.certificate_pem),
          WriteForTest(absl::StrCat(name, ".key"), certificate.key_pem)};
}

}  // namespace fluxcascade::edge
