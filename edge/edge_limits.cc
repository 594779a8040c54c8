#include "edge/edge_limits.h"

#include "absl/flags/flag.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/flags/flag_range.h"
#include "common/status/status_macros.h"

ABSL_FLAG(uint64_t, max_connections_per_address, 1024,
          "connections of one address open at once (IPv6: of one /64); more are closed at once");
ABSL_FLAG(uint64_t, max_body_bytes_under_way, uint64_t{256} << 20,
          "bytes of bodies being received, of all connections; beyond, requests get 503");
ABSL_FLAG(
    uint64_t, max_commit_waits, 16 * 1024,
    "answers held back, for hooks that ask for it, until the control plane has committed their "
    "requests; beyond, they are given once the request is durable here, as others are");
ABSL_FLAG(uint64_t, max_request_line_bytes, 8 * 1024, "longest request line; beyond: 414");
ABSL_FLAG(uint64_t, max_header_bytes, 16 * 1024, "of all headers of a request; beyond: 431");
ABSL_FLAG(uint64_t, max_headers, 64, "headers of a request; beyond: 431");
ABSL_FLAG(uint64_t, max_pipelined_requests, 16,
          "requests of a connection that wait for answers; no more are read until there are fewer");
ABSL_FLAG(absl::Duration, handshake_timeout, absl::Seconds(10), "for a TLS handshake");
ABSL_FLAG(absl::Duration, head_timeout, absl::Seconds(10), "for a request's head; then 408");
ABSL_FLAG(absl::Duration, body_timeout, absl::Seconds(30), "for a request's body; then 408");
ABSL_FLAG(absl::Duration, idle_timeout, absl::Seconds(75), "for a connection without a request");
ABSL_FLAG(absl::Duration, answer_timeout, absl::Seconds(30),
          "for a request to become durable; then 503. Half of it at most is waited for the control "
          "plane's commit");
ABSL_FLAG(absl::Duration, write_timeout, absl::Seconds(10),
          "for a client that takes nothing of its answers");
ABSL_FLAG(uint64_t, min_request_rate, 1024,
          "bytes/s at which a head or body has to come in, on the average; slower: 408");
ABSL_FLAG(absl::Duration, request_rate_grace, absl::Seconds(5),
          "how far a head or body may fall behind --min_request_rate");
ABSL_FLAG(uint64_t, min_answer_rate, 1024,
          "bytes/s at which a client has to take its answers, on the average; it may fall behind "
          "by --write_timeout");
ABSL_FLAG(uint32_t, hook_requests_per_second, 0,
          "verified requests that a hook takes, where its configuration does not say; beyond: 429; "
          "0: no limit");
ABSL_FLAG(uint32_t, hook_burst, 0,
          "and how many of them at once after a pause; 0: as many as in a second");

namespace fluxcascade::edge {
namespace {

constexpr uint64_t kMostConnections = 1000000;
constexpr uint64_t kMostMemoryBytes = uint64_t{1} << 40;
constexpr uint64_t kMostCommitWaits = 1000000;
constexpr uint64_t kMostRequestLineBytes = 16 << 10;
constexpr uint64_t kMostHeaderBytes = 32 << 10;
// The rest is for what names and lengths take in a batch.
static_assert(kMostRequestLineBytes + kMostHeaderBytes <= kLargestHeadBytes * 3 / 4);
constexpr uint64_t kMostHeaders = 256;
constexpr uint64_t kMostPipelined = 1024;
constexpr uint64_t kMostRate = 1 << 20;
constexpr absl::Duration kLeastTimeout = absl::Milliseconds(100);
constexpr absl::Duration kMostTimeout = absl::Hours(1);

template <typename Value>
struct Range {
  Value least;
  Value most;
};

// Takes the flag's value over if it is within the range.
template <typename Value, typename Limit>
absl::Status Take(const absl::Flag<Value>& flag, Range<Value> range, Limit& limit) {
  const Value value = absl::GetFlag(flag);
  FC_RETURN_IF_ERROR(
      CheckRange(absl::GetFlagReflectionHandle(flag).Name(), value, range.least, range.most));
  limit = static_cast<Limit>(value);
  return absl::OkStatus();
}

absl::Status Take(const absl::Flag<absl::Duration>& flag, absl::Duration& limit) {
  limit = absl::GetFlag(flag);
  return CheckDuration(absl::GetFlagReflectionHandle(flag).Name(), limit, kLeastTimeout,
                       kMostTimeout);
}

absl::Status TakeSizes(EdgeLimits& limits) {
  FC_RETURN_IF_ERROR(Take(FLAGS_max_connections_per_address, {1, kMostConnections},
                          limits.max_connections_per_address));
  FC_RETURN_IF_ERROR(
      Take(FLAGS_max_body_bytes_under_way, {1, kMostMemoryBytes}, limits.max_body_bytes_under_way));
  FC_RETURN_IF_ERROR(Take(FLAGS_max_commit_waits, {0, kMostCommitWaits}, limits.max_commit_waits));
  FC_RETURN_IF_ERROR(Take(FLAGS_max_request_line_bytes, {64, kMostRequestLineBytes},
                          limits.framer.max_request_line));
  FC_RETURN_IF_ERROR(
      Take(FLAGS_max_header_bytes, {1024, kMostHeaderBytes}, limits.framer.max_header_bytes));
  FC_RETURN_IF_ERROR(Take(FLAGS_max_headers, {8, kMostHeaders}, limits.framer.max_headers));
  return Take(FLAGS_max_pipelined_requests, {1, kMostPipelined}, limits.connection.max_pipelined);
}

absl::Status TakeTimes(ConnectionLimits& limits) {
  FC_RETURN_IF_ERROR(Take(FLAGS_handshake_timeout, limits.handshake));
  FC_RETURN_IF_ERROR(Take(FLAGS_head_timeout, limits.head));
  FC_RETURN_IF_ERROR(Take(FLAGS_body_timeout, limits.body));
  FC_RETURN_IF_ERROR(Take(FLAGS_idle_timeout, limits.idle));
  FC_RETURN_IF_ERROR(Take(FLAGS_answer_timeout, limits.answer));
  return Take(FLAGS_write_timeout, limits.write);
}

absl::Status TakeRates(EdgeLimits& limits) {
  ConnectionLimits& connection = limits.connection;
  FC_RETURN_IF_ERROR(Take(FLAGS_min_request_rate, {1, kMostRate}, connection.min_request_rate));
  FC_RETURN_IF_ERROR(Take(FLAGS_request_rate_grace, connection.request_rate_grace));
  FC_RETURN_IF_ERROR(Take(FLAGS_min_answer_rate, {1, kMostRate}, connection.min_answer_rate));
  FC_RETURN_IF_ERROR(Take(FLAGS_hook_requests_per_second, {0, RateLimit::kMost},
                          limits.hook_rate.requests_per_second));
  return Take(FLAGS_hook_burst, {0, RateLimit::kMost}, limits.hook_rate.burst);
}

}  // namespace

absl::StatusOr<EdgeLimits> EdgeLimitsFromFlags() {
  EdgeLimits limits;
  FC_RETURN_IF_ERROR(TakeSizes(limits));
  FC_RETURN_IF_ERROR(TakeTimes(limits.connection));
  FC_RETURN_IF_ERROR(TakeRates(limits));
  return limits;
}

}  // namespace fluxcascade::edge
