// The edge's log: what it accepted, durable and in order, until the control plane has it.
#ifndef FLUXCASCADE_EDGE_LOG_EVENT_LOG_H_
#define FLUXCASCADE_EDGE_LOG_EVENT_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "edge/log/consumer.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

// Thread-safe.
class EventLog {
 public:
  // Called once for each Append: it must be quick and must not call back into the log. OK: the
  // request is durable under that sequence; these come in the order of the sequences, on the log's
  // own thread. Otherwise the sender must be told to send it again: nobody will read it, unless a
  // write failed of which the disk kept a part, and the log was opened again after that.
  using Done = std::function<void(absl::StatusOr<uint64_t> sequence)>;

  virtual ~EventLog() = default;

  // Takes a request without `sequence` and `chain`, which the log gives. Never blocks on the disk:
  // many requests that wait share one write and one sync. A refusal may come before Append returns:
  //   kInvalidArgument    the request is larger than the log takes
  //   kResourceExhausted  the queue or the log is full: later it may not be
  //   kUnavailable        a write failed; the log takes nothing until it has been opened again
  virtual void Append(v1::LoggedRequest request, Done done) = 0;

  struct ReadResult {
    std::vector<v1::LoggedRequest> requests;
    v1::LogState state;
  };

  // What comes after the position in `pull`: at least one request if there is one, then as many as
  // fit `max_bytes` (serialized as in a Batch). Does not wait for requests: an empty result when
  // there is nothing. A position that this log does not have fills `error` with its reason and a
  // sentence that names both ranges, and a request that can't be read likewise (DATA_LOSS); the
  // status is then kDataLoss with the same sentence. With any other error `error` stays as it was:
  // kInvalidArgument for a `max_bytes` out of range, kUnavailable while the log is being reopened
  // or its disk does not answer: later it may.
  virtual absl::StatusOr<ReadResult> Read(const v1::Pull& pull, v1::PullError* error) const = 0;

  // The consumer needs no more what up to and including `through` holds. What no consumer needs may
  // be dropped, at a time of the log's own choosing. The next sequence is kept even when everything
  // is dropped. kOutOfRange: of another log, or beyond the end. kNotFound: the log has no such
  // consumer. Going back changes nothing.
  virtual absl::Status AcknowledgeAs(absl::string_view consumer, absl::string_view log_id,
                                     uint64_t through) = 0;
  // By the one that every log has.
  absl::Status Acknowledge(absl::string_view log_id, uint64_t through) {
    return AcknowledgeAs(kPrimaryConsumer, log_id, through);
  }

  // The first is the primary. Does not wait for the disk.
  virtual std::vector<ConsumerPosition> Consumers() const = 0;

  virtual v1::LogState State() const = 0;

  // Called, on the log's thread, after each group of requests has become durable and its `done`s
  // have been called. Replaces the one before, which is not called any more once this returns;
  // null: none. Same rules as for Done.
  virtual void SetAppendListener(std::function<void()> listener) = 0;

  // Why the log takes nothing at present, or not every request; OK when it does. Does not wait for
  // the disk.
  virtual absl::Status Ready() const = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_EVENT_LOG_H_
