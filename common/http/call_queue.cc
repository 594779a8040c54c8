#include "common/http/call_queue.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/check/check.h"

namespace fluxcascade {

bool CallQueue::Push(HttpCall& call) {
  if (deadlines_.size() >= max_waiting_) return false;
  const auto host = hosts_.try_emplace(call.url.authority()).first;
  std::list<Waiting>& waiting = host->second.waiting;
  waiting.push_back({.call = std::move(call), .deadline = {}});
  const auto last = std::prev(waiting.end());
  last->deadline = deadlines_.emplace(last->call.deadline, std::pair(&host->second, last));
  MakeReadyIfItMay(host);
  return true;
}

std::optional<HttpCall> CallQueue::Pop() {
  while (!ready_.empty()) {
    const Hosts::iterator host = ready_.front();
    ready_.pop_front();
    host->second.ready = false;
    if (host->second.waiting.empty()) {
      ForgetIfUnused(host);
      continue;
    }
    ++host->second.under_way;
    HttpCall call = Remove(host->second, host->second.waiting.begin());
    MakeReadyIfItMay(host);
    return call;
  }
  return std::nullopt;
}

void CallQueue::Finish(const std::string& authority) {
  const auto host = hosts_.find(authority);
  FC_CHECK(host != hosts_.end() && host->second.under_way > 0);
  --host->second.under_way;
  MakeReadyIfItMay(host);
  ForgetIfUnused(host);
}

std::vector<HttpCall> CallQueue::TakeExpired(absl::Duration now) {
  std::vector<HttpCall> expired;
  // A host that has nothing left to wait stays in `ready_`, whose next reader forgets it.
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto [host, waiting] = deadlines_.begin()->second;
    expired.push_back(Remove(*host, waiting));
  }
  return expired;
}

std::vector<HttpCall> CallQueue::TakeAll() { return TakeExpired(absl::InfiniteDuration()); }

absl::Duration CallQueue::next_deadline() const {
  return deadlines_.empty() ? absl::InfiniteDuration() : deadlines_.begin()->first;
}

HttpCall CallQueue::Remove(Host& host, std::list<Waiting>::iterator waiting) {
  HttpCall call = std::move(waiting->call);
  deadlines_.erase(waiting->deadline);
  host.waiting.erase(waiting);
  return call;
}

void CallQueue::MakeReadyIfItMay(Hosts::iterator host) {
  Host& state = host->second;
  if (state.ready || state.waiting.empty() || state.under_way >= per_host_) return;
  state.ready = true;
  ready_.push_back(host);
}

void CallQueue::ForgetIfUnused(Hosts::iterator host) {
  const Host& state = host->second;
  if (!state.ready && state.waiting.empty() && state.under_way == 0) hosts_.erase(host);
}

}  // namespace fluxcascade
