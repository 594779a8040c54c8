// Where the HTTP server hands over what came to a hook. It knows neither recipes nor the log.
#ifndef FLUXCASCADE_EDGE_HTTP_HOOK_RECEIVER_H_
#define FLUXCASCADE_EDGE_HTTP_HOOK_RECEIVER_H_

#include <cstddef>
#include <functional>

#include "absl/strings/string_view.h"
#include "common/net/socket_address.h"
#include "edge/http/request_frame.h"

namespace fluxcascade::edge {

// What becomes of a request, and so what its sender is told.
enum class HookOutcome {
  // 200, empty: the request is durable.
  kAccepted,
  // The same 200: it verified, but it was taken before, and is durable since then.
  kDuplicate,
  // 401, the same bytes for an unknown token and for a signature that does not verify.
  kUnauthorized,
  // 413: larger than this hook takes.
  kPayloadTooLarge,
  // 429 with Retry-After: more than this hook takes in a second.
  kRateLimited,
  // 503 with Retry-After: the log takes nothing at present, or could not make it durable.
  kUnavailable,
  // 503 with Retry-After: this edge has no configuration yet, so it can't know its hooks.
  kNotConfigured,
};
inline constexpr size_t kHookOutcomes = static_cast<size_t>(HookOutcome::kNotConfigured) + 1;

// A `POST /v1/hooks/{token}`, complete. Can be moved; the views stay valid with `frame`.
struct HookRequest {
  RequestFrame frame;
  // As in the request line, not decoded: never empty, without `/`.
  absl::string_view token;
  SocketAddress peer;
};

// Called on the server's threads, several at once if it has several.
class HookReceiver {
 public:
  using Done = std::function<void(HookOutcome)>;

  virtual ~HookReceiver() = default;

  // Must not block. `done` is to be called exactly once, at once or later, on any thread; calling
  // it is quick, and safe after the connection, or the server, has gone. Nothing is answered
  // before.
  virtual void Receive(HookRequest request, Done done) = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_HOOK_RECEIVER_H_
