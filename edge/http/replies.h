// Everything that this server ever answers. Written once, by cpp-httplib, when it starts.
#ifndef FLUXCASCADE_EDGE_HTTP_REPLIES_H_
#define FLUXCASCADE_EDGE_HTTP_REPLIES_H_

#include <array>
#include <string>

#include "absl/strings/string_view.h"
#include "edge/http/hook_receiver.h"

namespace fluxcascade::edge {

enum class ReplyKind {
  kAccepted,
  kHealthy,
  kReady,
  kNotReady,
  kBadRequest,
  kUnauthorized,
  kNotFound,
  // 405; only POST, or only GET and HEAD.
  kPostOnly,
  kGetOnly,
  kRequestTimeout,
  kPayloadTooLarge,
  kTargetTooLong,
  kExpectationFailed,
  // 429 with Retry-After.
  kTooManyRequests,
  kHeadersTooLarge,
  // 503 with Retry-After.
  kUnavailable,
  kNotConfigured,
  kVersionNotSupported,
};
inline constexpr size_t kReplyKinds = static_cast<size_t>(ReplyKind::kVersionNotSupported) + 1;

// An HTTP/1.1 response but for its Date.
struct Reply {
  std::string status_line;
  // What follows the Date, to the end of the body, for a connection that stays open or closes.
  std::string rest_open;
  std::string rest_close;

  // `date_line`: `Date: …` with its line end.
  void AppendTo(std::string* out, bool close, absl::string_view date_line) const;
};

// Immutable and thread-safe.
class Replies {
 public:
  Replies();

  // `head`: the answer to a HEAD request, which has the headers but no body.
  const Reply& Get(ReplyKind kind, bool head = false) const {
    return replies_[head ? 1 : 0][static_cast<size_t>(kind)];
  }

  static ReplyKind ForOutcome(HookOutcome outcome);
  // For what the framer refused.
  static ReplyKind ForStatus(int status);

 private:
  std::array<std::array<Reply, kReplyKinds>, 2> replies_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_REPLIES_H_
