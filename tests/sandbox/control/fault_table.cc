#include "tests/sandbox/control/fault_table.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

bool Matches(const Fault& fault, const std::string& method, const std::string& target,
             const std::string& body) {
  return (fault.method.empty() || fault.method == method) &&
         absl::StrContains(target, fault.target_contains) &&
         absl::StrContains(body, fault.body_contains);
}

const char* DropName(FaultDrop drop) {
  switch (drop) {
    case FaultDrop::kBefore:
      return "before";
    case FaultDrop::kAfter:
      return "after";
    case FaultDrop::kNone:
      break;
  }
  return "none";
}

bool ParseDrop(const std::string& name, FaultDrop& drop) {
  for (FaultDrop value : {FaultDrop::kNone, FaultDrop::kBefore, FaultDrop::kAfter}) {
    if (name == DropName(value)) {
      drop = value;
      return true;
    }
  }
  return false;
}

// Sets one member; false when its value is of the wrong kind or there is no such member.
bool SetMember(Fault& fault, const std::string& name, const json& value) {
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    if (name == "method") return fault.method = text, true;
    if (name == "target_contains") return fault.target_contains = text, true;
    if (name == "body_contains") return fault.body_contains = text, true;
    if (name == "body") return fault.body = text, true;
    return name == "drop" && ParseDrop(text, fault.drop);
  }
  if (value.is_number_integer()) {
    const int64_t number = value.get<int64_t>();
    if (name == "skip") return fault.skip = number, number >= 0;
    if (name == "count") return fault.count = number, number >= -1;
    if (name == "delay_ms") return fault.delay = absl::Milliseconds(number), number >= 0;
    if (name == "status") {
      fault.status = static_cast<int>(number);
      return number == 0 || (number >= 200 && number <= 599);
    }
    return false;
  }
  if (name == "body") return fault.body = value.dump(), true;
  if (name != "headers" || !value.is_object()) return false;
  for (const auto& [header, text] : value.items()) {
    if (!text.is_string()) return false;
    fault.headers.emplace_back(header, text.get<std::string>());
  }
  return true;
}

}  // namespace

std::string FaultTable::Add(Fault fault) {
  MutexLock lock(mutex_);
  fault.id = absl::StrCat("fault-", next_id_++);
  faults_.push_back(std::move(fault));
  return faults_.back().id;
}

bool FaultTable::Remove(const std::string& id) {
  MutexLock lock(mutex_);
  return std::erase_if(faults_, [&](const Fault& fault) { return fault.id == id; }) > 0;
}

void FaultTable::Clear() {
  MutexLock lock(mutex_);
  faults_.clear();
}

std::vector<Fault> FaultTable::List() const {
  MutexLock lock(mutex_);
  return faults_;
}

std::optional<Fault> FaultTable::Hit(const std::string& method, const std::string& target,
                                     const std::string& body) {
  MutexLock lock(mutex_);
  for (Fault& fault : faults_) {
    if (fault.count == 0 || !Matches(fault, method, target, body)) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    if (fault.count > 0) --fault.count;
    ++fault.hits;
    return fault;
  }
  return std::nullopt;
}

json FaultJson(const Fault& fault) {
  json headers = json::object();
  for (const auto& [name, value] : fault.headers) headers[name] = value;
  return {{"id", fault.id},
          {"method", fault.method},
          {"target_contains", fault.target_contains},
          {"body_contains", fault.body_contains},
          {"skip", fault.skip},
          {"count", fault.count},
          {"delay_ms", absl::ToInt64Milliseconds(fault.delay)},
          {"drop", DropName(fault.drop)},
          {"status", fault.status},
          {"body", fault.body},
          {"headers", headers},
          {"hits", fault.hits}};
}

std::optional<Fault> ParseFault(const json& body, std::string& error) {
  Fault fault;
  if (!body.is_object()) {
    error = "a fault is an object";
    return std::nullopt;
  }
  for (const auto& [name, value] : body.items()) {
    if (!SetMember(fault, name, value)) {
      error = absl::StrCat(name, ": not a member of a fault, or not with this value");
      return std::nullopt;
    }
  }
  return fault;
}

}  // namespace fluxcascade::sandbox
