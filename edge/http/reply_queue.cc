#include "edge/http/reply_queue.h"

namespace fluxcascade::edge {

uint64_t ReplyQueue::Push(bool close, absl::Duration now) {
  waiting_.push_back({++last_id_, nullptr, close, now});
  return last_id_;
}

bool ReplyQueue::Answer(uint64_t id, const Reply& reply) {
  for (Waiting& waiting : waiting_) {
    if (waiting.id != id) continue;
    if (waiting.reply != nullptr) return false;
    waiting.reply = &reply;
    return true;
  }
  return false;
}

size_t ReplyQueue::AnswerAll(const Reply& reply) {
  size_t answered = 0;
  for (Waiting& waiting : waiting_) {
    if (waiting.reply != nullptr) continue;
    waiting.reply = &reply;
    ++answered;
  }
  CloseAfterLast();
  return answered;
}

void ReplyQueue::CloseAfterLast() {
  if (!waiting_.empty()) waiting_.back().close = true;
}

void ReplyQueue::TakeReady(std::string* out, absl::string_view date_line) {
  auto first = waiting_.begin();
  for (; first != waiting_.end() && first->reply != nullptr; ++first) {
    first->reply->AppendTo(out, first->close, date_line);
  }
  waiting_.erase(waiting_.begin(), first);
}

absl::Duration ReplyQueue::waiting_since() const {
  return waiting_.empty() ? absl::InfiniteDuration() : waiting_.front().since;
}

}  // namespace fluxcascade::edge
