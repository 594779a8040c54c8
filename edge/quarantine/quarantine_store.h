// A quarantine on the disk: its files, sealed, and the index of what is in them.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_STORE_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/crypto/keyring.h"
#include "common/logging/limited_log.h"
#include "common/mutex/mutex.h"
#include "edge/quarantine/quarantine_folder.h"
#include "edge/quarantine/quarantine_index.h"
#include "edge/quarantine/quarantine_item.h"
#include "fluxcascade/edge/v1/quarantine.pb.h"

namespace fluxcascade::edge {

struct QuarantineStats {
  uint64_t requests = 0;
  uint64_t bytes = 0;
  // Since the start.
  uint64_t dropped = 0;
  uint64_t released = 0;
};

// For one thread, but for States and stats.
class QuarantineStore {
 public:
  // What is older goes: so long the control plane knows what it has taken in, and could tell a copy
  // that is released from news.
  static constexpr absl::Duration kMaxAge = absl::Hours(24 * 7);
  // A LoadSome reads files until it has had as many requests.
  static constexpr size_t kLoadedAtOnce = 64;

  struct Options {
    std::string folder;
    // Of all hooks together.
    uint64_t max_bytes = 0;
    // With less than this free on its disk it keeps nothing more, and gives up what it keeps.
    uint64_t min_free_bytes = 0;
  };

  // `notices` outlives it.
  QuarantineStore(Options options, Keyring keyring, LimitedLog& notices)
      : options_(std::move(options)),
        keyring_(std::move(keyring)),
        notices_(notices),
        index_(options_.max_bytes) {}

  // Before it is open, and has loaded all, it can't be used; after an error this may be tried
  // again.
  absl::Status Open();
  // Takes in some of the files that were there; whether there are more. Those that can't be read
  // go.
  bool LoadSome();
  bool ready() const { return folder_ != nullptr && to_load_.empty(); }

  // Keeps the hook's requests, and drops what its rule, or the limit of all hooks, has no room for:
  // the first of them, too, when they are more than there may be. What can't be kept is counted as
  // dropped; the error is that of the last.
  absl::Status Put(const std::string& hook_id, const v1::QuarantineRule& rule,
                   absl::Span<const v1::QuarantinedRequest> requests);
  void CountDropped(const std::string& hook_id);

  // Drops what is over its hook's rule, too old, or of a hook without one, and what takes the space
  // that is to be free.
  using RuleOf = std::function<std::optional<v1::QuarantineRule>(const std::string& hook_id)>;
  void Enforce(const RuleOf& rule_of, absl::Time now);

  // The first behind `after`, in the order of receipt.
  std::optional<QuarantineItem> Next(const std::string& hook_id, uint64_t after) const;
  absl::StatusOr<v1::QuarantinedRequest> Read(const QuarantineItem& item) const;
  void Remove(const std::string& hook_id, uint64_t number);
  // Likewise; it is in the log.
  void RemoveReleased(const std::string& hook_id, uint64_t number);
  uint64_t RequestsOf(const std::string& hook_id) const;
  // No request that is kept has a higher one.
  uint64_t last_number() const { return folder_->next_number() - 1; }

  // Thread-safe.
  std::vector<v1::QuarantineState> States(size_t max) const;
  QuarantineStats stats() const;

 private:
  // How many requests there were, the unreadable ones among them.
  size_t Load(uint64_t file);
  void CountUnreadable(const absl::Status& error);
  absl::Status CheckRoom() const;
  void GiveUpLacking();
  // Makes room for a request, and counts it in; `gone` is to be removed.
  absl::Status Admit(const std::string& hook_id, const v1::QuarantineRule& rule,
                     const QuarantineItem& item, QuarantineIndex::Gone& gone);
  // Takes them out of the index again, and counts them as dropped.
  void GiveUp(const std::string& hook_id, absl::Span<const QuarantineItem> items);
  void RemoveRecords(QuarantineIndex::Gone gone);
  void LogUnlessRemoved(const absl::Status& removed) const;

  const Options options_;
  const Keyring keyring_;
  LimitedLog& notices_;
  std::unique_ptr<QuarantineFolder> folder_;
  // The oldest at the end.
  std::vector<uint64_t> to_load_;
  // Of those that were loaded.
  uint64_t unreadable_ = 0;
  absl::Status unreadable_error_;

  mutable Mutex mutex_;
  QuarantineIndex index_ FC_GUARDED_BY(mutex_);
  uint64_t released_ FC_GUARDED_BY(mutex_) = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_STORE_H_
