// Between a logged request and its bytes in the log. Pure: no disk, no clock.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_CODEC_H_
#define FLUXCASCADE_EDGE_LOG_LOG_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/log_chain/log_chain.h"
#include "edge/log/log_format.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

// A place between two requests of a log.
struct LogPoint {
  // Of the request that stands here, or will.
  uint64_t sequence = 1;
  // Of the request before it.
  Chain chain = {};
  // How many bytes all requests before it took, those trimmed since included.
  uint64_t offset = 0;

  friend bool operator==(const LogPoint&, const LogPoint&) = default;
};

// Before the first request of a log. Its chain depends on the log id.
LogPoint BeginningOf(absl::string_view log_id);

// A request as bytes, with their checksum: made when the request is received, so that nothing that
// happens to it on its way to the disk and back stays unseen.
struct SealedRequest {
  std::string bytes;
  uint32_t checksum = 0;
};

// Without `sequence` and `chain`, which the log gives.
SealedRequest Seal(v1::LoggedRequest request);

std::string EncodeKey(uint64_t sequence);
absl::StatusOr<uint64_t> DecodeKey(absl::string_view key);

// How much a request of that many bytes adds to the log's offset.
uint64_t RecordSize(size_t request_bytes);

// The value of the request that stands at `point`; moves `point` behind it.
std::string EncodeRecord(const SealedRequest& request, LogPoint& point);

// A value whose checksums are right. Refers to the bytes it was parsed from.
struct RecordView {
  uint64_t sequence = 0;
  Chain chain = {};
  uint64_t offset = 0;
  absl::string_view request;

  // The point behind it.
  LogPoint End() const;
};

// kDataLoss names the request and the bytes that are wrong.
absl::StatusOr<RecordView> ParseRecord(uint64_t sequence, absl::string_view value);
// kDataLoss unless the record continues what ends at `point`: its sequence, offset and chain.
absl::Status CheckStandsAt(const RecordView& record, const LogPoint& point);
// With `sequence` and `chain`. kDataLoss when the bytes are no request.
absl::StatusOr<v1::LoggedRequest> ToRequest(const RecordView& record);

std::string EncodePoint(const LogPoint& point);
// `name` begins the message of a kDataLoss.
absl::StatusOr<LogPoint> DecodePoint(absl::string_view bytes, absl::string_view name);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_CODEC_H_
