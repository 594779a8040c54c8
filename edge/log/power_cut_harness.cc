#include "edge/log/power_cut_harness.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/rocks/unsynced_bytes.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "edge/log/event_log.h"
#include "edge/log/hasty_env.h"
#include "edge/log/rocks_event_log.h"
#include "edge/log/test_folders.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

constexpr char kFolder[] = "/state/log";
constexpr int kWriters = 4;
// A little more than a load with nothing cut needs, so that some loads end undisturbed.
constexpr uint64_t kMaxChanges = 300;
// What opening alone needs, about.
constexpr uint64_t kMaxOpeningChanges = 40;
constexpr uint32_t kReadBytes = 20000;
// Less than a write-ahead file takes, so that it also grows.
constexpr uint64_t kZerosAheadBytes = 40000;

}  // namespace

PowerCutHarness::PowerCutHarness(uint64_t seed, PowerCutFileSystem::Sync sync)
    : random_(seed),
      sync_(sync),
      zeros_ahead_bytes_(seed % 2 == 0 ? kZerosAheadBytes : 0),
      log_random_(seed),
      disk_(std::make_shared<PowerCutFileSystem>(seed)) {
  disk_->MakeFolder("/state");
  position_.set_max_bytes(kReadBytes);
}

absl::StatusOr<std::unique_ptr<RocksEventLog>> PowerCutHarness::Open(rocksdb::Env* env) {
  RocksEventLogOptions options;
  options.folder.database = {.path = kFolder,
                             .env = env,
                             .write_buffer_bytes = 64 << 10,
                             .zeros_ahead_bytes = zeros_ahead_bytes_};
  options.retention.max_step_bytes = 30000;
  options.max_group_bytes = 20000;
  return RocksEventLog::Open(options, clock_, log_random_);
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
    threads.emplace_back([this, &log, writer, seed = random_()] {
      ledger_.AppendSome(log, absl::StrCat(generation_, "/", writer), seed,
                         [this] { return disk_->off(); });
    });
  }
  threads.emplace_back([this, &log, seed = random_()] { ReadAndTrimSome(log, seed); });
  for (std::thread& thread : threads) thread.join();
}

absl::Status PowerCutHarness::CheckAfterCut(RocksEventLog& log) {
  ledger_.Reopened();
  FC_RETURN_IF_ERROR(ledger_.Check(log, position_.after()));
  v1::PullError error;
  if (position_.log_id().empty()) position_.set_log_id(log.State().log_id());
  FC_RETURN_IF_ERROR(log.Read(position_, &error).status());
  return ledger_.AppendOneMore(log, absl::StrCat(generation_, "/after"));
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
  const Unsynced unsynced = AnyUnsynced(random_);
  disk_ = disk_->AfterPowerCut(random_(), unsynced);
  const std::unique_ptr<rocksdb::Env> env = NewHastyEnv(disk_);
  const absl::Duration begun = SystemClock().Monotonic();
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<RocksEventLog> log, Open(env.get()));
  longest_recovery_ = std::max(longest_recovery_, SystemClock().Monotonic() - begun);
  return CheckAfterCut(*log);
}

}  // namespace fluxcascade::edge
