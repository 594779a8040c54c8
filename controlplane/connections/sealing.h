// Secrets on their way into the store and out of it. Each is bound to the name of its resource and
// of its field.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_SEALING_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_SEALING_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/keyring.h"
#include "controlplane/connectors/connector.h"
#include "fluxcascade/store/v1/common.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// A credential in the clear: lives only while it is sealed or used.
struct PlainCredential {
  CredentialKind kind = CredentialKind::kApiToken;
  std::string token;  // API token or developer key
  std::string refresh_token;
  std::string access_token;
  std::optional<absl::Time> access_token_expire_time;
};

store::v1::Sealed SealField(const Keyring& keyring, absl::string_view plaintext,
                            absl::string_view resource, absl::string_view field);
absl::StatusOr<std::string> OpenField(const Keyring& keyring, const store::v1::Sealed& sealed,
                                      absl::string_view resource, absl::string_view field);

store::v1::StoredCredential SealCredential(const Keyring& keyring, const PlainCredential& plain,
                                           absl::string_view resource);
absl::StatusOr<PlainCredential> OpenCredential(const Keyring& keyring,
                                               const store::v1::StoredCredential& stored,
                                               absl::string_view resource);

// The field names that secrets are bound to.
inline constexpr char kClientSecretField[] = "client_secret";
inline constexpr char kEndpointSecretField[] = "secret";

// The app with its client secret opened.
absl::StatusOr<AppIdentity> OpenAppIdentity(const Keyring& keyring, const store::v1::App& app);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_SEALING_H_
