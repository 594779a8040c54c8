#include "edge/http/fake_hook_receiver.h"

#include <utility>

namespace fluxcascade::edge {

void FakeHookReceiver::AnswerAtOnce(HookOutcome outcome) {
  MutexLock lock(mutex_);
  at_once_ = outcome;
}

void FakeHookReceiver::Receive(HookRequest request, Done done) {
  std::optional<HookOutcome> outcome;
  {
    MutexLock lock(mutex_);
    received_.push_back({std::move(request), done});
    outcome = at_once_;
    changed_.NotifyAll();
  }
  if (outcome.has_value()) done(*outcome);
}

size_t FakeHookReceiver::count() const {
  MutexLock lock(mutex_);
  return received_.size();
}

void FakeHookReceiver::WaitForCount(size_t count) const {
  MutexLock lock(mutex_);
  while (received_.size() < count) changed_.Wait(mutex_);
}

std::string FakeHookReceiver::token(size_t i) const {
  MutexLock lock(mutex_);
  return std::string(received_.at(i).request.token);
}

std::string FakeHookReceiver::body(size_t i) const {
  MutexLock lock(mutex_);
  return received_.at(i).request.frame.body;
}

std::string FakeHookReceiver::target(size_t i) const {
  MutexLock lock(mutex_);
  return std::string(received_.at(i).request.frame.target);
}

std::string FakeHookReceiver::peer(size_t i) const {
  MutexLock lock(mutex_);
  return received_.at(i).request.peer.host();
}

void FakeHookReceiver::Answer(size_t i, HookOutcome outcome) {
  Done done;
  {
    MutexLock lock(mutex_);
    done = received_.at(i).done;
  }
  done(outcome);
}

}  // namespace fluxcascade::edge
