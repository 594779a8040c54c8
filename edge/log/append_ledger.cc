#include "edge/log/append_ledger.h"

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/mutex/mutex.h"
#include "common/status/status_macros.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/event_log.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {
namespace {

constexpr int kBursts = 12;
constexpr uint64_t kMaxBurst = 8;
constexpr uint64_t kMaxPadding = 3000;
constexpr uint32_t kReadBytes = 20000;

// Tells what it says twice, so that a torn or mixed body shows.
std::string NewBody(absl::string_view name, int number, uint64_t padding) {
  const std::string id = absl::StrCat(name, "/", number);
  return absl::StrCat(id, "|", std::string(padding, 'x'), "|", id);
}

bool IsWhole(const std::string& body) {
  const std::vector<std::string> parts = absl::StrSplit(body, '|');
  return parts.size() == 3 && parts[0] == parts[2];
}

// Waits for a burst of appends.
class Countdown {
 public:
  explicit Countdown(uint64_t count) : left_(count) {}
  void Done() {
    MutexLock lock(mutex_);
    if (--left_ == 0) zero_.NotifyAll();
  }
  void Wait() {
    MutexLock lock(mutex_);
    while (left_ > 0) zero_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar zero_;
  uint64_t left_ FC_GUARDED_BY(mutex_);
};

}  // namespace

void AppendLedger::AppendSome(EventLog& log, absl::string_view name, uint64_t seed,
                              const std::function<bool()>& stop) {
  std::mt19937_64 random(seed);
  const std::thread::id self = std::this_thread::get_id();
  int number = 0;
  for (int burst = 0; burst < kBursts && !stop(); ++burst) {
    const uint64_t size = 1 + random() % kMaxBurst;
    Countdown countdown(size);
    for (uint64_t i = 0; i < size; ++i) {
      const std::string body = NewBody(name, number++, random() % (kMaxPadding + 1));
      log.Append(RequestWithBody(body), [&, body](const absl::StatusOr<uint64_t>& sequence) {
        // What is refused here has not waited.
        if (sequence.ok() || std::this_thread::get_id() != self) NoteResult(sequence, body);
        countdown.Done();
      });
    }
    countdown.Wait();
  }
}

void AppendLedger::NoteResult(const absl::StatusOr<uint64_t>& sequence, const std::string& body) {
  MutexLock lock(mutex_);
  if (!sequence.ok()) {
    if (!absl::IsUnavailable(sequence.status())) return;
    failed_since_opened_ = true;
    ++failed_;
    return;
  }
  if (failed_since_opened_) {
    broken_word_ = absl::DataLossError(
        absl::StrCat("request ", *sequence, " was acknowledged by a log that had failed"));
  }
  if (!durable_.emplace(*sequence, body).second) {
    broken_word_ = absl::DataLossError(absl::StrCat("sequence ", *sequence, " was given twice"));
  }
}

absl::Status AppendLedger::AppendOneMore(EventLog& log, absl::string_view name) {
  const uint64_t next = log.State().next_sequence();
  const std::string body = NewBody(name, 0, 10);
  FC_ASSIGN_OR_RETURN(const uint64_t sequence, AppendAndWait(log, RequestWithBody(body)));
  NoteResult(sequence, body);
  if (sequence == next) return absl::OkStatus();
  return absl::DataLossError("the next request got another sequence");
}

void AppendLedger::Reopened() {
  MutexLock lock(mutex_);
  failed_since_opened_ = false;
}

absl::Status AppendLedger::Check(const EventLog& log, uint64_t read_through) {
  MutexLock lock(mutex_);
  FC_RETURN_IF_ERROR(broken_word_);
  const v1::LogState state = log.State();
  if (!durable_.empty() && durable_.rbegin()->first >= state.next_sequence()) {
    return absl::DataLossError(absl::StrCat("request ", durable_.rbegin()->first,
                                            " was acknowledged, but the log's next is ",
                                            state.next_sequence()));
  }
  if (state.first_sequence() > read_through + 1) {
    return absl::DataLossError("something was trimmed that nobody had read");
  }
  return CheckRead(log, state.first_sequence(), state.next_sequence());
}

absl::Status AppendLedger::CheckRead(const EventLog& log, uint64_t first, uint64_t next) {
  v1::Pull pull;
  pull.set_log_id(log.State().log_id());
  pull.set_max_bytes(kReadBytes);
  pull.set_after(first - 1);
  while (pull.after() + 1 < next) {
    v1::PullError error;
    FC_ASSIGN_OR_RETURN(const EventLog::ReadResult result, log.Read(pull, &error));
    for (const v1::LoggedRequest& request : result.requests) {
      if (request.sequence() != pull.after() + 1) return absl::DataLossError("a gap");
      if (!IsWhole(request.body())) return absl::DataLossError("a torn body");
      const auto found = durable_.find(request.sequence());
      if (found != durable_.end() && found->second != request.body()) {
        return absl::DataLossError(absl::StrCat("another body at ", request.sequence()));
      }
      // Not acknowledged, but there: from now on it stays.
      durable_[request.sequence()] = request.body();
      pull.set_after(request.sequence());
      pull.set_after_chain(request.chain());
    }
  }
  return absl::OkStatus();
}

uint64_t AppendLedger::durable() const {
  MutexLock lock(mutex_);
  return durable_.size();
}

uint64_t AppendLedger::failed() const {
  MutexLock lock(mutex_);
  return failed_;
}

}  // namespace fluxcascade::edge
