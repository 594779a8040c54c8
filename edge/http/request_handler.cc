#include "edge/http/request_handler.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace fluxcascade::edge {
namespace {

constexpr char kHookPrefix[] = "/v1/hooks/";
constexpr char kHookPattern[] = "/v1/hooks/:token";
constexpr char kHealthPath[] = "/healthz";
constexpr char kReadinessPath[] = "/readyz";
constexpr size_t kMaxKnownPosts = 1024;
constexpr size_t kMaxKnownPath = 128;

}  // namespace

RequestHandler::RequestHandler(Options options) : options_(std::move(options)) {
  Route("POST", kHookPattern, Target::kHook);
  Route("GET", kHealthPath, Target::kHealth);
  Route("GET", kReadinessPath, Target::kReadiness);
  Route("GET", kHookPattern, Target::kWrongMethodForHook);
  Route("POST", kHealthPath, Target::kWrongMethodForGet);
  Route("POST", kReadinessPath, Target::kWrongMethodForGet);
  for (const char* method : {"PUT", "PATCH", "DELETE", "OPTIONS"}) {
    Route(method, kHookPattern, Target::kWrongMethodForHook);
    Route(method, kHealthPath, Target::kWrongMethodForGet);
    Route(method, kReadinessPath, Target::kWrongMethodForGet);
  }
}

void RequestHandler::Route(absl::string_view method, const std::string& pattern, Target target) {
  server_.Route(method, pattern, [this, target](HttplibServer::Response*) { found_ = target; });
}

RequestHandler::Target RequestHandler::Find(const RequestFrame& frame) {
  const bool may_be_known = frame.method == "POST" && frame.path.size() <= kMaxKnownPath;
  if (may_be_known) {
    const auto known = known_posts_.find(frame.path);
    if (known != known_posts_.end()) return known->second;
  }
  found_ = Target::kNone;
  server_.Process({frame.method, frame.path, frame.keep_alive});
  if (may_be_known) {
    // Paths that somebody makes up cost room, but not for long.
    if (known_posts_.size() == kMaxKnownPosts) known_posts_.clear();
    known_posts_.emplace(std::string(frame.path), found_);
  }
  return found_;
}

const Reply* RequestHandler::Handle(RequestFrame frame, const SocketAddress& peer,
                                    HookReceiver::Done done) {
  const bool head = frame.method == "HEAD";
  const auto reply = [&](ReplyKind kind) { return &options_.replies->Get(kind, head); };
  switch (Find(frame)) {
    case Target::kHook:
      return HandleHook(std::move(frame), peer, std::move(done));
    case Target::kHealth:
      return reply(ReplyKind::kHealthy);
    case Target::kReadiness:
      return reply(options_.ready().ok() ? ReplyKind::kReady : ReplyKind::kNotReady);
    case Target::kWrongMethodForHook:
      return reply(ReplyKind::kPostOnly);
    case Target::kWrongMethodForGet:
      return reply(ReplyKind::kGetOnly);
    case Target::kNone:
      break;
  }
  return reply(ReplyKind::kNotFound);
}

const Reply* RequestHandler::HandleHook(RequestFrame frame, const SocketAddress& peer,
                                        HookReceiver::Done done) {
  // cpp-httplib matched the decoded path; a hook's path is taken as it was sent or not at all.
  absl::string_view token = frame.path;
  if (!absl::ConsumePrefix(&token, kHookPrefix) || token.empty() || absl::StrContains(token, '/')) {
    return &options_.replies->Get(ReplyKind::kNotFound);
  }
  options_.receiver->Receive({std::move(frame), token, peer}, std::move(done));
  return nullptr;
}

}  // namespace fluxcascade::edge
