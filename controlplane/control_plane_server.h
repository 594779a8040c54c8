// The control plane, put together.
#ifndef FLUXCASCADE_CONTROLPLANE_CONTROL_PLANE_SERVER_H_
#define FLUXCASCADE_CONTROLPLANE_CONTROL_PLANE_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/control_plane_options.h"

namespace fluxcascade {

class ControlPlaneServer {
 public:
  // Opens the store, goes on with what was left, and serves. `clock` and `random` outlive the
  // server.
  static absl::StatusOr<std::unique_ptr<ControlPlaneServer>> Start(
      const ControlPlaneOptions& options, const Clock& clock, Random& random);

  // Takes no new work, finishes or gives back what it holds, and closes.
  virtual ~ControlPlaneServer() = default;

  virtual int api_port() const = 0;
  virtual int link_port() const = 0;
  // Where the administrator's token was written at the first start.
  virtual const std::string& admin_token_file() const = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONTROL_PLANE_SERVER_H_
