// Certificates made on the spot, so that no key lies in the repository and none expires.
#ifndef FLUXCASCADE_COMMON_TESTING_TEST_CERTIFICATES_H_
#define FLUXCASCADE_COMMON_TESTING_TEST_CERTIFICATES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade {

// Both in PEM; the key is unencrypted PKCS #8.
struct TestCertificate {
  std::string certificate_pem{};
  std::string key_pem{};
};

struct TestCertificateOptions {
  // Its subject alternative names. The subject itself says nothing that counts.
  std::vector<std::string> dns_names{};
  std::vector<std::string> ip_addresses{};
  // Counted from the machine's time.
  absl::Duration valid_from = -absl::Hours(1);
  absl::Duration valid_until = absl::Hours(24);
};

// A certificate authority with an ECDSA P-256 key of its own. Two of them never trust each other's
// certificates, whatever their names.
class TestAuthority {
 public:
  explicit TestAuthority(absl::string_view name = "FluxCascade test authority");
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // What a verifier is told to trust.
  const std::string& certificate_pem() const { return certificate_pem_; }

  // For servers and clients both.
  TestCertificate Issue(const TestCertificateOptions& options) const;

 private:
  struct Keys;

  std::unique_ptr<Keys> keys_;
  std::string certificate_pem_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TESTING_TEST_CERTIFICATES_H_
