// What stands before each fake: latency, faults and the log of calls.
#ifndef FLUXCASCADE_TESTS_SANDBOX_CONTROL_API_FRONT_H_
#define FLUXCASCADE_TESTS_SANDBOX_CONTROL_API_FRONT_H_

#include <atomic>
#include <functional>
#include <utility>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "tests/sandbox/control/call_log.h"
#include "tests/sandbox/control/fault_table.h"
#include "tests/sandbox/http/router.h"

namespace fluxcascade::sandbox {

// Thread-safe.
class ApiFront {
 public:
  // `sleep` waits for latency and for delays; a test's may return at once.
  ApiFront(const Clock& clock, std::function<void(absl::Duration)> sleep, ApiHandler handler)
      : clock_(clock), sleep_(std::move(sleep)), handler_(std::move(handler)) {}

  ApiResponse Handle(const ApiRequest& request);

  FaultTable& faults() { return faults_; }
  CallLog& calls() { return calls_; }
  void set_latency(absl::Duration latency) { latency_ns_ = absl::ToInt64Nanoseconds(latency); }
  absl::Duration latency() const { return absl::Nanoseconds(latency_ns_.load()); }

 private:
  ApiResponse Answer(const ApiRequest& request, const Fault* fault);

  const Clock& clock_;
  std::function<void(absl::Duration)> sleep_;
  ApiHandler handler_;
  std::atomic<int64_t> latency_ns_ = 0;
  FaultTable faults_;
  CallLog calls_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_CONTROL_API_FRONT_H_
