#include "edge/quarantine/quarantine_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "edge/quarantine/quarantine_codec.h"

namespace fluxcascade::edge {
namespace {

uint64_t OnDisk(size_t bytes) {
  constexpr uint64_t kBlock = QuarantineStore::kBlockBytes;
  return (bytes + kBlock - 1) / kBlock * kBlock;
}

}  // namespace

absl::Status QuarantineStore::Open() {
  FC_ASSIGN_OR_RETURN(std::unique_ptr<QuarantineFolder> folder,
                      QuarantineFolder::Open(options_.folder));
  FC_ASSIGN_OR_RETURN(to_load_, folder->Numbers());
  if (!to_load_.empty()) next_number_ = to_load_.back() + 1;
  std::reverse(to_load_.begin(), to_load_.end());
  folder_ = std::move(folder);
  return absl::OkStatus();
}

bool QuarantineStore::LoadSome() {
  for (size_t i = 0; i < kLoadedAtOnce && !to_load_.empty(); ++i) {
    const uint64_t number = to_load_.back();
    to_load_.pop_back();
    const absl::Status loaded = Load(number);
    if (loaded.ok()) continue;
    RemoveFiles({number});
    ++unreadable_;
    unreadable_error_ = loaded;
  }
  if (!to_load_.empty()) return true;
  if (unreadable_ > 0) {
    Log(LogLevel::kWarning, "quarantined requests could not be read, and are gone",
        {{"requests", static_cast<unsigned long>(unreadable_)},
         {"the_last_because", unreadable_error_}});
    unreadable_ = 0;
  }
  return false;
}

absl::Status QuarantineStore::Load(uint64_t number) {
  FC_ASSIGN_OR_RETURN(const std::string bytes, folder_->Read(number));
  FC_ASSIGN_OR_RETURN(const v1::QuarantinedRequest request,
                      OpenQuarantined(bytes, number, keyring_));
  QuarantineIndex::Gone gone;
  {
    MutexLock lock(mutex_);
    index_.Add(request.hook_id(), {.number = number,
                                   .bytes = OnDisk(bytes.size()),
                                   .receive_time = FromProto(request.receive_time())});
    gone = index_.TrimAll();
  }
  RemoveFiles(gone);
  return absl::OkStatus();
}

absl::Status QuarantineStore::CheckRoom() const {
  FC_ASSIGN_OR_RETURN(const uint64_t free, folder_->FreeBytes());
  if (free >= options_.min_free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the quarantine's disk has ", free, " bytes free, of at least ", options_.min_free_bytes));
}

absl::Status QuarantineStore::Put(const v1::QuarantinedRequest& request,
                                  const v1::QuarantineRule& rule) {
  const uint64_t number = next_number_++;
  const std::string sealed = SealQuarantined(request, number, keyring_);
  absl::Status kept = CheckRoom();
  if (kept.ok()) kept = Write(request.hook_id(), rule, number, sealed);
  MutexLock lock(mutex_);
  if (!kept.ok()) {
    index_.CountDropped(request.hook_id());
    return kept;
  }
  index_.Add(request.hook_id(), {.number = number,
                                 .bytes = OnDisk(sealed.size()),
                                 .receive_time = FromProto(request.receive_time())});
  return absl::OkStatus();
}

absl::Status QuarantineStore::Write(const std::string& hook_id, const v1::QuarantineRule& rule,
                                    uint64_t number, const std::string& sealed) {
  const uint64_t bytes = OnDisk(sealed.size());
  QuarantineIndex::Gone gone;
  {
    MutexLock lock(mutex_);
    if (!index_.Fits(bytes, rule)) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the request would take ", bytes, " bytes, more than there may be"));
    }
    gone = index_.MakeRoom(hook_id, bytes, rule);
  }
  // Before it is written: at no time is there more on the disk than there may be.
  RemoveFiles(gone);
  return folder_->Write(number, sealed);
}

void QuarantineStore::CountDropped(const std::string& hook_id) {
  MutexLock lock(mutex_);
  index_.CountDropped(hook_id);
}

void QuarantineStore::Enforce(const RuleOf& rule_of, absl::Time now) {
  QuarantineIndex::Gone gone;
  {
    MutexLock lock(mutex_);
    for (const std::string& hook_id : index_.Hooks()) {
      const std::optional<v1::QuarantineRule> rule = rule_of(hook_id);
      const QuarantineIndex::Gone of_hook =
          rule.has_value() ? index_.Trim(hook_id, *rule, now - kMaxAge) : index_.Forget(hook_id);
      gone.insert(gone.end(), of_hook.begin(), of_hook.end());
    }
  }
  RemoveFiles(gone);
}

void QuarantineStore::RemoveFiles(const QuarantineIndex::Gone& numbers) const {
  for (const uint64_t number : numbers) {
    const absl::Status removed = folder_->Remove(number);
    if (!removed.ok()) {
      // Each forged request may take the place of one that stays.
      notices_.Log(LogLevel::kError, "a quarantined request can't be removed",
                   {{"error", removed}});
    }
  }
}

std::optional<QuarantineItem> QuarantineStore::Next(const std::string& hook_id,
                                                    uint64_t after) const {
  MutexLock lock(mutex_);
  return index_.Next(hook_id, after);
}

absl::StatusOr<v1::QuarantinedRequest> QuarantineStore::Read(const QuarantineItem& item) const {
  FC_ASSIGN_OR_RETURN(const std::string bytes, folder_->Read(item.number));
  return OpenQuarantined(bytes, item.number, keyring_);
}

void QuarantineStore::Remove(const std::string& hook_id, uint64_t number) {
  {
    MutexLock lock(mutex_);
    index_.Remove(hook_id, number);
  }
  RemoveFiles({number});
}

void QuarantineStore::RemoveReleased(const std::string& hook_id, uint64_t number) {
  Remove(hook_id, number);
  MutexLock lock(mutex_);
  ++released_;
}

uint64_t QuarantineStore::RequestsOf(const std::string& hook_id) const {
  MutexLock lock(mutex_);
  return index_.RequestsOf(hook_id);
}

std::vector<v1::QuarantineState> QuarantineStore::States(size_t max) const {
  MutexLock lock(mutex_);
  return index_.States(max);
}

QuarantineStats QuarantineStore::stats() const {
  MutexLock lock(mutex_);
  return {.requests = index_.requests(),
          .bytes = index_.bytes(),
          .dropped = index_.dropped(),
          .released = released_};
}

}  // namespace fluxcascade::edge
