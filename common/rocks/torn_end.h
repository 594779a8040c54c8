// Where a file of RocksDB's ends whole, after a power cut tore its last write.
//
// RocksDB opens a file whose last write is cut short, but calls it corrupt when an inner sector of
// that write did not reach the disk while later ones did. What can be cut off then, without taking
// away anything that somebody was told is durable, follows from how the file is written:
//
//   - Every write is synced before the next one begins, and before anybody hears of it. (This holds
//     only while every write asks for its sync.) So a power cut can tear the last write alone.
//   - A disk writes sectors whole. What it did not write is missing at the end of the file, or is
//     zeros: within the write, and where the file was zeros before (zeros_ahead_file_system.h),
//     behind it, too.
//
// Hence a damaged write is cut off, with what follows it, if both are so:
//
//   1. Nothing behind it belongs to a later write. Looked for is the beginning of a write, with its
//      checksum, at any byte; and anything but zeros behind the end of the damaged one, where its
//      last header is there and tells it.
//   2. It looks torn: the file ends within it, or a whole sector of it (512 bytes, or what of such
//   a
//      sector belongs to it) is zeros. Where nothing tells its end, zeros behind it may be its own.
//
// Anything else is damage of what had been synced, and is refused. Not told apart are a last write
// that was torn before anybody heard of it, and one whose sectors (with whole writes beside it in
// them, if its beginning is among them) were lost after that.
#ifndef FLUXCASCADE_COMMON_ROCKS_TORN_END_H_
#define FLUXCASCADE_COMMON_ROCKS_TORN_END_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

// The smallest piece that a disk writes whole.
inline constexpr size_t kSectorBytes = 512;

// What writes hold. In a write-ahead file they are batches, and bear numbers that rise: one with a
// smaller number than the last whole one is a remnant of an older file, and nothing later.
enum class WalContent { kBatches, kManifestEdits };

// How many bytes at the beginning of `file` are whole writes; what comes after them may be cut off.
// `log_number` is the file's own. kDataLoss, with the offset: something is damaged that a power cut
// can't have torn.
absl::StatusOr<size_t> WholeWritesEnd(absl::string_view file, uint64_t log_number,
                                      WalContent content);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_TORN_END_H_
