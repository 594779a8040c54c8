// A user's endpoint: takes FluxCascade's outbound webhooks, checks their signatures, answers as it
// is told to.
#ifndef FLUXCASCADE_TESTS_SANDBOX_SINK_FAKE_SINK_H_
#define FLUXCASCADE_TESTS_SANDBOX_SINK_FAKE_SINK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/http/api_message.h"

namespace fluxcascade::sandbox {

struct SinkAnswer {
  int status = 200;
  absl::Duration delay;
};

struct SinkRecord {
  int64_t number = 0;  // from 1
  std::string path;
  std::map<std::string, std::string> headers;  // those that FluxCascade sends, names in lower case
  std::string body;
  bool secret_known = false;  // whether there was a secret to verify with
  bool verified = false;
  int status = 0;
  absl::Time receive_time;
};

// Thread-safe. Each path is an endpoint of its own.
class FakeSink {
 public:
  // What is kept, the newest.
  static constexpr size_t kMaxRecords = 100000;

  // `sleep` waits for delays.
  explicit FakeSink(std::function<void(absl::Duration)> sleep) : sleep_(std::move(sleep)) {}

  ApiResponse Handle(const ApiRequest& request);

  void SetSecret(const std::string& path, const std::string& secret);
  // The answers to the next requests of the path, in order; when they are used up, 200 at once.
  void SetAnswers(const std::string& path, std::deque<SinkAnswer> answers);
  // Oldest first, those with a number above `after`.
  std::vector<SinkRecord> Records(int64_t after, size_t limit) const;
  void Clear();

 private:
  std::function<void(absl::Duration)> sleep_;
  mutable Mutex mutex_;
  int64_t count_ FC_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::string> secrets_ FC_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<SinkAnswer>> answers_ FC_GUARDED_BY(mutex_);
  std::deque<SinkRecord> records_ FC_GUARDED_BY(mutex_);
};

nlohmann::json SinkRecordJson(const SinkRecord& record);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_SINK_FAKE_SINK_H_
