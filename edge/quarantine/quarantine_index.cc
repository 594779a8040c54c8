#include "edge/quarantine/quarantine_index.h"

#include <algorithm>
#include <utility>

#include "common/check/check.h"
#include "common/proto_time/proto_time.h"

namespace fluxcascade::edge {

QuarantineItem QuarantineIndex::Take(OfHook& of_hook, uint64_t number) {
  const auto found = of_hook.items.find(number);
  FC_CHECK(found != of_hook.items.end());
  const QuarantineItem item = found->second;
  of_hook.bytes -= item.bytes;
  bytes_ -= item.bytes;
  --requests_;
  of_hook.items.erase(found);
  return item;
}

void QuarantineIndex::DropOldest(OfHook& of_hook, Gone& gone) {
  gone.push_back(Take(of_hook, of_hook.items.begin()->first));
  ++of_hook.dropped;
  ++dropped_;
}

QuarantineIndex::OfHook* QuarantineIndex::Largest() {
  const auto largest = std::max_element(
      hooks_.begin(), hooks_.end(),
      [](const auto& one, const auto& other) { return one.second.bytes < other.second.bytes; });
  return largest == hooks_.end() || largest->second.items.empty() ? nullptr : &largest->second;
}

QuarantineIndex::Gone QuarantineIndex::MakeRoom(const std::string& hook_id, uint64_t bytes,
                                                const v1::QuarantineRule& rule) {
  FC_CHECK(Fits(bytes, rule));
  Gone gone;
  OfHook& of_hook = hooks_[hook_id];
  while (of_hook.items.size() >= rule.max_requests() || of_hook.bytes + bytes > rule.max_bytes()) {
    DropOldest(of_hook, gone);
  }
  while (bytes_ + bytes > max_bytes_) DropOldest(*Largest(), gone);
  return gone;
}

void QuarantineIndex::Add(const std::string& hook_id, const QuarantineItem& item) {
  OfHook& of_hook = hooks_[hook_id];
  of_hook.items.emplace_hint(of_hook.items.end(), item.number, item);
  of_hook.bytes += item.bytes;
  bytes_ += item.bytes;
  ++requests_;
}

QuarantineIndex::Gone QuarantineIndex::Trim(const std::string& hook_id,
                                            const v1::QuarantineRule& rule, absl::Time oldest) {
  Gone gone;
  const auto found = hooks_.find(hook_id);
  if (found == hooks_.end()) return gone;
  OfHook& of_hook = found->second;
  while (!of_hook.items.empty() &&
         (of_hook.items.size() > rule.max_requests() || of_hook.bytes > rule.max_bytes() ||
          of_hook.items.begin()->second.receive_time < oldest)) {
    DropOldest(of_hook, gone);
  }
  return gone;
}

QuarantineIndex::Gone QuarantineIndex::TrimAll(uint64_t lacking) {
  const uint64_t most = std::min(max_bytes_, bytes_ - std::min(lacking, bytes_));
  Gone gone;
  while (bytes_ > most) DropOldest(*Largest(), gone);
  return gone;
}

QuarantineIndex::Gone QuarantineIndex::Forget(const std::string& hook_id) {
  Gone gone;
  const auto found = hooks_.find(hook_id);
  if (found == hooks_.end()) return gone;
  while (!found->second.items.empty()) DropOldest(found->second, gone);
  hooks_.erase(found);
  return gone;
}

std::optional<QuarantineItem> QuarantineIndex::Remove(const std::string& hook_id, uint64_t number) {
  const auto found = hooks_.find(hook_id);
  if (found == hooks_.end() || !found->second.items.contains(number)) return std::nullopt;
  return Take(found->second, number);
}

void QuarantineIndex::CountDropped(const std::string& hook_id) {
  ++hooks_[hook_id].dropped;
  ++dropped_;
}

std::optional<QuarantineItem> QuarantineIndex::Next(const std::string& hook_id,
                                                    uint64_t after) const {
  const auto found = hooks_.find(hook_id);
  if (found == hooks_.end()) return std::nullopt;
  const auto next = found->second.items.upper_bound(after);
  if (next == found->second.items.end()) return std::nullopt;
  return next->second;
}

uint64_t QuarantineIndex::RequestsOf(const std::string& hook_id) const {
  const auto found = hooks_.find(hook_id);
  return found == hooks_.end() ? 0 : found->second.items.size();
}

std::vector<std::string> QuarantineIndex::Hooks() const {
  std::vector<std::string> hooks;
  hooks.reserve(hooks_.size());
  for (const auto& [hook_id, of_hook] : hooks_) hooks.push_back(hook_id);
  return hooks;
}

std::vector<v1::QuarantineState> QuarantineIndex::States(size_t max) const {
  std::vector<std::pair<const std::string*, const OfHook*>> hooks;
  hooks.reserve(hooks_.size());
  for (const auto& [hook_id, of_hook] : hooks_) hooks.emplace_back(&hook_id, &of_hook);
  std::stable_sort(hooks.begin(), hooks.end(), [](const auto& one, const auto& other) {
    return one.second->bytes > other.second->bytes;
  });
  if (hooks.size() > max) hooks.resize(max);
  std::vector<v1::QuarantineState> states;
  for (const auto& [hook_id, of_hook] : hooks) {
    v1::QuarantineState& state = states.emplace_back();
    state.set_hook_id(*hook_id);
    state.set_requests(of_hook->items.size());
    state.set_bytes(of_hook->bytes);
    state.set_dropped(of_hook->dropped);
    if (of_hook->items.empty()) continue;
    *state.mutable_oldest_receive_time() = ToProto(of_hook->items.begin()->second.receive_time);
  }
  return states;
}

}  // namespace fluxcascade::edge
