// For tests: a log under load whose disk fails, in each of the ways that a disk can, and what must
// hold then and afterwards.
#ifndef FLUXCASCADE_EDGE_LOG_DISK_FAULT_HARNESS_H_
#define FLUXCASCADE_EDGE_LOG_DISK_FAULT_HARNESS_H_

#include <cstdint>
#include <memory>
#include <random>

#include "absl/status/status.h"
#include "common/random/fake_random.h"
#include "common/rocks/faulty_file_system.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/time/fake_clock.h"
#include "edge/log/append_ledger.h"
#include "edge/log/rocks_event_log.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {

class DiskFaultHarness {
 public:
  // Everything that chance decides follows from the seed, except how threads interleave.
  explicit DiskFaultHarness(uint64_t seed);
  ~DiskFaultHarness();

  // Opens the log for the first time.
  absl::Status Start();

  // Lets several threads append, one read, acknowledge and trim, and the disk fail somewhere in
  // between, once or from then on. What must hold: nothing that waits behind a failed write is
  // acknowledged; the log takes nothing then until it was opened again; no read calls a disk that
  // does not answer damage; opening on the failing disk changes none of that. The disk is well
  // again, the log is opened: everything acknowledged is there, and it takes more. An error says
  // what does not hold.
  absl::Status FailOnce(Fault fault);

  // The same on what a power cut leaves.
  absl::Status CutPower();

  uint64_t acknowledged_requests() const { return ledger_.durable(); }
  uint64_t failed_requests() const { return ledger_.failed(); }
  // How often the log had failed after a load.
  uint64_t failed_logs() const { return failed_logs_; }

 private:
  absl::Status OpenOn(std::shared_ptr<PowerCutFileSystem> disk);
  FaultScript NewScript(Fault fault);
  void Load();
  void ReadAndTrimSome(uint64_t seed);
  absl::Status CheckFailed(uint64_t failed_before);
  absl::Status Recover();

  std::mt19937_64 random_;
  // Every other disk has zeros on it where the log is written.
  const uint64_t zeros_ahead_bytes_;
  FakeClock clock_;
  FakeRandom log_random_;
  uint64_t generation_ = 0;
  uint64_t failed_logs_ = 0;

  std::shared_ptr<PowerCutFileSystem> disk_;
  std::shared_ptr<FaultyFileSystem> faulty_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<RocksEventLog> log_;

  // What the log's reader has, and has acknowledged.
  v1::Pull position_;
  // What it was told that is not so.
  absl::Status false_alarm_;
  AppendLedger ledger_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_DISK_FAULT_HARNESS_H_
