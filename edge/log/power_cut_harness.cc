#include "edge/log/power_cut_harness.h"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/check/check.h"
#include "common/mutex/mutex.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/status/status_macros.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/event_log.h"
#include "edge/log/hasty_env.h"
#include "edge/log/rocks_event_log.h"
#include "edge/log/test_folders.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

constexpr char kFolder[] = "/state/log";
constexpr int kWriters = 4;
constexpr int kBurstsPerWriter = 12;
constexpr uint64_t kMaxBurst = 8;
constexpr uint64_t kMaxPadding = 3000;
// A little more than a load with nothing cut needs, so that some loads end undisturbed.
constexpr uint64_t kMaxChanges = 300;
// What opening alone needs, about.
constexpr uint64_t kMaxOpeningChanges = 40;
constexpr uint32_t kReadBytes = 20000;

// Tells what it says twice, so that a torn or mixed body shows.
std::string NewBody(uint64_t generation, int writer, int number, uint64_t padding) {
  const std::string name = absl::StrCat(generation, "/", writer, "/", number);
  return absl::StrCat(name, "|", std::string(padding, 'x'), "|", name);
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

PowerCutHarness::PowerCutHarness(uint64_t seed, PowerCutFileSystem::Sync sync)
    : random_(seed),
      sync_(sync),
      log_random_(seed),
      disk_(std::make_shared<PowerCutFileSystem>(seed)) {
  disk_->MakeFolder("/state");
  position_.set_max_bytes(kReadBytes);
}

uint64_t PowerCutHarness::acknowledged_requests() const {
  MutexLock lock(mutex_);
  return durable_.size();
}

absl::StatusOr<std::unique_ptr<RocksEventLog>> PowerCutHarness::Open(rocksdb::Env* env) {
  RocksEventLogOptions options;
  options.folder.database = {.path = kFolder, .env = env, .write_buffer_bytes = 64 << 10};
  options.retention.max_step_bytes = 30000;
  options.max_group_bytes = 20000;
  return RocksEventLog::Open(options, clock_, log_random_);
}

void PowerCutHarness::AppendSome(RocksEventLog& log, uint64_t seed, int writer) {
  std::mt19937_64 random(seed);
  int number = 0;
  for (int burst = 0; burst < kBurstsPerWriter && !disk_->off(); ++burst) {
    const uint64_t size = 1 + random() % kMaxBurst;
    Countdown countdown(size);
    for (uint64_t i = 0; i < size; ++i) {
      const std::string body = NewBody(generation_, writer, number++, random() % (kMaxPadding + 1));
      log.Append(RequestWithBody(body), [&, body](absl::StatusOr<uint64_t> sequence) {
        if (sequence.ok()) {
          MutexLock lock(mutex_);
          FC_CHECK(durable_.emplace(*sequence, body).second);
        }
        countdown.Done();
      });
    }
    countdown.Wait();
  }
}

void PowerCutHarness::ReadAndTrimSome(RocksEventLog& log, uint64_t seed) {
  std::mt19937_64 random(seed);
  position_.set_log_id(log.State().log_id());
  for (int step = 0; step < 60 && !disk_->off(); ++step) {
    v1::PullError error;
    const absl::StatusOr<EventLog::ReadResult> result = log.Read(position_, &error);
    // The disk may have failed meanwhile.
    if (!result.ok()) continue;
    if (!result->requests.empty()) {
      position_.set_after(result->requests.back().sequence());
      position_.set_after_chain(result->requests.back().chain());
    }
    if (random() % 2 == 0 && !log.Acknowledge(position_.log_id(), position_.after()).ok()) continue;
    if (random() % 4 == 0) clock_.Advance(absl::Hours(100));
    const uint64_t first = log.State().first_sequence();
    if (log.RetentionStep().ok() && log.State().first_sequence() > first) ++trims_;
    std::this_thread::yield();
  }
}

void PowerCutHarness::LoadUntilPowerFails(RocksEventLog& log) {
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([this, &log, writer, seed = random_()] { AppendSome(log, seed, writer); });
  }
  threads.emplace_back([this, &log, seed = random_()] { ReadAndTrimSome(log, seed); });
  for (std::thread& thread : threads) thread.join();
}

absl::Status PowerCutHarness::CheckRequests(RocksEventLog& log) {
  MutexLock lock(mutex_);
  const v1::LogState state = log.State();
  if (!durable_.empty() && durable_.rbegin()->first >= state.next_sequence()) {
    return absl::DataLossError(absl::StrCat("request ", durable_.rbegin()->first,
                                            " was acknowledged, but the log's next is ",
                                            state.next_sequence()));
  }
  if (state.first_sequence() > position_.after() + 1) {
    return absl::DataLossError("something was trimmed that nobody had read");
  }
  v1::Pull pull = position_;
  pull.clear_after_chain();
  pull.set_after(state.first_sequence() - 1);
  while (pull.after() + 1 < state.next_sequence()) {
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

absl::Status PowerCutHarness::CheckAfterCut(RocksEventLog& log) {
  FC_RETURN_IF_ERROR(CheckRequests(log));
  v1::PullError error;
  if (position_.log_id().empty()) position_.set_log_id(log.State().log_id());
  FC_RETURN_IF_ERROR(log.Read(position_, &error).status());
  const uint64_t next = log.State().next_sequence();
  const std::string body = NewBody(generation_, kWriters, 0, 10);
  FC_ASSIGN_OR_RETURN(const uint64_t sequence, AppendAndWait(log, RequestWithBody(body)));
  if (sequence != next) return absl::DataLossError("the next request got another sequence");
  MutexLock lock(mutex_);
  durable_[sequence] = body;
  return absl::OkStatus();
}

absl::Status PowerCutHarness::CutOnce() {
  ++generation_;
  {
    const std::unique_ptr<rocksdb::Env> env = NewHastyEnv(disk_);
    disk_->SetSync(sync_);
    disk_->CutPowerAfter(1 + random_() % (random_() % 4 == 0 ? kMaxOpeningChanges : kMaxChanges));
    absl::StatusOr<std::unique_ptr<RocksEventLog>> log = Open(env.get());
    if (!log.ok() && !disk_->off()) return log.status();
    if (log.ok()) LoadUntilPowerFails(**log);
    if (disk_->off()) ++interruptions_;
    if (log.ok()) tables_seen_ += FilesEndingWith(env.get(), kFolder, ".sst").size();
    disk_->CutPowerAfter(0);
  }
  const bool tidy = random_() % 2 == 0;
  disk_ = disk_->AfterPowerCut(random_(), tidy);
  const std::unique_ptr<rocksdb::Env> env = NewHastyEnv(disk_);
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<RocksEventLog> log, Open(env.get()));
  return CheckAfterCut(*log);
}

}  // namespace fluxcascade::edge
