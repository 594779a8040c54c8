// Faults on demand: what the next requests that match get instead of, or on top of, their answer.
#ifndef FLUXCASCADE_TESTS_SANDBOX_CONTROL_FAULT_TABLE_H_
#define FLUXCASCADE_TESTS_SANDBOX_CONTROL_FAULT_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::sandbox {

enum class FaultDrop {
  kNone,
  kBefore,  // the connection goes before anything was done
  kAfter,   // all was done, but the answer is lost
};

struct Fault {
  std::string id;
  // Which requests: method, part of the target, part of the body; an empty one matches all.
  std::string method;
  std::string target_contains;
  std::string body_contains;
  int64_t skip = 0;      // matching requests that pass first
  int64_t count = 1;     // matching requests that it hits; -1: all of them
  absl::Duration delay;  // waited before anything else
  FaultDrop drop = FaultDrop::kNone;
  int status = 0;  // answered instead of doing anything; 0: none
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  int64_t hits = 0;
};

// Thread-safe.
class FaultTable {
 public:
  // Gives the fault's id.
  std::string Add(Fault fault);
  // False when there is no such fault.
  bool Remove(const std::string& id);
  void Clear();
  std::vector<Fault> List() const;

  // The first fault that hits this request, which it uses up once.
  std::optional<Fault> Hit(const std::string& method, const std::string& target,
                           const std::string& body);

 private:
  mutable Mutex mutex_;
  int64_t next_id_ FC_GUARDED_BY(mutex_) = 1;
  std::vector<Fault> faults_ FC_GUARDED_BY(mutex_);
};

nlohmann::json FaultJson(const Fault& fault);
// Members as in FaultJson; `error` names the one that is wrong.
std::optional<Fault> ParseFault(const nlohmann::json& body, std::string& error);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_CONTROL_FAULT_TABLE_H_
