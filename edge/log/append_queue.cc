#include "edge/log/append_queue.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "edge/log/log_codec.h"

namespace fluxcascade::edge {

uint64_t SizeOf(const WaitingAppend& append) { return RecordSize(append.request.bytes.size()); }

absl::Status AppendQueue::Add(WaitingAppend& append) {
  const uint64_t size = SizeOf(append);
  if (waiting_.size() >= limits_.max_requests || bytes_ + size > limits_.max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(waiting_.size(), " requests of ", bytes_, " bytes wait to be written, of ",
                     limits_.max_requests, " and ", limits_.max_bytes));
  }
  bytes_ += size;
  waiting_.push_back(std::move(append));
  return absl::OkStatus();
}

std::vector<WaitingAppend> AppendQueue::TakeGroup(uint64_t max_bytes) {
  std::vector<WaitingAppend> group;
  uint64_t group_bytes = 0;
  while (!waiting_.empty()) {
    const uint64_t size = SizeOf(waiting_.front());
    if (!group.empty() && group_bytes + size > max_bytes) break;
    group_bytes += size;
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  bytes_ -= group_bytes;
  return group;
}

}  // namespace fluxcascade::edge
