// What each path and method does.
#ifndef FLUXCASCADE_EDGE_HTTP_REQUEST_HANDLER_H_
#define FLUXCASCADE_EDGE_HTTP_REQUEST_HANDLER_H_

#include <functional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/net/socket_address.h"
#include "edge/http/hook_receiver.h"
#include "edge/http/httplib_server.h"
#include "edge/http/replies.h"
#include "edge/http/request_frame.h"

namespace fluxcascade::edge {

//   POST      /v1/hooks/{token}   to the receiver
//   GET HEAD  /healthz            200: the process serves
//   GET HEAD  /readyz             200 or 503: whether it would take a webhook now
// Other methods there get 405, everything else 404. For one thread.
class RequestHandler {
 public:
  struct Options {
    HookReceiver* receiver = nullptr;
    // OK when webhooks can be taken. Must not block; its message goes nowhere.
    std::function<absl::Status()> ready;
    const Replies* replies = nullptr;
  };

  // What `options` point to must outlive it.
  explicit RequestHandler(Options options);

  // The reply; or nullptr, and then the receiver has the request and will call `done`.
  const Reply* Handle(RequestFrame frame, const SocketAddress& peer, HookReceiver::Done done);

  const Replies& replies() const { return *options_.replies; }

 private:
  enum class Target { kNone, kHook, kHealth, kReadiness, kWrongMethodForHook, kWrongMethodForGet };

  void Route(absl::string_view method, const std::string& pattern, Target target);
  Target Find(const RequestFrame& frame);
  const Reply* HandleHook(RequestFrame frame, const SocketAddress& peer, HookReceiver::Done done);

  const Options options_;
  HttplibServer server_;
  // Set by the route that cpp-httplib chose.
  Target found_ = Target::kNone;
  // What cpp-httplib said about the paths of POST requests, of which an edge sees few different
  // ones again and again: asking takes as long as all else that is done for a request.
  absl::flat_hash_map<std::string, Target> known_posts_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_REQUEST_HANDLER_H_
