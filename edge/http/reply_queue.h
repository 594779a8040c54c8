// The answers that one connection owes, in the order of its requests. Pure.
#ifndef FLUXCASCADE_EDGE_HTTP_REPLY_QUEUE_H_
#define FLUXCASCADE_EDGE_HTTP_REPLY_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "edge/http/replies.h"

namespace fluxcascade::edge {

// Replies are not copied; they must outlive the queue.
class ReplyQueue {
 public:
  // A request has come, at `now`; `close`: its answer will be the connection's last. Returns the
  // request's id, which is never 0.
  uint64_t Push(bool close, absl::Duration now);

  // False if that request has its answer already, or has left.
  bool Answer(uint64_t id, const Reply& reply);

  // Answers what has no answer yet, and lets the last one close. Returns how many there were.
  size_t AnswerAll(const Reply& reply);

  // Lets the last one close, if there is one.
  void CloseAfterLast();

  // Appends the answers whose turn it is to `out`, and forgets them.
  void TakeReady(std::string* out, absl::string_view date_line);

  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  // When the first one came that has left no answer; infinite if there is none.
  absl::Duration waiting_since() const;

 private:
  struct Waiting {
    uint64_t id;
    const Reply* reply;
    bool close;
    absl::Duration since;
  };

  std::vector<Waiting> waiting_;
  uint64_t last_id_ = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_REPLY_QUEUE_H_
