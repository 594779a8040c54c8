// Who may call the API: bearer tokens, checked before any service sees the call.
#ifndef FLUXCASCADE_CONTROLPLANE_API_AUTHENTICATOR_H_
#define FLUXCASCADE_CONTROLPLANE_API_AUTHENTICATOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/store/store.h"
#include "grpcpp/security/auth_metadata_processor.h"

namespace fluxcascade {

// Lets reflection and health checks through without a token. UNAUTHENTICATED otherwise, saying what
// is expected.
class Authenticator final : public grpc::AuthMetadataProcessor {
 public:
  explicit Authenticator(Store& store) : store_(store) {}

  bool IsBlocking() const override { return true; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override;

 private:
  absl::Status Check(const InputMetadata& metadata) const;

  Store& store_;
};

// At the first start: makes an administrator's token, stores its hash, and writes the token to
// `path` with mode 0600. Does nothing when there is a token already. Gives whether it made one.
absl::StatusOr<bool> EnsureAdminToken(Store& store, const std::string& path, const Clock& clock,
                                      Random& random);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_AUTHENTICATOR_H_
