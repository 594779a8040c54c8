// A receiver that keeps what it gets, and answers when a test says.
#ifndef FLUXCASCADE_EDGE_HTTP_FAKE_HOOK_RECEIVER_H_
#define FLUXCASCADE_EDGE_HTTP_FAKE_HOOK_RECEIVER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/mutex/mutex.h"
#include "edge/http/hook_receiver.h"

namespace fluxcascade::edge {

// Thread-safe.
class FakeHookReceiver final : public HookReceiver {
 public:
  // From now on, requests are answered at once, from within Receive.
  void AnswerAtOnce(HookOutcome outcome);

  void Receive(HookRequest request, Done done) override;

  // How many came so far.
  size_t count() const;
  // Waits until `count` have come.
  void WaitForCount(size_t count) const;

  std::string token(size_t i) const;
  std::string body(size_t i) const;
  std::string target(size_t i) const;
  std::string peer(size_t i) const;

  // Answers the i-th request that came.
  void Answer(size_t i, HookOutcome outcome);

 private:
  struct Received {
    HookRequest request;
    Done done;
  };

  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::vector<Received> received_ FC_GUARDED_BY(mutex_);
  std::optional<HookOutcome> at_once_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_FAKE_HOOK_RECEIVER_H_
