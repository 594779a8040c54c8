// A test's certificates on disk.
#ifndef FLUXCASCADE_EDGE_TLS_CERTIFICATE_FILES_FOR_TEST_H_
#define FLUXCASCADE_EDGE_TLS_CERTIFICATE_FILES_FOR_TEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/net/tls_context.h"
#include "common/testing/test_certificates.h"

namespace fluxcascade::edge {

// The path of a file of the test that runs now.
std::string PathForTest(absl::string_view name);

// Puts a file there, or another in its place; gives its path.
std::string WriteForTest(absl::string_view name, absl::string_view text);

// The same with `name`.pem and `name`.key.
ServerTlsContext::Pair WriteForTest(absl::string_view name, const TestCertificate& certificate);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_TLS_CERTIFICATE_FILES_FOR_TEST_H_
