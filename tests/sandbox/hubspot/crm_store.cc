#include "tests/sandbox/hubspot/crm_store.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

bool IsContact(const CrmType& type) { return type.singular == "contact"; }

std::string ValueOf(const CrmObject& object, const std::string& name) {
  const auto found = object.properties.find(name);
  return found == object.properties.end() ? "" : found->second;
}

CrmChange MakeChange(CrmChangeKind kind, const CrmType& type, int64_t id, absl::Time now) {
  CrmChange change;
  change.kind = kind;
  change.type = &type;
  change.object_id = id;
  change.occur_time = now;
  return change;
}

// Sets what differs, and says so in `write.changes`.
void Apply(const CrmType& type, const CrmProperties& properties, absl::Time now, CrmWrite& write) {
  for (const auto& [name, value] : properties) {
    if (ValueOf(write.object, name) == value) continue;
    CrmChange change = MakeChange(CrmChangeKind::kPropertyChanged, type, write.object.id, now);
    change.property = name;
    change.value = value;
    write.changes.push_back(std::move(change));
    if (value.empty()) {
      write.object.properties.erase(name);
    } else {
      write.object.properties[name] = value;
    }
  }
}

void Touch(const CrmType& type, absl::Time now, CrmObject& object) {
  object.update_time = now;
  object.properties[type.modified_property] = TimeText(now);
}

}  // namespace

absl::StatusOr<CrmObject> CrmStore::Find(const CrmType& type, int64_t id) const {
  const auto records = records_.find(type.path);
  if (records == records_.end()) return absl::NotFoundError("resource not found");
  const auto found = records->second.find(id);
  if (found == records->second.end()) return absl::NotFoundError("resource not found");
  const CrmObject& object = found->second.current();
  return object.merged_into.has_value() ? Find(type, *object.merged_into) : object;
}

absl::Status CrmStore::CheckUnique(const CrmType& type, int64_t id,
                                   const CrmProperties& properties) const {
  const auto email = properties.find("email");
  if (!IsContact(type) || email == properties.end() || email->second.empty()) {
    return absl::OkStatus();
  }
  const auto holder = contact_by_email_.find(email->second);
  if (holder == contact_by_email_.end() || holder->second == id) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat(holder->second));
}

void CrmStore::Put(const CrmType& type, const CrmObject& object, absl::Time now) {
  Records& records = records_[type.path];
  const auto found = records.find(object.id);
  if (IsContact(type)) {
    if (found != records.end()) {
      const auto held = contact_by_email_.find(ValueOf(found->second.current(), "email"));
      if (held != contact_by_email_.end() && held->second == object.id) {
        contact_by_email_.erase(held);
      }
    }
    const std::string email = ValueOf(object, "email");
    if (object.live() && !email.empty()) contact_by_email_[email] = object.id;
  }
  if (found == records.end()) {
    records.emplace(object.id, VersionedRecord<CrmObject>(now, object));
  } else {
    found->second.Write(now, object);
  }
}

absl::StatusOr<CrmWrite> CrmStore::Create(const CrmType& type, const CrmProperties& properties,
                                          absl::Time now) {
  FC_ASSIGN_OR_RETURN(const CrmProperties stored, properties_.Check(type, properties));
  MutexLock lock(mutex_);
  FC_RETURN_IF_ERROR(CheckUnique(type, 0, stored));
  CrmWrite write;
  write.object.id = next_id_++;
  write.object.create_time = now;
  write.changes.push_back(MakeChange(CrmChangeKind::kCreated, type, write.object.id, now));
  Apply(type, stored, now, write);
  write.object.properties["createdate"] = TimeText(now);
  write.object.properties["hs_object_id"] = absl::StrCat(write.object.id);
  Touch(type, now, write.object);
  Put(type, write.object, now);
  return write;
}

absl::StatusOr<CrmWrite> CrmStore::Update(const CrmType& type, int64_t id,
                                          const CrmProperties& properties, absl::Time now) {
  FC_ASSIGN_OR_RETURN(const CrmProperties stored, properties_.Check(type, properties));
  MutexLock lock(mutex_);
  CrmWrite write;
  FC_ASSIGN_OR_RETURN(write.object, Find(type, id));
  if (!write.object.live()) return absl::NotFoundError("resource not found");
  FC_RETURN_IF_ERROR(CheckUnique(type, write.object.id, stored));
  Apply(type, stored, now, write);
  Touch(type, now, write.object);
  Put(type, write.object, now);
  return write;
}

absl::StatusOr<CrmWrite> CrmStore::Archive(const CrmType& type, int64_t id, absl::Time now) {
  MutexLock lock(mutex_);
  CrmWrite write;
  FC_ASSIGN_OR_RETURN(write.object, Find(type, id));
  if (!write.object.live()) return write;
  write.object.archive_time = now;
  Put(type, write.object, now);
  write.changes.push_back(MakeChange(CrmChangeKind::kDeleted, type, write.object.id, now));
  return write;
}

absl::StatusOr<CrmWrite> CrmStore::Restore(const CrmType& type, int64_t id, absl::Time now) {
  MutexLock lock(mutex_);
  CrmWrite write;
  FC_ASSIGN_OR_RETURN(write.object, Find(type, id));
  if (!write.object.archive_time.has_value() || write.object.erased) {
    return absl::NotFoundError("resource not found");
  }
  FC_RETURN_IF_ERROR(CheckUnique(type, id, write.object.properties));
  write.object.archive_time.reset();
  Touch(type, now, write.object);
  Put(type, write.object, now);
  write.changes.push_back(MakeChange(CrmChangeKind::kRestored, type, id, now));
  return write;
}

absl::StatusOr<CrmWrite> CrmStore::Erase(const CrmType& type, int64_t id, absl::Time now) {
  MutexLock lock(mutex_);
  CrmWrite write;
  FC_ASSIGN_OR_RETURN(write.object, Find(type, id));
  if (write.object.erased) return write;
  // "A privacy deletion also triggers the deletion event."
  for (const auto kind : {CrmChangeKind::kPrivacyDeleted, CrmChangeKind::kDeleted}) {
    write.changes.push_back(MakeChange(kind, type, write.object.id, now));
  }
  write.object.erased = true;
  write.object.properties.clear();
  Put(type, write.object, now);
  return write;
}

absl::StatusOr<CrmWrite> CrmStore::Merge(const CrmType& type, int64_t winner, int64_t loser,
                                         absl::Time now) {
  MutexLock lock(mutex_);
  CrmWrite write;
  FC_ASSIGN_OR_RETURN(write.object, Find(type, winner));
  FC_ASSIGN_OR_RETURN(CrmObject merged, Find(type, loser));
  if (!write.object.live() || !merged.live()) return absl::NotFoundError("resource not found");
  if (write.object.id == merged.id) {
    return absl::InvalidArgumentError("[\"an object cannot be merged with itself\"]");
  }
  CrmChange change = MakeChange(CrmChangeKind::kMerged, type, write.object.id, now);
  change.merged_object_id = merged.id;
  CrmProperties moved;
  for (const auto& [name, value] : merged.properties) {
    if (!write.object.properties.contains(name)) moved[name] = value;
  }
  moved.erase("hs_merged_object_ids");
  change.properties_moved = static_cast<int>(moved.size());
  write.changes.push_back(change);
  Apply(type, moved, now, write);
  std::string& ids = write.object.properties["hs_merged_object_ids"];
  absl::StrAppend(&ids, ids.empty() ? "" : ";", merged.id);
  Touch(type, now, write.object);
  merged.merged_into = write.object.id;
  Put(type, merged, now);
  Put(type, write.object, now);
  return write;
}

absl::StatusOr<CrmObject> CrmStore::Get(const CrmType& type, const std::string& id,
                                        const std::string& id_property, bool archived) const {
  MutexLock lock(mutex_);
  int64_t number = 0;
  if (id_property == "email" && IsContact(type)) {
    const auto found = contact_by_email_.find(absl::AsciiStrToLower(id));
    if (found != contact_by_email_.end()) number = found->second;
  } else if (!id_property.empty() && id_property != "hs_object_id") {
    return absl::InvalidArgumentError(
        absl::StrCat("[\"", id_property, " is not a unique identifier property\"]"));
  } else if (!absl::SimpleAtoi(id, &number)) {
    return absl::NotFoundError("resource not found");
  }
  FC_ASSIGN_OR_RETURN(CrmObject object, Find(type, number));
  const bool found = archived ? object.archive_time.has_value() && !object.erased : object.live();
  if (!found) return absl::NotFoundError("resource not found");
  return object;
}

std::vector<CrmObject> CrmStore::List(const CrmType& type, int64_t after, size_t limit,
                                      bool archived) const {
  MutexLock lock(mutex_);
  std::vector<CrmObject> objects;
  const auto records = records_.find(type.path);
  if (records == records_.end()) return objects;
  for (auto record = records->second.upper_bound(after);
       record != records->second.end() && objects.size() <= limit; ++record) {
    const CrmObject& object = record->second.current();
    const bool wanted = archived ? object.archive_time.has_value() && !object.erased &&
                                       !object.merged_into.has_value()
                                 : object.live();
    if (wanted) objects.push_back(object);
  }
  return objects;
}

std::vector<CrmObject> CrmStore::LiveAsOf(const CrmType& type, absl::Time time) const {
  MutexLock lock(mutex_);
  std::vector<CrmObject> objects;
  const auto records = records_.find(type.path);
  if (records == records_.end()) return objects;
  for (const auto& [id, record] : records->second) {
    const CrmObject* object = record.AsOf(time);
    if (object != nullptr && object->live()) objects.push_back(*object);
  }
  return objects;
}

}  // namespace fluxcascade::sandbox
