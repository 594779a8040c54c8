#include "edge/quarantine/quarantine_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "edge/quarantine/quarantine_codec.h"

namespace fluxcascade::edge {

absl::Status QuarantineStore::Open() {
  FC_ASSIGN_OR_RETURN(std::unique_ptr<QuarantineFolder> folder,
                      QuarantineFolder::Open(options_.folder));
  FC_ASSIGN_OR_RETURN(to_load_, folder->Files());
  std::reverse(to_load_.begin(), to_load_.end());
  folder_ = std::move(folder);
  return absl::OkStatus();
}

bool QuarantineStore::LoadSome() {
  for (size_t loaded = 0; loaded < kLoadedAtOnce && !to_load_.empty();) {
    const uint64_t file = to_load_.back();
    to_load_.pop_back();
    loaded += Load(file);
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

size_t QuarantineStore::Load(uint64_t file) {
  const absl::StatusOr<std::vector<QuarantineFolder::Record>> records = folder_->Load(file);
  if (!records.ok()) {
    CountUnreadable(records.status());
    LogUnlessRemoved(folder_->RemoveFile(file));
    return 1;
  }
  QuarantineIndex::Gone gone;
  for (const QuarantineFolder::Record& record : *records) {
    QuarantineItem item{.number = record.number,
                        .bytes = QuarantineFolder::OnDisk(record.bytes.size())};
    const absl::StatusOr<v1::QuarantinedRequest> request =
        OpenQuarantined(record.bytes, record.number, keyring_);
    if (!request.ok()) {
      CountUnreadable(request.status());
      gone.push_back(item);
      continue;
    }
    item.receive_time = FromProto(request->receive_time());
    MutexLock lock(mutex_);
    index_.Add(request->hook_id(), item);
    const QuarantineIndex::Gone trimmed = index_.TrimAll();
    gone.insert(gone.end(), trimmed.begin(), trimmed.end());
  }
  RemoveRecords(std::move(gone));
  return records->size();
}

void QuarantineStore::CountUnreadable(const absl::Status& error) {
  ++unreadable_;
  unreadable_error_ = error;
}

absl::Status QuarantineStore::CheckRoom() const {
  FC_ASSIGN_OR_RETURN(const uint64_t free, folder_->FreeBytes());
  if (free >= options_.min_free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the quarantine's disk has ", free, " bytes free, of at least ", options_.min_free_bytes));
}

absl::Status QuarantineStore::Put(const std::string& hook_id, const v1::QuarantineRule& rule,
                                  absl::Span<const v1::QuarantinedRequest> requests) {
  absl::Status kept = CheckRoom();
  if (!kept.ok()) {
    for (size_t i = 0; i < requests.size(); ++i) CountDropped(hook_id);
    return kept;
  }
  const uint64_t first = folder_->next_number();
  uint64_t number = first;
  std::vector<QuarantineItem> items;
  std::vector<std::string> records;
  QuarantineIndex::Gone gone;
  for (const v1::QuarantinedRequest& request : requests) {
    std::string record = SealQuarantined(request, number, keyring_);
    const QuarantineItem item{.number = number,
                              .bytes = QuarantineFolder::OnDisk(record.size()),
                              .receive_time = FromProto(request.receive_time())};
    const absl::Status admitted = Admit(hook_id, rule, item, gone);
    if (!admitted.ok()) {
      kept = admitted;
      continue;
    }
    items.push_back(item);
    records.push_back(std::move(record));
    number += item.bytes / QuarantineFolder::kBlockBytes;
  }
  if (items.empty()) return kept;
  // The oldest went for the newest: of these, the first ones.
  const auto on_disk = std::partition(
      gone.begin(), gone.end(), [&](const QuarantineItem& item) { return item.number < first; });
  const auto passed_over = static_cast<size_t>(gone.end() - on_disk);
  gone.erase(on_disk, gone.end());
  // Before they are written: at no time is there more on the disk than there may be.
  RemoveRecords(std::move(gone));
  const absl::Status written =
      folder_->Write(items[passed_over].number, absl::MakeSpan(records).subspan(passed_over));
  if (written.ok()) return kept;
  GiveUp(hook_id, absl::MakeSpan(items).subspan(passed_over));
  return written;
}

absl::Status QuarantineStore::Admit(const std::string& hook_id, const v1::QuarantineRule& rule,
                                    const QuarantineItem& item, QuarantineIndex::Gone& gone) {
  MutexLock lock(mutex_);
  if (!index_.Fits(item.bytes, rule)) {
    index_.CountDropped(hook_id);
    return absl::ResourceExhaustedError(
        absl::StrCat("the request would take ", item.bytes, " bytes, more than there may be"));
  }
  const QuarantineIndex::Gone made_room = index_.MakeRoom(hook_id, item.bytes, rule);
  gone.insert(gone.end(), made_room.begin(), made_room.end());
  index_.Add(hook_id, item);
  return absl::OkStatus();
}

void QuarantineStore::GiveUp(const std::string& hook_id, absl::Span<const QuarantineItem> items) {
  MutexLock lock(mutex_);
  for (const QuarantineItem& item : items) {
    index_.Remove(hook_id, item.number);
    index_.CountDropped(hook_id);
  }
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
  RemoveRecords(std::move(gone));
  GiveUpLacking();
}

// What fills the disk, the log or anybody else, may have come to it after these.
void QuarantineStore::GiveUpLacking() {
  const absl::StatusOr<uint64_t> free = folder_->FreeBytes();
  if (!free.ok() || *free >= options_.min_free_bytes) return;
  QuarantineIndex::Gone gone;
  {
    MutexLock lock(mutex_);
    gone = index_.TrimAll(options_.min_free_bytes - *free);
  }
  if (gone.empty()) return;
  notices_.Log(LogLevel::kWarning, "quarantined requests went, since their disk is full",
               {{"requests", static_cast<unsigned long>(gone.size())}});
  RemoveRecords(std::move(gone));
}

void QuarantineStore::RemoveRecords(QuarantineIndex::Gone gone) {
  LogUnlessRemoved(folder_->Remove(std::move(gone)));
}

// Each forged request may take the place of one that stays.
void QuarantineStore::LogUnlessRemoved(const absl::Status& removed) const {
  if (removed.ok()) return;
  notices_.Log(LogLevel::kError, "quarantined requests can't be removed", {{"error", removed}});
}

std::optional<QuarantineItem> QuarantineStore::Next(const std::string& hook_id,
                                                    uint64_t after) const {
  MutexLock lock(mutex_);
  return index_.Next(hook_id, after);
}

absl::StatusOr<v1::QuarantinedRequest> QuarantineStore::Read(const QuarantineItem& item) const {
  FC_ASSIGN_OR_RETURN(const std::string bytes, folder_->Read(item));
  return OpenQuarantined(bytes, item.number, keyring_);
}

void QuarantineStore::Remove(const std::string& hook_id, uint64_t number) {
  std::optional<QuarantineItem> removed;
  {
    MutexLock lock(mutex_);
    removed = index_.Remove(hook_id, number);
  }
  if (removed.has_value()) RemoveRecords({*removed});
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
