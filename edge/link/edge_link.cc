#include "edge/link/edge_link.h"

#include <utility>

#include "common/status/status_macros.h"
#include "edge/link/link_session.h"

namespace fluxcascade::edge {
EdgeLink::EdgeLink(EdgeLinkOptions options, const LinkedEdge& edge, const Clock& clock,
                   Random& random)
    : options_(std::move(options)),
      edge_(edge),
      clock_(clock),
      random_(random),
      backoff_(options_.reconnect) {
  thread_ = std::thread([this] { Run(); });
}

EdgeLink::~EdgeLink() {
  waker_.Stop();
  {
    MutexLock lock(mutex_);
    while (running_) {
      if (!ended_.WaitFor(mutex_, options_.close_grace) && session_ != nullptr) session_->Cancel();
    }
  }
  thread_.join();
}

bool EdgeLink::connected() const {
  MutexLock lock(mutex_);
  return session_ != nullptr && session_->heard();
}

void EdgeLink::Run() {
  while (!waker_.stopped()) {
    const absl::Status status = RunSession();
    if (waker_.stopped()) break;
    const absl::Duration delay = backoff_.Next(random_);
    edge_.notices.Log(
        LogLevel::kWarning, "the link to the control plane is down",
        {{"consumer", edge_.consumer},
         {"control_plane", options_.target},
         {"status", status},
         {"retry_in", absl::FormatDuration(absl::Trunc(delay, absl::Milliseconds(1)))}});
    if (!WaitBeforeRedialing(delay)) break;
  }
  MutexLock lock(mutex_);
  running_ = false;
  ended_.NotifyAll();
}

absl::Status EdgeLink::RunSession() {
  FC_ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> channel,
                      OpenLinkChannel(options_.target, options_.files));
  LinkSession session(std::move(channel), edge_, clock_, waker_);
  {
    MutexLock lock(mutex_);
    session_ = &session;
  }
  absl::Status status = session.Run();
  // ABORTED: another edge has this one's name, and each dial of the one ends the other's stream.
  if (session.heard() && !absl::IsAborted(status)) backoff_.Reset();
  MutexLock lock(mutex_);
  session_ = nullptr;
  return status;
}

// Appends wake the waker, too, and are no reason to dial earlier.
bool EdgeLink::WaitBeforeRedialing(absl::Duration delay) {
  const absl::Duration until = clock_.Monotonic() + delay;
  for (absl::Duration left = delay; left > absl::ZeroDuration();
       left = until - clock_.Monotonic()) {
    if (!waker_.WaitFor(left)) return false;
  }
  return true;
}

}  // namespace fluxcascade::edge
