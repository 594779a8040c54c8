// How the edge reaches the control plane, proves itself to it, and knows it.
#ifndef FLUXCASCADE_EDGE_LINK_LINK_CHANNEL_H_
#define FLUXCASCADE_EDGE_LINK_LINK_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/server/tls_files.h"
#include "grpcpp/channel.h"

namespace fluxcascade::edge {

// A channel to `target` (`host:port`) for one stream. Nothing is dialed yet. The certificate in
// `files` carries the node's name as its DNS name; no authorities but those in `files` are trusted.
// They are read anew each time, so that replaced ones count from the next connection. Errors are
// those of LoadTlsFiles.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenLinkChannel(const std::string& target,
                                                               const TlsFiles& files);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LINK_LINK_CHANNEL_H_
