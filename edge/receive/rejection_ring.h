// What was refused lately, for the people who look into it. It has a bounded place of its own:
// forged requests cannot push accepted ones out of anything.
#ifndef FLUXCASCADE_EDGE_RECEIVE_REJECTION_RING_H_
#define FLUXCASCADE_EDGE_RECEIVE_REJECTION_RING_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

struct Rejection {
  // Empty for an unknown token.
  absl::string_view hook_id = {};
  v1::RejectedRequest::Reason reason = v1::RejectedRequest::REASON_UNSPECIFIED;
  // Empty for an unknown token.
  absl::string_view recipe_label = {};
  // Without port.
  absl::string_view remote_address = {};
  absl::string_view body = {};
  absl::Time time = {};
};

// Thread-safe. Requests that agree in hook, reason, recipe, address and minute are one entry, which
// is told of twice at most: at once, and, when its minute is over, of the requests that came after
// that. So a forger who tries a thousand times a second is seen soon, and fills no list. When there
// is no room, the oldest entry goes (of the same hook, if the hook is at its own limit), and its
// requests that nobody was told of are counted as dropped.
class RejectionRing {
 public:
  static constexpr size_t kPreviewBytes = 256;

  struct Limits {
    size_t entries = 4096;
    size_t entries_of_a_hook = 256;
  };

  explicit RejectionRing(Limits limits) : limits_(limits) {}

  void Add(const Rejection& rejection);

  // What is to be told of by now: at most `max` entries, the oldest first. No request is in two of
  // them.
  std::vector<v1::RejectedRequest> Take(size_t max, absl::Time now);

  // What was taken has not arrived.
  void CountAsDropped(const v1::Rejections& lost);

  // Requests that nobody was told of, and nobody will be, since the start.
  uint64_t dropped() const;

 private:
  // Hook, reason, recipe, address, minute.
  using Key = std::tuple<std::string, int, std::string, std::string, int64_t>;
  struct Entry {
    Key key;
    // Its count is of those that nobody was told of yet.
    v1::RejectedRequest request;
    bool told = false;
  };
  // In the order in which they began, so the first of all is also the first of its hook.
  using Entries = std::list<Entry>;

  Entry& Find(const Rejection& rejection) FC_REQUIRES(mutex_);
  void MakeRoom(const std::string& hook_id) FC_REQUIRES(mutex_);
  void Remove(Entries::iterator entry) FC_REQUIRES(mutex_);
  void Drop(Entries::iterator entry) FC_REQUIRES(mutex_);

  const Limits limits_;
  mutable Mutex mutex_;
  Entries entries_ FC_GUARDED_BY(mutex_);
  absl::flat_hash_map<Key, Entries::iterator> by_key_ FC_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::deque<Entries::iterator>> by_hook_ FC_GUARDED_BY(mutex_);
  uint64_t dropped_ FC_GUARDED_BY(mutex_) = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_RECEIVE_REJECTION_RING_H_
