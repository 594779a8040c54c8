#include "edge/receive/rejection_ring.h"

#include <algorithm>
#include <utility>

#include "common/check/check.h"
#include "common/proto_time/proto_time.h"

namespace fluxcascade::edge {
namespace {

int64_t MinuteOf(absl::Time time) {
  return absl::ToInt64Minutes(absl::Floor(time - absl::UnixEpoch(), absl::Minutes(1)));
}

v1::RejectedRequest RequestOf(const Rejection& rejection) {
  v1::RejectedRequest request;
  request.set_hook_id(std::string(rejection.hook_id));
  request.set_reason(rejection.reason);
  request.set_recipe_label(std::string(rejection.recipe_label));
  request.set_remote_address(std::string(rejection.remote_address));
  return request;
}

}  // namespace

void RejectionRing::Add(const Rejection& rejection) {
  MutexLock lock(mutex_);
  v1::RejectedRequest& request = Find(rejection).request;
  request.set_count(request.count() + 1);
  *request.mutable_receive_time() = ToProto(rejection.time);
  request.set_body_preview(std::string(rejection.body.substr(0, kPreviewBytes)));
}

RejectionRing::Entry& RejectionRing::Find(const Rejection& rejection) {
  Key key(rejection.hook_id, rejection.reason, rejection.recipe_label, rejection.remote_address,
          MinuteOf(rejection.time));
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) return *found->second;

  MakeRoom(std::get<0>(key));
  const auto added =
      entries_.insert(entries_.end(), Entry{.key = key, .request = RequestOf(rejection)});
  by_hook_[std::get<0>(key)].push_back(added);
  by_key_.emplace(std::move(key), added);
  return *added;
}

void RejectionRing::MakeRoom(const std::string& hook_id) {
  const auto of_hook = by_hook_.find(hook_id);
  if (of_hook != by_hook_.end() && of_hook->second.size() >= limits_.entries_of_a_hook) {
    Drop(of_hook->second.front());
  } else if (entries_.size() >= limits_.entries) {
    Drop(entries_.begin());
  }
}

void RejectionRing::Remove(Entries::iterator entry) {
  const auto of_hook = by_hook_.find(std::get<0>(entry->key));
  FC_CHECK(of_hook != by_hook_.end());
  // The first, unless the clock was set back.
  const auto found = std::find(of_hook->second.begin(), of_hook->second.end(), entry);
  FC_CHECK(found != of_hook->second.end());
  of_hook->second.erase(found);
  if (of_hook->second.empty()) by_hook_.erase(of_hook);
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

void RejectionRing::Drop(Entries::iterator entry) {
  dropped_ += entry->request.count();
  Remove(entry);
}

std::vector<v1::RejectedRequest> RejectionRing::Take(size_t max, absl::Time now) {
  MutexLock lock(mutex_);
  std::vector<v1::RejectedRequest> taken;
  const int64_t minute = MinuteOf(now);
  for (auto next = entries_.begin(); next != entries_.end() && taken.size() < max;) {
    const auto entry = next++;
    const bool over = std::get<4>(entry->key) < minute;
    if (entry->request.count() > 0 && (over || !entry->told)) {
      taken.push_back(entry->request);
      entry->request.set_count(0);
      entry->told = true;
    }
    if (over) Remove(entry);
  }
  return taken;
}

void RejectionRing::CountAsDropped(const v1::Rejections& lost) {
  MutexLock lock(mutex_);
  for (const v1::RejectedRequest& request : lost.rejections()) dropped_ += request.count();
}

uint64_t RejectionRing::dropped() const {
  MutexLock lock(mutex_);
  return dropped_;
}

}  // namespace fluxcascade::edge
