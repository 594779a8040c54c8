#include "controlplane/retention/retention.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/ingest/edge_config.h"

namespace fluxcascade {
namespace {

static_assert(RetentionOptions().every < kHookGracePeriod);

// When a run that begins at that very moment finds the hook ended.
constexpr absl::Duration kJustAfter = absl::Milliseconds(1);

// Apps are few: all are looked at.
absl::StatusOr<std::vector<store::v1::App>> DeletedApps(Store& store) {
  std::vector<store::v1::App> deleted;
  FC_RETURN_IF_ERROR(store.Read([&](Transaction& tx) -> absl::Status {
    deleted.clear();
    PageRequest request;
    do {
      FC_ASSIGN_OR_RETURN(const Page<store::v1::App> page, tx.apps().List("", request));
      for (const store::v1::App& app : page.items) {
        if (app.has_delete_time()) deleted.push_back(app);
      }
      request.after = page.next;
    } while (!request.after.empty());
    return absl::OkStatus();
  }));
  return deleted;
}

// True when nothing sends the message any more, and it is gone.
absl::StatusOr<bool> DropMessage(Transaction& tx, absl::string_view name) {
  const absl::StatusOr<store::v1::Message> message = tx.messages().Get(name);
  if (absl::IsNotFound(message.status())) return false;
  FC_RETURN_IF_ERROR(message.status());
  if (message->deliveries().empty()) return false;
  for (const std::string& delivery : message->deliveries()) {
    const absl::Status found = tx.deliveries().Get(delivery).status();
    if (found.ok()) return false;
    if (!absl::IsNotFound(found)) return found;
  }
  FC_RETURN_IF_ERROR(tx.messages().Delete(name));
  return true;
}

// With the messages that nothing else sends.
absl::StatusOr<int> TrimDeliveries(Transaction& tx, absl::Time before, int limit) {
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Delivery> deliveries,
                      tx.deliveries().Trim(before, limit));
  int went = static_cast<int>(deliveries.size());
  for (const store::v1::Delivery& delivery : deliveries) {
    if (!delivery.has_outbound()) continue;
    FC_ASSIGN_OR_RETURN(const bool dropped, DropMessage(tx, delivery.outbound().message()));
    went += dropped ? 1 : 0;
  }
  return went;
}

}  // namespace

Retention::Retention(RetentionOptions options, Store& store, const Clock& clock)
    : options_(std::move(options)), store_(store), clock_(clock) {}

Retention::~Retention() { Stop(); }

void Retention::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void Retention::Stop() {
  waker_.Stop();
  if (thread_.joinable()) thread_.join();
}

void Retention::Loop() {
  while (!waker_.stopped()) {
    const absl::StatusOr<int> went = RunOnce();
    if (!went.ok()) {
      Log(LogLevel::kError, "old records could not be taken away", {{"status", went.status()}});
    } else if (*went > 0) {
      Log(LogLevel::kInfo, "old records were taken away", {{"records", *went}});
    }
    waker_.WaitFor(TimeToNextRun().value_or(options_.every));
  }
}

absl::StatusOr<absl::Duration> Retention::TimeToNextRun() {
  const absl::Time now = clock_.Now();
  absl::Duration next = options_.every;
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::App> apps, DeletedApps(store_));
  for (const store::v1::App& app : apps) {
    // One that has ended and is still there could not be taken away: not to be tried without end.
    if (now <= HookEnd(app)) next = std::min(next, HookEnd(app) - now + kJustAfter);
  }
  return next;
}

absl::StatusOr<int> Retention::RunOnce() {
  const absl::Time now = clock_.Now();
  const absl::Time history = now - options_.history;
  const absl::Time keys = now - std::max(options_.dedupe_keys, EventRepository::kDedupePeriod);
  const int step = options_.step;
  int went = 0;
  for (const Trim& trim : {
           Trim([&](Transaction& tx) { return tx.events().Trim(history, keys, step); }),
           Trim([&](Transaction& tx) { return TrimDeliveries(tx, history, step); }),
           Trim([&](Transaction& tx) { return tx.sync_logs().Trim(history, step); }),
           Trim([&](Transaction& tx) { return tx.messages().Trim(now - options_.messages, step); }),
       }) {
    FC_ASSIGN_OR_RETURN(const int trimmed, TrimAll(trim));
    went += trimmed;
  }
  FC_ASSIGN_OR_RETURN(const int apps, PurgeApps(now));
  return went + apps;
}

absl::StatusOr<int> Retention::TrimAll(const Trim& trim) {
  int all = 0;
  for (int went = 1; went > 0 && !waker_.stopped(); all += went) {
    FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(went, trim(tx));
      return absl::OkStatus();
    }));
  }
  return all;
}

absl::StatusOr<int> Retention::PurgeApps(absl::Time now) {
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::App> deleted, DeletedApps(store_));
  int all = 0;
  for (const store::v1::App& found : deleted) {
    if (waker_.stopped()) break;
    if (now <= HookEnd(found)) continue;
    bool went = false;
    FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) -> absl::Status {
      went = false;
      const absl::StatusOr<store::v1::App> app = tx.apps().Get(found.name());
      if (absl::IsNotFound(app.status())) return absl::OkStatus();
      FC_RETURN_IF_ERROR(app.status());
      if (now <= HookEnd(*app)) return absl::OkStatus();
      FC_RETURN_IF_ERROR(tx.apps().Delete(app->name()));
      went = true;
      return BumpConfigVersion(tx, app->edge_group());
    }));
    all += went ? 1 : 0;
  }
  return all;
}

}  // namespace fluxcascade
