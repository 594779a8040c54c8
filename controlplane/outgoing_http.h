// How outgoing calls share the threads of their clients.
#ifndef FLUXCASCADE_CONTROLPLANE_OUTGOING_HTTP_H_
#define FLUXCASCADE_CONTROLPLANE_OUTGOING_HTTP_H_

#include "common/http/pooled_http_client.h"
#include "controlplane/control_plane_options.h"

namespace fluxcascade {

// The worker pools alone say how many deliveries run, in all and to one target or endpoint. Each
// that runs finds a thread, whoever else calls the same host: to wait for one would take from the
// time that the other side has to answer.

// Base URLs of systems are flags of ours: they may be anywhere.
PooledHttpClientOptions SystemHttpOptions(const ControlPlaneOptions& options);
// Endpoints are users' words: public addresses only, unless the operator says otherwise.
PooledHttpClientOptions EndpointHttpOptions(const ControlPlaneOptions& options);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_OUTGOING_HTTP_H_
