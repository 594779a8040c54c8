#include "edge/log/ack_history.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crc32c/crc32c.h"
#include "edge/log/big_endian.h"

namespace fluxcascade::edge {
namespace {

constexpr size_t kChecksumBytes = 4;
constexpr size_t kMarkBytes = 16;

absl::Time EndOfSlot(absl::Time time) {
  const absl::Time epoch = absl::UnixEpoch();
  return epoch + absl::Floor(time - epoch, AckHistory::kSlot) + AckHistory::kSlot;
}

}  // namespace

void AckHistory::Record(absl::Time now, uint64_t through) {
  if (through <= this->through()) return;
  const absl::Time slot_end = EndOfSlot(now);
  // The clock may have been set back: nothing was acknowledged later than now.
  for (Mark& mark : marks_) mark.time = std::min(mark.time, slot_end);
  if (marks_.empty() || marks_.back().time < slot_end) {
    marks_.push_back({.time = slot_end, .through = through});
  } else {
    marks_.back().through = through;
  }
  if (marks_.size() > kMaxMarks) marks_.pop_front();
}

void AckHistory::ForgetThrough(uint64_t sequence) {
  while (marks_.size() > 1 && marks_.front().through <= sequence) marks_.pop_front();
}

uint64_t AckHistory::ThroughAsOf(absl::Time time) const {
  uint64_t through = 0;
  for (const Mark& mark : marks_) {
    if (mark.time <= time) through = mark.through;
  }
  return through;
}

std::string AckHistory::Encode() const {
  std::string covered;
  for (const Mark& mark : marks_) {
    AppendBigEndian(static_cast<uint64_t>(absl::ToUnixMicros(mark.time)), covered);
    AppendBigEndian(mark.through, covered);
  }
  std::string bytes;
  AppendBigEndian(Crc32c(covered), bytes);
  return bytes + covered;
}

absl::StatusOr<AckHistory> AckHistory::Decode(absl::string_view bytes) {
  if (bytes.size() < kChecksumBytes || (bytes.size() - kChecksumBytes) % kMarkBytes != 0 ||
      BigEndianAt<uint32_t>(bytes, 0) != Crc32c(bytes.substr(kChecksumBytes))) {
    return absl::DataLossError("the log's acks: bytes 4 and on do not match their checksum");
  }
  AckHistory history;
  for (size_t at = kChecksumBytes; at < bytes.size(); at += kMarkBytes) {
    const auto micros = static_cast<int64_t>(BigEndianAt<uint64_t>(bytes, at));
    history.marks_.push_back(
        {.time = absl::FromUnixMicros(micros), .through = BigEndianAt<uint64_t>(bytes, at + 8)});
  }
  return history;
}

}  // namespace fluxcascade::edge
