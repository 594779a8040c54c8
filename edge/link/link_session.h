// One stream of the link, from its hello to its end.
#ifndef FLUXCASCADE_EDGE_LINK_LINK_SESSION_H_
#define FLUXCASCADE_EDGE_LINK_LINK_SESSION_H_

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "common/logging/limited_log.h"
#include "common/time/clock.h"
#include "common/time/waker.h"
#include "edge/link/link_conversation.h"
#include "fluxcascade/edge/v1/edge_link.grpc.pb.h"
#include "grpcpp/channel.h"

namespace fluxcascade::edge {

// Run is called once, and reads on a thread of its own while it writes on the caller's. The others
// may be called from any thread.
class LinkSession {
 public:
  // `waker` says when something was appended, and when to stop. All outlive the session.
  LinkSession(std::shared_ptr<grpc::Channel> channel, const LinkedEdge& edge, const Clock& clock,
              Waker& waker);

  // Returns when the stream has ended, with its status; OK if it ended because `waker` stopped.
  absl::Status Run();

  // Breaks off: Run returns soon.
  void Cancel() { context_.TryCancel(); }

  // The control plane has said something: it knows this edge.
  bool heard() const { return heard_; }

 private:
  using Stream = grpc::ClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>;

  void ReadUntilEnd(Stream& stream);
  // Until the stream or the waker ends.
  void WriteUntilEnd(Stream& stream);
  bool WriteTurn(Stream& stream, const LinkConversation::Turn& turn);

  const std::unique_ptr<v1::EdgeLinkService::Stub> stub_;
  const Clock& clock_;
  Waker& waker_;
  LimitedLog& notices_;
  LinkConversation conversation_;
  grpc::ClientContext context_;
  std::atomic<bool> heard_{false};
  std::atomic<bool> ended_{false};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LINK_LINK_SESSION_H_
