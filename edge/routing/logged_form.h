// What of a request to a hook goes into the log.
#ifndef FLUXCASCADE_EDGE_ROUTING_LOGGED_FORM_H_
#define FLUXCASCADE_EDGE_ROUTING_LOGGED_FORM_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "edge/routing/hook_table.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

// Without a body, which its owner may move in.
v1::LoggedRequest LoggedForm(const RoutedHook& hook, const SignedRequest& request,
                             const std::vector<std::string>& verified_by, absl::Time receive_time);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_LOGGED_FORM_H_
