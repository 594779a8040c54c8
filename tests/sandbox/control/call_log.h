// Every API call that a fake received, with its times.
#ifndef FLUXCASCADE_TESTS_SANDBOX_CONTROL_CALL_LOG_H_
#define FLUXCASCADE_TESTS_SANDBOX_CONTROL_CALL_LOG_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::sandbox {

struct CallRecord {
  int64_t number = 0;  // from 1, in the order of their answers
  std::string method;
  std::string target;  // credentials in it are masked
  std::string request_body;
  std::string response_body;
  int status = 0;  // 0: the connection was dropped
  std::string fault_id;
  absl::Time receive_time;
  absl::Time answer_time;
};

// Thread-safe. Holds the last kMaxCalls calls, of each body the first kMaxBodyBytes.
class CallLog {
 public:
  static constexpr size_t kMaxCalls = 200000;
  static constexpr size_t kMaxBodyBytes = 4096;

  void Add(CallRecord record);
  void Clear();

  struct Filter {
    std::string method;  // empty: any
    std::string target_contains;
    int64_t after = 0;  // only numbers above
    size_t limit = 1000;
  };
  // Oldest first.
  std::vector<CallRecord> List(const Filter& filter) const;
  // How many calls ever had each method, first segments of path, and status.
  nlohmann::json Counts() const;

 private:
  mutable Mutex mutex_;
  int64_t count_ FC_GUARDED_BY(mutex_) = 0;
  std::deque<CallRecord> records_ FC_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> counts_ FC_GUARDED_BY(mutex_);
};

// `target` without the values of hapikey and api_token, or the token at the end of
// /access-tokens/….
std::string MaskCredentials(const std::string& target);

nlohmann::json CallJson(const CallRecord& record);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_CONTROL_CALL_LOG_H_
