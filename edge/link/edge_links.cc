#include "edge/link/edge_links.h"

#include <algorithm>
#include <thread>

#include "common/proto_time/proto_time.h"
#include "edge/log/consumer.h"

namespace fluxcascade::edge {

EdgeLinks::EdgeLinks(const EdgeLinkOptions& primary, const LinkedEdge& edge,
                     const std::vector<Further>& further, const Clock& clock, Random& random)
    : log_(edge.log), clock_(clock) {
  LinkedEdge linked = edge;
  linked.consumers = [this] { return Consumers(); };
  {
    // The first may ask for all of them before the last is there.
    MutexLock lock(mutex_);
    links_.push_back({linked.consumer, std::make_unique<EdgeLink>(primary, linked, clock, random)});
    // Nobody's sender waits for these.
    linked.committed = nullptr;
    for (const Further& one : further) {
      EdgeLinkOptions options = primary;
      options.target = one.target;
      linked.consumer = one.name;
      links_.push_back(
          {one.name, std::make_unique<EdgeLink>(std::move(options), linked, clock, random)});
    }
  }
  log_.SetAppendListener([this] { WakeAll(); });
  // For what was appended before.
  WakeAll();
}

EdgeLinks::~EdgeLinks() {
  log_.SetAppendListener(nullptr);
  std::vector<Link> ending;
  {
    // A link that ends may still ask for all of them.
    MutexLock lock(mutex_);
    ending.swap(links_);
  }
  std::vector<std::thread> threads;
  for (Link& link : ending) threads.emplace_back([&link] { link.link.reset(); });
  for (std::thread& thread : threads) thread.join();
}

void EdgeLinks::WakeAll() {
  MutexLock lock(mutex_);
  for (const Link& link : links_) link.link->Wake();
}

bool EdgeLinks::connected() const { return IsConnected(std::string(kPrimaryConsumer)); }

bool EdgeLinks::IsConnected(const std::string& consumer) const {
  MutexLock lock(mutex_);
  return std::any_of(links_.begin(), links_.end(), [&consumer](const Link& link) {
    return link.consumer == consumer && link.link->connected();
  });
}

std::vector<v1::ConsumerState> EdgeLinks::Consumers() const {
  const absl::Time now = clock_.Now();
  std::vector<v1::ConsumerState> states;
  for (const ConsumerPosition& position : log_.Consumers()) {
    v1::ConsumerState& state = states.emplace_back();
    state.set_name(position.name);
    state.set_acknowledged_sequence(position.acknowledged);
    state.set_lag_requests(position.lag_requests);
    if (position.oldest_unacknowledged.has_value()) {
      // The clock may have been set back.
      *state.mutable_lag_age() =
          ToProto(std::max(now - *position.oldest_unacknowledged, absl::ZeroDuration()));
    }
    state.set_connected(IsConnected(position.name));
    state.set_lost_requests(position.lost_requests);
  }
  return states;
}

}  // namespace fluxcascade::edge
