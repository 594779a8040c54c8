#ifndef FLUXCASCADE_TESTS_PROCESS_SELF_SIGNED_H_
#define FLUXCASCADE_TESTS_PROCESS_SELF_SIGNED_H_

#include <string>

namespace fluxcascade {

// A certificate that is its own authority, valid for a day, for "localhost" and 127.0.0.1.
struct SelfSigned {
  std::string certificate_pem;
  std::string key_pem;
};

// Made on the spot by BoringSSL with a P-256 key. Stops the process if it cannot.
SelfSigned MakeSelfSigned();

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_SELF_SIGNED_H_
