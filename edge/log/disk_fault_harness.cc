#include "edge/log/disk_fault_harness.h"

#include <cstdint>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rocks/faulty_file_system.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/rocks/unsynced_bytes.h"
#include "common/status/status_macros.h"
#include "edge/log/event_log.h"
#include "edge/log/hasty_env.h"
#include "edge/log/rocks_event_log.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {
namespace {

constexpr char kFolder[] = "/state/log";
constexpr int kWriters = 3;
// Of one kind; about as many as a load makes.
constexpr uint64_t kMaxOperationsBefore = 40;
constexpr uint64_t kMaxFailures = 3;
constexpr uint32_t kReadBytes = 20000;
// Less than a write-ahead file takes, so that it also grows.
constexpr uint64_t kZerosAheadBytes = 40000;
// Of a log on a disk that is well again, whose last failure may be told only now.
constexpr int kAttempts = 3;

}  // namespace

DiskFaultHarness::DiskFaultHarness(uint64_t seed)
    : random_(seed), zeros_ahead_bytes_(seed % 2 == 0 ? kZerosAheadBytes : 0), log_random_(seed) {
  position_.set_max_bytes(kReadBytes);
}

// The log before what it stands on.
DiskFaultHarness::~DiskFaultHarness() { log_.reset(); }

absl::Status DiskFaultHarness::Start() {
  auto disk = std::make_shared<PowerCutFileSystem>(random_());
  disk->MakeFolder("/state");
  FC_RETURN_IF_ERROR(OpenOn(std::move(disk)));
  position_.set_log_id(log_->State().log_id());
  return absl::OkStatus();
}

absl::Status DiskFaultHarness::OpenOn(std::shared_ptr<PowerCutFileSystem> disk) {
  log_.reset();
  disk_ = std::move(disk);
  faulty_ = std::make_shared<FaultyFileSystem>(disk_);
  env_ = NewHastyEnv(faulty_);
  RocksEventLogOptions options;
  options.folder.database = {.path = kFolder,
                             .env = env_.get(),
                             .write_buffer_bytes = 64 << 10,
                             .zeros_ahead_bytes = zeros_ahead_bytes_};
  options.retention.max_step_bytes = 30000;
  options.max_group_bytes = 20000;
  FC_ASSIGN_OR_RETURN(log_, RocksEventLog::Open(options, clock_, log_random_));
  ledger_.Reopened();
  return absl::OkStatus();
}

FaultScript DiskFaultHarness::NewScript(Fault fault) {
  constexpr const char* kSuffixes[] = {"", ".log", ".sst"};
  FaultScript script = {.fault = fault, .suffix = kSuffixes[random_() % std::size(kSuffixes)]};
  script.after = random_() % kMaxOperationsBefore;
  if (random_() % 2 == 0) script.times = 1 + random_() % kMaxFailures;
  return script;
}

void DiskFaultHarness::ReadAndTrimSome(uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int step = 0; step < 40; ++step) {
    v1::PullError error;
    const absl::StatusOr<EventLog::ReadResult> result = log_->Read(position_, &error);
    if (!result.ok()) {
      if (!absl::IsUnavailable(result.status())) false_alarm_ = result.status();
      continue;
    }
    if (!result->requests.empty()) {
      position_.set_after(result->requests.back().sequence());
      position_.set_after_chain(result->requests.back().chain());
    }
    if (random() % 2 == 0 && !log_->Acknowledge(position_.log_id(), position_.after()).ok()) {
      continue;
    }
    if (random() % 4 == 0) clock_.Advance(absl::Hours(100));
    static_cast<void>(log_->RetentionStep());
    std::this_thread::yield();
  }
}

void DiskFaultHarness::Load() {
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([this, writer, seed = random_()] {
      ledger_.AppendSome(*log_, absl::StrCat(generation_, "/", writer), seed,
                         [this] { return !log_->Ready().ok(); });
    });
  }
  threads.emplace_back([this, seed = random_()] { ReadAndTrimSome(seed); });
  for (std::thread& thread : threads) thread.join();
}

absl::Status DiskFaultHarness::CheckFailed(uint64_t failed_before) {
  FC_RETURN_IF_ERROR(false_alarm_);
  if (log_->Ready().ok()) {
    if (ledger_.failed() == failed_before) return absl::OkStatus();
    return absl::InternalError("a log that failed requests says that it is ready");
  }
  ++failed_logs_;
  // The disk may still fail, or fail again.
  const absl::Status reopened = log_->Reopen();
  if (absl::IsDataLoss(reopened)) return reopened;
  if (reopened.ok()) {
    ledger_.Reopened();
  } else if (log_->Ready().ok()) {
    return absl::InternalError("a log that can't be opened says that it is ready");
  }
  return absl::OkStatus();
}

absl::Status DiskFaultHarness::Recover() {
  absl::Status appended;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    FC_RETURN_IF_ERROR(log_->Reopen());
    ledger_.Reopened();
    appended = ledger_.AppendOneMore(*log_, absl::StrCat(generation_, "/after/", attempt));
    if (!absl::IsUnavailable(appended)) break;
  }
  FC_RETURN_IF_ERROR(appended);
  v1::PullError error;
  FC_RETURN_IF_ERROR(log_->Read(position_, &error).status());
  return ledger_.Check(*log_, position_.after());
}

absl::Status DiskFaultHarness::FailOnce(Fault fault) {
  ++generation_;
  const uint64_t failed_before = ledger_.failed();
  faulty_->Break(NewScript(fault));
  Load();
  FC_RETURN_IF_ERROR(CheckFailed(failed_before));
  faulty_->Heal();
  return Recover();
}

absl::Status DiskFaultHarness::CutPower() {
  ++generation_;
  Load();
  disk_->CutPowerAfter(0);
  const Unsynced unsynced = AnyUnsynced(random_);
  FC_RETURN_IF_ERROR(OpenOn(disk_->AfterPowerCut(random_(), unsynced)));
  return Recover();
}

}  // namespace fluxcascade::edge
