// The chain of an edge's log: 16 bytes of each request that depend on it, its place, and every one
// before it. It is made when the request is written, and followed by whoever reads: what was
// damaged, left out or put in on the way does not continue it. edge/log/FORMAT.md has an example.
#ifndef FLUXCASCADE_COMMON_LOG_CHAIN_LOG_CHAIN_H_
#define FLUXCASCADE_COMMON_LOG_CHAIN_LOG_CHAIN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade {

inline constexpr size_t kChainBytes = 16;
using Chain = std::array<char, kChainBytes>;

absl::string_view BytesOf(const Chain& chain);
// Of 16 bytes.
Chain ChainOf(absl::string_view bytes);

// Before the first request of a log.
Chain FirstChain(absl::string_view log_id);
// The first 16 bytes of SHA-256 over the chain before, the sequence (8 bytes, big-endian) and the
// request's bytes.
Chain NextChain(const Chain& before, uint64_t sequence, absl::string_view request);

// What is stored of a request, and covered by its chain: all but `sequence` and `chain`.
//
// Protobuf writes fields by their numbers, and what it does not know behind them: a reader that is
// older gets the same bytes as long as new fields have the highest numbers.
std::string BytesInChain(edge::v1::LoggedRequest request);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_LOG_CHAIN_LOG_CHAIN_H_
