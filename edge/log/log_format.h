// The bytes of the log. FORMAT.md has the grammar and a worked example.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_FORMAT_H_
#define FLUXCASCADE_EDGE_LOG_LOG_FORMAT_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/log_chain/log_chain.h"

namespace fluxcascade::edge {

// Rises with every change that an older reader would misread. A newer one is refused.
inline constexpr uint32_t kLogFormatVersion = 1;

// Requests have a column family of their own: the files of that family then hold ranges that do not
// overlap, and compaction moves them instead of rewriting them.
inline constexpr char kRequestsFamily[] = "requests";

// Keys of the default family.
inline constexpr absl::string_view kFormatKey = "format";
inline constexpr absl::string_view kLogIdKey = "log_id";
inline constexpr absl::string_view kHeadKey = "head";
inline constexpr absl::string_view kTailKey = "tail";
inline constexpr absl::string_view kAcksKey = "acks";
// Only where there is, or was, a consumer besides the primary; older versions pass over it.
inline constexpr absl::string_view kConsumersKey = "consumers";

// Hex digits.
inline constexpr size_t kLogIdLength = 32;

// All integers are big-endian, so that keys sort by sequence.
inline constexpr size_t kSequenceBytes = 8;

// A request's value: checksum of the header, checksum of the request, offset, chain, request.
inline constexpr size_t kHeaderChecksumAt = 0;
inline constexpr size_t kRequestChecksumAt = 4;
inline constexpr size_t kOffsetAt = 8;
inline constexpr size_t kChainAt = 16;
inline constexpr size_t kRecordHeaderBytes = kChainAt + kChainBytes;

// Head and tail: checksum, sequence, chain, offset.
inline constexpr size_t kPointBytes = 4 + 8 + kChainBytes + 8;

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_FORMAT_H_
