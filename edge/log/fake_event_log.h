// An EventLog in memory, for tests of what stands around a log.
#ifndef FLUXCASCADE_EDGE_LOG_FAKE_EVENT_LOG_H_
#define FLUXCASCADE_EDGE_LOG_FAKE_EVENT_LOG_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/mutex/mutex.h"
#include "edge/log/event_log.h"
#include "edge/log/log_codec.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

// Makes requests "durable" before Append returns, on the caller's thread, until told otherwise.
// Thread-safe.
class FakeEventLog final : public EventLog {
 public:
  // `further`: consumers besides the primary.
  explicit FakeEventLog(std::string log_id = "fa4efa4efa4efa4efa4efa4efa4efa4e",
                        const std::vector<std::string>& further = {});

  void Append(v1::LoggedRequest request, Done done) override;
  absl::StatusOr<ReadResult> Read(const v1::Pull& pull, v1::PullError* error) const override;
  absl::Status AcknowledgeAs(absl::string_view consumer, absl::string_view log_id,
                             uint64_t through) override;
  // The oldest that was not acknowledged was received at the epoch.
  std::vector<ConsumerPosition> Consumers() const override;
  v1::LogState State() const override;
  void SetAppendListener(std::function<void()> listener) override;
  absl::Status Ready() const override;

  // From now on appended requests wait, as for a slow disk, …
  void Hold();
  // … and now they become durable, as one group, and later ones at once.
  void Release();
  // Refuses every later Append, and all that wait, with `status`; OK: takes them again.
  void FailWith(absl::Status status);
  // Refuses the next Append alone.
  void FailNextWith(absl::Status status);
  // Every later Read fails with `status`, and `error` stays as it was; OK: it reads again.
  void FailReadsWith(absl::Status status);
  // Drops everything up to what all have acknowledged.
  void Trim();

  size_t waiting() const;
  uint64_t acknowledged(absl::string_view consumer = kPrimaryConsumer) const;

 private:
  struct Waiting {
    v1::LoggedRequest request;
    Done done;
  };

  // Of the stored request, by its sequence.
  const std::string& ValueOf(uint64_t sequence) const FC_REQUIRES(mutex_);
  v1::LogState StateLocked() const FC_REQUIRES(mutex_);
  void Commit(std::vector<Waiting> group);

  const std::string log_id_;
  mutable Mutex mutex_;
  // As the log's own bytes, from tail_ to head_.
  std::deque<std::string> values_ FC_GUARDED_BY(mutex_);
  LogPoint tail_ FC_GUARDED_BY(mutex_);
  LogPoint head_ FC_GUARDED_BY(mutex_);
  // By consumer, the primary first.
  std::vector<std::pair<std::string, uint64_t>> acknowledged_ FC_GUARDED_BY(mutex_);
  bool held_ FC_GUARDED_BY(mutex_) = false;
  absl::Status failure_ FC_GUARDED_BY(mutex_);
  absl::Status next_failure_ FC_GUARDED_BY(mutex_);
  absl::Status read_failure_ FC_GUARDED_BY(mutex_);
  std::vector<Waiting> waiting_ FC_GUARDED_BY(mutex_);
  // Held while the listener is called.
  Mutex listener_mutex_;
  std::function<void()> listener_ FC_GUARDED_BY(listener_mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_FAKE_EVENT_LOG_H_
