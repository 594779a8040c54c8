#include "edge/http/replies.h"

#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "edge/http/httplib_server.h"

namespace fluxcascade::edge {
namespace {

// Seconds after which a sender may try again. Senders have schedules of their own; it keeps those
// that obey it from coming back at once.
constexpr char kRetryAfter[] = "5";
// A hook's bucket gets a token at least once a second.
constexpr char kRetryAfterRateLimit[] = "1";

// The bodies tell a person at a terminal what happened, and an attacker nothing: which token
// exists, what a signature lacked, or why the edge is not ready stands in the API.
HttplibServer::Response Describe(ReplyKind kind) {
  switch (kind) {
    case ReplyKind::kAccepted:
      return {200, {}, ""};
    case ReplyKind::kHealthy:
      return {200, {}, "ok\n"};
    case ReplyKind::kReady:
      return {200, {}, "ready\n"};
    case ReplyKind::kNotReady:
      return {503, {{"Retry-After", kRetryAfter}}, "not ready\n"};
    case ReplyKind::kBadRequest:
      return {400, {}, "bad request\n"};
    case ReplyKind::kUnauthorized:
      return {401, {}, "unauthorized\n"};
    case ReplyKind::kNotFound:
      return {404, {}, "not found\n"};
    case ReplyKind::kPostOnly:
      return {405, {{"Allow", "POST"}}, "method not allowed\n"};
    case ReplyKind::kGetOnly:
      return {405, {{"Allow", "GET, HEAD"}}, "method not allowed\n"};
    case ReplyKind::kRequestTimeout:
      return {408, {}, "request timeout\n"};
    case ReplyKind::kPayloadTooLarge:
      return {413, {}, "payload too large\n"};
    case ReplyKind::kTargetTooLong:
      return {414, {}, "request target too long\n"};
    case ReplyKind::kExpectationFailed:
      return {417, {}, "expectation failed\n"};
    case ReplyKind::kTooManyRequests:
      return {429, {{"Retry-After", kRetryAfterRateLimit}}, "too many requests\n"};
    case ReplyKind::kHeadersTooLarge:
      return {431, {}, "headers too large\n"};
    case ReplyKind::kUnavailable:
    case ReplyKind::kNotConfigured:
      return {503, {{"Retry-After", kRetryAfter}}, "unavailable\n"};
    case ReplyKind::kVersionNotSupported:
      return {505, {}, "HTTP version not supported\n"};
  }
  return {500, {}, ""};
}

class Writer {
 public:
  Writer() {
    server_.Route("GET", "/", [this](HttplibServer::Response* out) { *out = response_; });
  }

  Reply Write(ReplyKind kind, bool head) {
    response_ = Describe(kind);
    const std::string open = Process(head, /*keep_alive=*/true);
    const std::string close = Process(head, /*keep_alive=*/false);
    const size_t status_line = open.find('\n') + 1;
    FC_CHECK(status_line > 1 && close.compare(0, status_line, open, 0, status_line) == 0);
    return {open.substr(0, status_line), open.substr(status_line), close.substr(status_line)};
  }

 private:
  std::string Process(bool head, bool keep_alive) {
    return server_.Process({head ? "HEAD" : "GET", "/", keep_alive});
  }

  HttplibServer server_;
  HttplibServer::Response response_;
};

}  // namespace

void Reply::AppendTo(std::string* out, bool close, absl::string_view date_line) const {
  absl::StrAppend(out, status_line, date_line, close ? rest_close : rest_open);
}

Replies::Replies() {
  Writer writer;
  for (size_t kind = 0; kind < kReplyKinds; ++kind) {
    replies_[0][kind] = writer.Write(static_cast<ReplyKind>(kind), /*head=*/false);
    replies_[1][kind] = writer.Write(static_cast<ReplyKind>(kind), /*head=*/true);
  }
}

ReplyKind Replies::ForOutcome(HookOutcome outcome) {
  switch (outcome) {
    case HookOutcome::kAccepted:
    case HookOutcome::kDuplicate:
      return ReplyKind::kAccepted;
    case HookOutcome::kUnauthorized:
      return ReplyKind::kUnauthorized;
    case HookOutcome::kPayloadTooLarge:
      return ReplyKind::kPayloadTooLarge;
    case HookOutcome::kRateLimited:
      return ReplyKind::kTooManyRequests;
    case HookOutcome::kUnavailable:
      return ReplyKind::kUnavailable;
    case HookOutcome::kNotConfigured:
      return ReplyKind::kNotConfigured;
  }
  return ReplyKind::kUnavailable;
}

ReplyKind Replies::ForStatus(int status) {
  switch (status) {
    case 413:
      return ReplyKind::kPayloadTooLarge;
    case 414:
      return ReplyKind::kTargetTooLong;
    case 417:
      return ReplyKind::kExpectationFailed;
    case 431:
      return ReplyKind::kHeadersTooLarge;
    case 505:
      return ReplyKind::kVersionNotSupported;
    default:
      return ReplyKind::kBadRequest;
  }
}

}  // namespace fluxcascade::edge
