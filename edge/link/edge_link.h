// The edge's end of the stream to the control plane. It dials, and dials again: the edge goes on
// taking webhooks whether the link is up or not.
#ifndef FLUXCASCADE_EDGE_LINK_EDGE_LINK_H_
#define FLUXCASCADE_EDGE_LINK_EDGE_LINK_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/retry/backoff.h"
#include "common/time/clock.h"
#include "common/time/waker.h"
#include "edge/link/link_channel.h"
#include "edge/link/link_conversation.h"

namespace fluxcascade::edge {

struct EdgeLinkOptions {
  // `host:port` of the control plane's link.
  std::string target;
  TlsFiles files;
  Backoff::Options reconnect = {
      .initial = absl::Milliseconds(250), .max = absl::Seconds(5), .multiplier = 2};
  // How long the destructor lets the control plane end the stream by itself.
  absl::Duration close_grace = absl::Seconds(2);
};

class LinkSession;

class EdgeLink {
 public:
  // Starts dialing. `edge`'s parts, `clock` and `random` outlive the link.
  EdgeLink(EdgeLinkOptions options, const LinkedEdge& edge, const Clock& clock, Random& random);

  // Says that nothing more comes, waits `close_grace` for the other end, then breaks off.
  ~EdgeLink();

  EdgeLink(const EdgeLink&) = delete;
  EdgeLink& operator=(const EdgeLink&) = delete;

  // Something was appended to the log: a pull may be waiting for it. From any thread; quick.
  void Wake() { waker_.Wake(); }

  // Whether the control plane has said something on the present stream.
  bool connected() const;

 private:
  void Run();
  // One stream, from dialing to its end; why it ended.
  absl::Status RunSession();
  bool WaitBeforeRedialing(absl::Duration delay);

  const EdgeLinkOptions options_;
  const LinkedEdge edge_;
  const Clock& clock_;
  Random& random_;
  Waker waker_;
  Backoff backoff_;

  mutable Mutex mutex_;
  CondVar ended_;
  bool running_ FC_GUARDED_BY(mutex_) = true;
  LinkSession* session_ FC_GUARDED_BY(mutex_) = nullptr;

  std::thread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LINK_EDGE_LINK_H_
