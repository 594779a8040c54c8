// Which of the waiting requests is sent next.
#ifndef FLUXCASCADE_COMMON_HTTP_CALL_QUEUE_H_
#define FLUXCASCADE_COMMON_HTTP_CALL_QUEUE_H_

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/http/http_client.h"
#include "common/http/url.h"

namespace fluxcascade {

// A request that was taken and has not been answered for.
struct HttpCall {
  HttpRequest request{};
  HttpUrl url{};
  absl::Duration timeout = absl::InfiniteDuration();
  absl::Duration deadline = absl::InfiniteDuration();  // of Clock::Monotonic
  HttpClient::Done done{};
};

// Hosts (authorities) take turns; within one, requests go in the order in which they came. Not
// thread-safe.
class CallQueue {
 public:
  // At most `max_waiting` wait, and `per_host` of one host are under way.
  CallQueue(size_t max_waiting, int per_host) : max_waiting_(max_waiting), per_host_(per_host) {}

  // Takes the call from `call`, or leaves it there and gives false when there is no place.
  bool Push(HttpCall& call);

  // A call that may start now; it is under way until Finish. Nothing when there is none.
  std::optional<HttpCall> Pop();
  void Finish(const std::string& authority);

  // Those whose deadline is `now` or before; they wait no more.
  std::vector<HttpCall> TakeExpired(absl::Duration now);
  std::vector<HttpCall> TakeAll();

  // Of the waiting ones, the earliest; infinite when none waits.
  absl::Duration next_deadline() const;

 private:
  struct Waiting;
  struct Host {
    std::list<Waiting> waiting;
    int under_way = 0;
    // In `ready_`. May stand there without anything waiting, after its last call has expired.
    bool ready = false;
  };
  using DeadlineMap = std::multimap<absl::Duration, std::pair<Host*, std::list<Waiting>::iterator>>;
  struct Waiting {
    HttpCall call;
    DeadlineMap::iterator deadline;
  };
  // Its iterators stay valid while hosts come and go.
  using Hosts = std::map<std::string, Host>;

  HttpCall Remove(Host& host, std::list<Waiting>::iterator waiting);
  void MakeReadyIfItMay(Hosts::iterator host);
  void ForgetIfUnused(Hosts::iterator host);

  const size_t max_waiting_;
  const int per_host_;
  Hosts hosts_;
  std::deque<Hosts::iterator> ready_;
  DeadlineMap deadlines_;  // as many as wait
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_CALL_QUEUE_H_
