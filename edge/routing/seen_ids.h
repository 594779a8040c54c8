// The messages that were taken lately, by what their senders sign to tell them apart, so that none
// is taken twice.
#ifndef FLUXCASCADE_EDGE_ROUTING_SEEN_IDS_H_
#define FLUXCASCADE_EDGE_ROUTING_SEEN_IDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "edge/verify/signed_id.h"

namespace fluxcascade::edge {

// A message is claimed before it is written, so that of two copies that come at once only one is.
// It counts as taken only once it is durable: after a failure its sender must come again.
//
// Thread-safe. In memory alone, and bounded: when there is no room, the oldest message is forgotten
// (of the same hook, if the hook is at its own limit), and counted unless it was too old anyway.
class SeenIds {
 public:
  struct Limits {
    // Of all hooks, at about 160 bytes each.
    size_t ids = size_t{1} << 19;
    size_t ids_of_a_hook = size_t{1} << 16;
  };

  // Half a SHA-256: of the hook, the ids and the body.
  using Key = std::array<uint8_t, 16>;
  static Key KeyOf(absl::string_view hook_id, const std::vector<SignedId>& ids,
                   absl::string_view body);

  enum class Sight {
    // Claimed: Taken or GiveUp is to be called.
    kNew,
    // Claimed by another, whose end is not known yet.
    kBeingTaken,
    kTaken,
  };

  explicit SeenIds(Limits limits) : limits_(limits) {}

  // A message is remembered until after `good_until`, the latest of all its claims: a copy that was
  // signed later is good for longer.
  Sight Claim(const std::string& hook_id, const Key& key, absl::Time good_until, absl::Time now);
  // The end of a claim. Quick; does nothing if the message was forgotten meanwhile.
  void Taken(const Key& key);
  void GiveUp(const Key& key);

  // Forgets the messages of all other hooks. Claims go on meanwhile.
  void KeepOnly(const std::function<bool(const std::string& hook_id)>& is_kept);

  // Messages that were forgotten early, since the start.
  uint64_t forgotten() const;

 private:
  // How many that are too old a claim clears away: it adds one, and must not take long.
  static constexpr int kClearedAtOnce = 4;
  // How many of a hook that is gone are forgotten while claims wait.
  static constexpr int kDroppedAtOnce = 256;

  struct Entry;
  // In the order of the claims that set their times, so the first of all is also the first of its
  // hook.
  using Entries = std::list<Entry>;
  using EntriesOfHook = std::list<Entries::iterator>;
  using Hooks = absl::node_hash_map<std::string, EntriesOfHook>;
  struct Entry {
    Key key;
    absl::Time good_until;
    bool taken;
    Hooks::value_type* hook;
    EntriesOfHook::iterator place_in_hook;
  };

  void ClearOld(absl::Time now) FC_REQUIRES(mutex_);
  void Prolong(Entries::iterator entry, absl::Time good_until) FC_REQUIRES(mutex_);
  void MakeRoom(const std::string& hook_id, absl::Time now) FC_REQUIRES(mutex_);
  void Forget(Entries::iterator entry, absl::Time now) FC_REQUIRES(mutex_);
  void Remove(Entries::iterator entry) FC_REQUIRES(mutex_);
  // Of that hook; whether it has more.
  bool DropSome(const std::string& hook_id) FC_EXCLUDES(mutex_);

  const Limits limits_;
  mutable Mutex mutex_;
  Entries entries_ FC_GUARDED_BY(mutex_);
  absl::flat_hash_map<Key, Entries::iterator> by_key_ FC_GUARDED_BY(mutex_);
  Hooks hooks_ FC_GUARDED_BY(mutex_);
  uint64_t forgotten_ FC_GUARDED_BY(mutex_) = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_SEEN_IDS_H_
