// For tests: a log under load whose power is cut, again and again, and what must hold afterwards.
#ifndef FLUXCASCADE_EDGE_LOG_POWER_CUT_HARNESS_H_
#define FLUXCASCADE_EDGE_LOG_POWER_CUT_HARNESS_H_

#include <cstdint>
#include <memory>
#include <random>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/random/fake_random.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/time/fake_clock.h"
#include "edge/log/append_ledger.h"
#include "edge/log/rocks_event_log.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

class PowerCutHarness {
 public:
  // Everything that chance decides follows from the seed, except how threads interleave.
  PowerCutHarness(uint64_t seed, PowerCutFileSystem::Sync sync);

  // Opens the log, lets several threads append, one read, acknowledge and trim, and cuts the power
  // somewhere in between: in the middle of a write, of a table's or of the log's own making. What
  // was not synced is then gone, torn, or lacks sectors. Opens what is left, and checks it:
  // everything acknowledged to a sender is there, in order and whole, with an unbroken sequence and
  // chain; the reader's position is still one of the log's; and the log takes more. An error says
  // what does not hold.
  absl::Status CutOnce();

  // So far.
  uint64_t acknowledged_requests() const { return ledger_.durable(); }
  // Cuts that came while the log was being opened or used.
  uint64_t interruptions() const { return interruptions_; }
  uint64_t tables_seen() const { return tables_seen_; }
  uint64_t trims() const { return trims_; }
  // What opening after a cut took, at most.
  absl::Duration longest_recovery() const { return longest_recovery_; }

 private:
  absl::StatusOr<std::unique_ptr<RocksEventLog>> Open(rocksdb::Env* env);
  void LoadUntilPowerFails(RocksEventLog& log);
  void ReadAndTrimSome(RocksEventLog& log, uint64_t seed);
  absl::Status CheckAfterCut(RocksEventLog& log);

  std::mt19937_64 random_;
  const PowerCutFileSystem::Sync sync_;
  // Every other log is written over zeros.
  const uint64_t zeros_ahead_bytes_;
  FakeClock clock_;
  FakeRandom log_random_;
  std::shared_ptr<PowerCutFileSystem> disk_;
  uint64_t generation_ = 0;
  uint64_t interruptions_ = 0;
  uint64_t tables_seen_ = 0;
  uint64_t trims_ = 0;
  absl::Duration longest_recovery_;

  // What the log's reader has, and has acknowledged.
  v1::Pull position_;
  AppendLedger ledger_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_POWER_CUT_HARNESS_H_
