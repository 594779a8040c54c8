#include "edge/routing/seen_ids.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"

namespace fluxcascade::edge {

SeenIds::Key SeenIds::KeyOf(absl::string_view hook_id, const std::vector<SignedId>& ids,
                            absl::string_view body) {
  // Every part with its length before it, so that no two messages read alike.
  std::string names = absl::StrCat(hook_id.size(), ":", hook_id);
  for (const SignedId& id : ids) absl::StrAppend(&names, " ", id.id.size(), ":", id.id);
  names.push_back('\n');
  const absl::string_view parts[] = {names, body};
  const Sha256Digest digest = Sha256(parts);
  Key key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

SeenIds::Sight SeenIds::Claim(const std::string& hook_id, const Key& key, absl::Time good_until,
                              absl::Time now) {
  MutexLock lock(mutex_);
  ClearOld(now);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    const Entries::iterator entry = found->second;
    if (now <= entry->good_until) {
      Prolong(entry, good_until);
      return entry->taken ? Sight::kTaken : Sight::kBeingTaken;
    }
    Remove(entry);
  }
  MakeRoom(hook_id, now);
  Hooks::value_type& hook = *hooks_.try_emplace(hook_id).first;
  const auto added = entries_.insert(entries_.end(), Entry{.key = key,
                                                           .good_until = good_until,
                                                           .taken = false,
                                                           .hook = &hook,
                                                           .place_in_hook = {}});
  added->place_in_hook = hook.second.insert(hook.second.end(), added);
  by_key_.emplace(key, added);
  return Sight::kNew;
}

void SeenIds::Taken(const Key& key) {
  MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) found->second->taken = true;
}

void SeenIds::GiveUp(const Key& key) {
  MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) Remove(found->second);
}

void SeenIds::KeepOnly(const std::function<bool(const std::string& hook_id)>& is_kept) {
  std::vector<std::string> gone;
  {
    MutexLock lock(mutex_);
    for (const auto& [hook_id, entries] : hooks_) {
      if (!is_kept(hook_id)) gone.push_back(hook_id);
    }
  }
  for (const std::string& hook_id : gone) {
    while (DropSome(hook_id)) {
    }
  }
}

bool SeenIds::DropSome(const std::string& hook_id) {
  MutexLock lock(mutex_);
  for (int i = 0; i < kDroppedAtOnce; ++i) {
    const auto hook = hooks_.find(hook_id);
    if (hook == hooks_.end()) return false;
    Remove(hook->second.front());
  }
  return true;
}

uint64_t SeenIds::forgotten() const {
  MutexLock lock(mutex_);
  return forgotten_;
}

void SeenIds::ClearOld(absl::Time now) {
  for (int i = 0; i < kClearedAtOnce; ++i) {
    if (entries_.empty() || now <= entries_.front().good_until) return;
    Remove(entries_.begin());
  }
}

void SeenIds::Prolong(Entries::iterator entry, absl::Time good_until) {
  if (good_until <= entry->good_until) return;
  entry->good_until = good_until;
  entries_.splice(entries_.end(), entries_, entry);
  EntriesOfHook& of_hook = entry->hook->second;
  of_hook.splice(of_hook.end(), of_hook, entry->place_in_hook);
}

void SeenIds::MakeRoom(const std::string& hook_id, absl::Time now) {
  const auto hook = hooks_.find(hook_id);
  if (hook != hooks_.end() && hook->second.size() >= limits_.ids_of_a_hook) {
    Forget(hook->second.front(), now);
  } else if (entries_.size() >= limits_.ids) {
    Forget(entries_.begin(), now);
  }
}

void SeenIds::Forget(Entries::iterator entry, absl::Time now) {
  if (now <= entry->good_until) ++forgotten_;
  Remove(entry);
}

void SeenIds::Remove(Entries::iterator entry) {
  EntriesOfHook& of_hook = entry->hook->second;
  of_hook.erase(entry->place_in_hook);
  if (of_hook.empty()) hooks_.erase(hooks_.find(entry->hook->first));
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace fluxcascade::edge
