#include "tests/sandbox/pipedrive/entity_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

absl::Status NoEntity(const EntityKind& kind) {
  std::string name = kind.name;
  name[0] = absl::ascii_toupper(name[0]);
  return absl::NotFoundError(absl::StrCat(name, " not found"));
}

bool IsDeleted(const json& entity) { return entity["is_deleted"] == true; }

// "Ann Lee Smith" is Ann, Lee Smith.
void SetPartsOfName(json& entity) {
  const std::string name = entity["name"].get<std::string>();
  const size_t space = name.find(' ');
  entity["first_name"] = name.substr(0, space);
  entity["last_name"] = space == std::string::npos ? json() : json(name.substr(space + 1));
}

// Exactly one is primary: the first that says so, or the first.
void SetPrimary(json& values) {
  bool found = false;
  for (json& value : values) {
    const bool primary = !found && value.value("primary", false);
    value["primary"] = primary;
    found = found || primary;
    if (!value.contains("label")) value["label"] = "work";
  }
  if (!found && !values.empty()) values[0]["primary"] = true;
}

void Apply(const EntityKind& kind, const json& body, json& entity) {
  for (const auto& [name, value] : body.items()) {
    if (name == "custom_fields") {
      for (const auto& [key, one] : value.items()) entity[name][key] = one;
    } else if (value.is_null() && entity[name].is_array()) {
      entity[name] = json::array();
    } else {
      entity[name] = value;
    }
  }
  if (kind.name != "person") return;
  SetPartsOfName(entity);
  SetPrimary(entity["emails"]);
  SetPrimary(entity["phones"]);
}

}  // namespace

std::vector<std::string> EmailsOf(const json& entity) {
  std::vector<std::string> emails;
  if (!entity.contains("emails")) return emails;
  for (const json& email : entity["emails"]) {
    emails.push_back(absl::AsciiStrToLower(email.value("value", "")));
  }
  return emails;
}

void EntityStore::Index(Table& table, int64_t id, const json& value) {
  for (const std::string& email : EmailsOf(value)) {
    std::vector<int64_t>& ids = table.by_email[email];
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
}

absl::StatusOr<EntityHistory*> EntityStore::Find(const EntityKind& kind, int64_t id) {
  auto& rows = tables_[kind.path].rows;
  const auto found = rows.find(id);
  if (found == rows.end()) return NoEntity(kind);
  return &found->second;
}

absl::StatusOr<json> EntityStore::Create(const EntityKind& kind, const json& body, int64_t owner_id,
                                         absl::Time now) {
  FC_RETURN_IF_ERROR(fields_.Check(kind, body, /*creating=*/true));
  MutexLock lock(mutex_);
  Table& table = tables_[kind.path];
  json entity = EmptyEntity(kind);
  entity["id"] = table.next_id++;
  entity["owner_id"] = owner_id;
  entity["visible_to"] = 3;
  entity["add_time"] = SecondsText(now);
  entity["update_time"] = SecondsText(now);
  Apply(kind, body, entity);
  const int64_t id = entity["id"].get<int64_t>();
  for (const std::string& email : EmailsOf(entity)) ++table.creates_by_email[email];
  Index(table, id, entity);
  table.rows.emplace(id, EntityHistory(now, {entity, "create"}));
  return entity;
}

absl::StatusOr<json> EntityStore::Update(const EntityKind& kind, int64_t id, const json& body,
                                         absl::Time now) {
  FC_RETURN_IF_ERROR(fields_.Check(kind, body, /*creating=*/false));
  MutexLock lock(mutex_);
  FC_ASSIGN_OR_RETURN(EntityHistory * history, Find(kind, id));
  json entity = history->current().value;
  if (IsDeleted(entity)) return NoEntity(kind);
  entity["update_time"] = SecondsText(now);
  Apply(kind, body, entity);
  Index(tables_[kind.path], id, entity);
  history->Write(now, {entity, "update"});
  return entity;
}

absl::Status EntityStore::Delete(const EntityKind& kind, int64_t id, absl::Time now) {
  MutexLock lock(mutex_);
  FC_ASSIGN_OR_RETURN(EntityHistory * history, Find(kind, id));
  json entity = history->current().value;
  if (IsDeleted(entity)) return absl::FailedPreconditionError("already deleted");
  entity["is_deleted"] = true;
  entity["update_time"] = SecondsText(now);
  history->Write(now, {std::move(entity), "delete"});
  return absl::OkStatus();
}

absl::StatusOr<json> EntityStore::Merge(const EntityKind& kind, int64_t loser, int64_t winner,
                                        absl::Time now) {
  MutexLock lock(mutex_);
  FC_ASSIGN_OR_RETURN(EntityHistory * from, Find(kind, loser));
  FC_ASSIGN_OR_RETURN(EntityHistory * to, Find(kind, winner));
  json gone = from->current().value;
  json kept = to->current().value;
  if (loser == winner || IsDeleted(gone) || IsDeleted(kept)) return NoEntity(kind);
  for (const auto& [name, value] : gone.items()) {
    if (kept[name].is_null()) kept[name] = value;
  }
  for (const char* name : {"emails", "phones"}) {
    if (!kept.contains(name)) continue;
    for (const json& value : gone[name]) kept[name].push_back(value);
    SetPrimary(kept[name]);
  }
  kept["update_time"] = SecondsText(now);
  gone["is_deleted"] = true;
  Index(tables_[kind.path], winner, kept);
  from->Write(now, {std::move(gone), "merge"});
  to->Write(now, {kept, "merge"});
  return kept;
}

absl::StatusOr<json> EntityStore::Get(const EntityKind& kind, int64_t id) const {
  const std::optional<EntityHistory> history = History(kind, id);
  if (!history.has_value()) return NoEntity(kind);
  return history->current().value;
}

std::vector<json> EntityStore::List(const EntityKind& kind, int64_t after, size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<json> entities;
  const auto table = tables_.find(kind.path);
  if (table == tables_.end()) return entities;
  for (auto row = table->second.rows.upper_bound(after);
       row != table->second.rows.end() && entities.size() < limit; ++row) {
    const json& value = row->second.current().value;
    if (!IsDeleted(value)) entities.push_back(value);
  }
  return entities;
}

std::vector<json> EntityStore::Search(const EntityKind& kind, const EntitySearch& search,
                                      absl::Time time) const {
  MutexLock lock(mutex_);
  std::vector<json> found;
  const auto table = tables_.find(kind.path);
  if (table == tables_.end()) return found;
  const auto consider = [&](const EntityHistory& history) {
    const EntityState* state = history.AsOf(time);
    if (state != nullptr && !IsDeleted(state->value) && MatchesSearch(state->value, search)) {
      found.push_back(state->value);
    }
  };
  const bool by_email = search.exact && search.fields == std::vector<std::string>{"email"};
  if (by_email) {  // the search that every create makes first: not a scan of all rows
    const auto ids = table->second.by_email.find(absl::AsciiStrToLower(search.term));
    if (ids == table->second.by_email.end()) return found;
    for (const int64_t id : ids->second) consider(table->second.rows.at(id));
  } else {
    for (const auto& [id, history] : table->second.rows) consider(history);
  }
  return found;
}

std::map<int64_t, EntityHistory> EntityStore::Histories(const EntityKind& kind) const {
  MutexLock lock(mutex_);
  const auto table = tables_.find(kind.path);
  return table == tables_.end() ? std::map<int64_t, EntityHistory>() : table->second.rows;
}

std::optional<EntityHistory> EntityStore::History(const EntityKind& kind, int64_t id) const {
  MutexLock lock(mutex_);
  const auto table = tables_.find(kind.path);
  if (table == tables_.end()) return std::nullopt;
  const auto found = table->second.rows.find(id);
  if (found == table->second.rows.end()) return std::nullopt;
  return found->second;
}

std::map<std::string, absl::Time> EntityStore::FirstCreates(const EntityKind& kind) const {
  MutexLock lock(mutex_);
  std::map<std::string, absl::Time> times;
  const auto table = tables_.find(kind.path);
  if (table == tables_.end()) return times;
  for (const auto& [id, history] : table->second.rows) {
    const auto& first = history.versions().front();
    for (const std::string& email : EmailsOf(first.value.value)) {
      times.emplace(email, first.write_time);
    }
  }
  return times;
}

std::map<std::string, int64_t> EntityStore::CreatesByEmail(const EntityKind& kind) const {
  MutexLock lock(mutex_);
  const auto table = tables_.find(kind.path);
  return table == tables_.end() ? std::map<std::string, int64_t>() : table->second.creates_by_email;
}

}  // namespace fluxcascade::sandbox
