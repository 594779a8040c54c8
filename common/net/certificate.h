// What a server needs to know of its own certificates.
#ifndef FLUXCASCADE_COMMON_NET_CERTIFICATE_H_
#define FLUXCASCADE_COMMON_NET_CERTIFICATE_H_

#include <openssl/x509.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace fluxcascade {

// The DNS names among its subject alternative names, as they stand there. The subject's common name
// is none of them: clients have not looked at it for years.
std::vector<std::string> DnsNamesOf(const X509& certificate);

// Until when it is valid.
absl::Time NotAfterOf(const X509& certificate);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_CERTIFICATE_H_
