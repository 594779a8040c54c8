#include "controlplane/queue/worker_pool.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/logging/logging.h"
#include "common/status/status_macros.h"
#include "controlplane/queue/delivery_lifecycle.h"

namespace fluxcascade {
namespace {

using store::v1::QueueItem;

// In one transaction.
constexpr int kMaxClaimedAtOnce = 32;
constexpr int kMaxRecoveredAtOnce = 100;

// The longest sleep: the wall clock may jump, and another replica's work may fall due.
constexpr absl::Duration kMaxSleep = absl::Seconds(5);
constexpr absl::Duration kPauseAfterError = absl::Seconds(1);

// Begins what was claimed; an item whose delivery is gone is taken out of the queue.
absl::Status BeginAll(Transaction& tx, const std::vector<QueueItem>& items, absl::Time now,
                      std::vector<ClaimedDelivery>& begun) {
  for (const QueueItem& item : items) {
    absl::StatusOr<ClaimedDelivery> claimed = Begin(tx, item, now);
    if (absl::IsNotFound(claimed.status())) {
      FC_RETURN_IF_ERROR(tx.queue().Finish(item));
      continue;
    }
    FC_RETURN_IF_ERROR(claimed.status());
    begun.push_back(*std::move(claimed));
  }
  return absl::OkStatus();
}

}  // namespace

WorkerPool::WorkerPool(WorkerPoolOptions options, Store& store, const Clock& clock,
                       Executor& executor)
    : options_(std::move(options)),
      store_(store),
      clock_(clock),
      executor_(executor),
      running_(std::make_shared<RunningDeliveries>()) {}

WorkerPool::~WorkerPool() { Stop(); }

absl::Status WorkerPool::Recover() {
  int recovered = kMaxRecoveredAtOnce;
  while (recovered == kMaxRecoveredAtOnce) {
    FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(
          recovered, fluxcascade::Recover(tx, options_.holder, kMaxRecoveredAtOnce, clock_.Now()));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

void WorkerPool::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void WorkerPool::Wake() { running_->waker().Wake(); }

void WorkerPool::StopClaiming() {
  std::call_once(stopped_claiming_, [this] { drain_end_ = clock_.Monotonic() + options_.drain; });
  running_->waker().Stop();
}

void WorkerPool::Stop() {
  StopClaiming();
  if (thread_.joinable()) thread_.join();
  Drain();
}

void WorkerPool::Loop() {
  absl::Status recovered = Recover();
  while (!recovered.ok()) {
    Log(LogLevel::kError, "deliveries of before the restart could not be recovered",
        {{"holder", options_.holder}, {"status", recovered}});
    if (!running_->waker().WaitFor(kPauseAfterError)) return;
    recovered = Recover();
  }
  while (!running_->waker().stopped()) {
    absl::Duration sleep = kPauseAfterError;
    const absl::StatusOr<std::optional<absl::Time>> next = Step();
    if (next.ok()) {
      sleep = *next ? std::min(**next - clock_.Now(), kMaxSleep) : kMaxSleep;
    } else {
      Log(LogLevel::kError, "due deliveries could not be claimed",
          {{"holder", options_.holder}, {"status", next.status()}});
    }
    running_->waker().WaitFor(sleep);
  }
}

absl::StatusOr<std::optional<absl::Time>> WorkerPool::Step() {
  FC_RETURN_IF_ERROR(RenewLeases());
  while (true) {
    const absl::Time now = clock_.Now();
    const int room = std::min(options_.max_running - running_->size(), kMaxClaimedAtOnce);
    if (room <= 0 || running_->waker().stopped()) return running_->NextRenewal();
    FC_ASSIGN_OR_RETURN(std::vector<ClaimedDelivery> claimed, Claim(room));
    const bool all = static_cast<int>(claimed.size()) < room;
    for (ClaimedDelivery& one : claimed) HandOver(std::move(one));
    if (all) return NextStep(now);
  }
}

absl::Status WorkerPool::RenewLeases() {
  const absl::Time now = clock_.Now();
  const std::vector<ClaimedDelivery> due = running_->DueForRenewal(now);
  if (due.empty()) return absl::OkStatus();
  std::set<RunningDeliveries::Key> lost;
  FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) {
    lost.clear();
    for (const ClaimedDelivery& claimed : due) {
      const absl::Status renewed = tx.queue().Renew(claimed.item, now + options_.lease);
      if (absl::IsAborted(renewed)) {
        lost.insert(RunningDeliveries::KeyOf(claimed));
      } else if (!renewed.ok()) {
        return renewed;
      }
    }
    return absl::OkStatus();
  }));
  for (const ClaimedDelivery& claimed : due) {
    const RunningDeliveries::Key key = RunningDeliveries::KeyOf(claimed);
    // A lost lease is not asked for again; the executor learns of it when it ends the delivery.
    running_->SetRenewal(key,
                         lost.count(key) > 0 ? absl::InfiniteFuture() : now + options_.lease / 2);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ClaimedDelivery>> WorkerPool::Claim(int limit) {
  ClaimRequest request;
  request.direction = options_.direction;
  request.now = clock_.Now();
  request.limit = limit;
  request.holder = options_.holder;
  request.lease = options_.lease;
  request.limit_per_destination = options_.max_running_per_destination;
  request.running = running_->CountByDestination();
  std::vector<ClaimedDelivery> claimed;
  FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) {
    claimed.clear();
    FC_ASSIGN_OR_RETURN(const std::vector<QueueItem> items, tx.queue().ClaimDue(request));
    return BeginAll(tx, items, request.now, claimed);
  }));
  return claimed;
}

void WorkerPool::HandOver(ClaimedDelivery claimed) {
  const RunningDeliveries::Key key = RunningDeliveries::KeyOf(claimed);
  running_->Add(claimed, clock_.Now() + options_.lease / 2);
  executor_.Execute(std::move(claimed), [running = running_, key] { running->Remove(key); });
}

absl::StatusOr<std::optional<absl::Time>> WorkerPool::NextStep(absl::Time claimed_at) {
  std::optional<absl::Time> next;
  FC_RETURN_IF_ERROR(store_.Read([&](Transaction& tx) {
    // What was due already and was not claimed waits for a place of its destination.
    FC_ASSIGN_OR_RETURN(next, tx.queue().NextDue(options_.direction, claimed_at));
    return absl::OkStatus();
  }));
  const std::optional<absl::Time> renewal = running_->NextRenewal();
  if (!next || !renewal) return next ? next : renewal;
  return std::optional<absl::Time>(std::min(*next, *renewal));
}

void WorkerPool::Drain() {
  while (running_->size() > 0 && clock_.Monotonic() < drain_end_) {
    const absl::Status renewed = RenewLeases();
    if (!renewed.ok()) {
      Log(LogLevel::kWarning, "leases could not be renewed while stopping", {{"status", renewed}});
    }
    running_->WaitForRemove(std::min(drain_end_ - clock_.Monotonic(), kPauseAfterError));
  }
  if (running_->size() == 0) return;
  const absl::Status given_back = GiveBack();
  if (!given_back.ok()) {
    Log(LogLevel::kError, "running deliveries could not be given back; their leases will run out",
        {{"holder", options_.holder}, {"status", given_back}});
  }
}

absl::Status WorkerPool::GiveBack() {
  const std::vector<ClaimedDelivery> rest = running_->All();
  const absl::Time now = clock_.Now();
  FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) {
    for (const ClaimedDelivery& claimed : rest) {
      const absl::Status released = Wait(tx, claimed, "", now, now);
      // It has just ended, or has gone to another holder.
      if (!released.ok() && !absl::IsAborted(released)) return released;
    }
    return absl::OkStatus();
  }));
  for (const ClaimedDelivery& claimed : rest) running_->Remove(RunningDeliveries::KeyOf(claimed));
  return absl::OkStatus();
}

}  // namespace fluxcascade
