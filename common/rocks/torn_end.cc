#include "common/rocks/torn_end.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rocks/wal_fragment.h"

namespace fluxcascade {
namespace {

using Part = WalPart;

// A batch begins with its number and how many numbers it takes.
constexpr size_t kBatchNumberBytes = 8;
constexpr size_t kBatchHeaderBytes = 12;

bool Begins(Part part) { return part == Part::kFull || part == Part::kFirst; }
bool Ends(Part part) { return part == Part::kFull || part == Part::kLast; }

size_t BlockEnd(size_t at) { return (at / kWalBlockBytes + 1) * kWalBlockBytes; }

class Scan {
 public:
  Scan(absl::string_view file, uint64_t log_number, WalContent content)
      : file_(file), log_number_(static_cast<uint32_t>(log_number)), content_(content) {}

  absl::StatusOr<size_t> WholeWritesEnd() {
    while (SkipPadding(), at_ < file_.size()) {
      const std::optional<WalFragment> fragment = FragmentAt(at_);
      if (!fragment.has_value() || Begins(fragment->part) == within_write_) return JudgeDamage();
      Take(*fragment);
    }
    return whole_;
  }

 private:
  void SkipPadding() {
    if (BlockEnd(at_) - at_ >= kWalHeaderBytes) return;
    at_ = std::min(BlockEnd(at_), file_.size());
    if (!within_write_) whole_ = at_;
  }

  // Of this file; what an older one left is none.
  std::optional<WalFragment> FragmentAt(size_t at) const {
    const std::optional<WalFragment> fragment = ParseWalFragment(RestOfBlock(at));
    return fragment.has_value() && IsOlder(*fragment) ? std::nullopt : fragment;
  }
  bool IsOlder(const WalFragment& fragment) const {
    return fragment.log_number.value_or(log_number_) != log_number_;
  }
  absl::string_view RestOfBlock(size_t at) const { return file_.substr(at, BlockEnd(at) - at); }

  void Take(const WalFragment& fragment) {
    at_ += fragment.size;
    if (Begins(fragment.part)) batch_header_.clear();
    const size_t missing = kBatchHeaderBytes - batch_header_.size();
    absl::StrAppend(&batch_header_, fragment.payload.substr(0, missing));
    within_write_ = !Ends(fragment.part);
    if (within_write_) return;
    whole_ = at_;
    if (batch_header_.size() < kBatchHeaderBytes) return;
    next_number_ = LittleEndian64(batch_header_) +
                   LittleEndian32(absl::string_view(batch_header_).substr(kBatchNumberBytes));
  }

  // Something is wrong with what stands at `at_`, or with the write that it should have continued.
  absl::StatusOr<size_t> JudgeDamage() const {
    const std::optional<size_t> end = StatedEndOfWrite();
    const std::optional<size_t> later = LaterWrite(end);
    if (later.has_value()) return Refuse(absl::StrCat("what was written later stands at ", *later));
    if (LooksTorn(end.value_or(file_.size()))) return whole_;
    return Refuse("it is not as a power cut leaves it");
  }
  absl::Status Refuse(absl::string_view why) const {
    return absl::DataLossError(absl::StrCat("damaged at byte ", at_, " of ", file_.size(),
                                            ", in the write that begins at ", whole_, ": ", why));
  }

  // Where the damaged write ends, once something tells it.
  std::optional<size_t> StatedEndOfWrite() const {
    for (size_t at = at_; at < file_.size(); at = BlockEnd(at)) {
      const std::optional<WalFragment> fragment = FragmentAt(at);
      if (fragment.has_value() && Begins(fragment->part)) continue;
      const std::optional<size_t> end = StatedEnd(at);
      if (end.has_value()) return end;
    }
    return std::nullopt;
  }
  // Where, from the damage on, something stands that belongs to a later write.
  std::optional<size_t> LaterWrite(std::optional<size_t> end) const {
    for (size_t at = at_; at < file_.size(); ++at) {
      at = PastZeros(at);
      if (at == file_.size()) break;
      const std::optional<WalFragment> fragment = FragmentAt(at);
      if (fragment.has_value() && Begins(fragment->part) && IsLater(*fragment, at)) return at;
    }
    if (!end.has_value()) return std::nullopt;
    const size_t later = file_.find_first_not_of('\0', *end);
    return later == absl::string_view::npos ? std::nullopt : std::optional<size_t>(later);
  }
  // The next place, from `at` on, where a header may stand: its last byte is never 0. There may be
  // many MiB of zeros.
  size_t PastZeros(size_t at) const {
    const size_t other = file_.find_first_not_of('\0', at);
    if (other == absl::string_view::npos) return file_.size();
    return std::max(at, other - std::min(other, kWalHeaderBytes - 1));
  }
  bool IsLater(const WalFragment& fragment, size_t at) const {
    if (fragment.part == Part::kFirst && at + fragment.size != BlockEnd(at)) return false;
    if (content_ == WalContent::kManifestEdits) return true;
    if (fragment.part == Part::kFull && fragment.payload.size() < kBatchHeaderBytes) return false;
    if (fragment.payload.size() < kBatchNumberBytes) return true;
    return LittleEndian64(fragment.payload) >= next_number_;
  }
  // Where the write ends whose fragment stands at `at`, if that is its last and its header is
  // there, whatever became of the rest. A sector is there or not: within one, what isn't zeros is
  // right.
  std::optional<size_t> StatedEnd(size_t at) const {
    if (at / kSectorBytes != (at + kWalHeaderBytes - 1) / kSectorBytes) return std::nullopt;
    const std::optional<WalHeader> header = ParseWalHeader(RestOfBlock(at));
    if (!header.has_value() || !Ends(header->part)) return std::nullopt;
    if (at + header->size > BlockEnd(at)) return std::nullopt;
    return std::min(at + header->size, file_.size());
  }

  bool LooksTorn(size_t end) const {
    return IsOlderFileBehind() || EndsWithinWrite() || LacksASector(end);
  }
  bool IsOlderFileBehind() const {
    const std::optional<WalFragment> fragment = ParseWalFragment(RestOfBlock(at_));
    return fragment.has_value() && IsOlder(*fragment);
  }
  bool EndsWithinWrite() const {
    if (BlockEnd(at_) <= file_.size()) return false;
    if (file_.size() - at_ < kWalHeaderBytes) return true;
    const std::optional<WalHeader> header = ParseWalHeader(file_.substr(at_));
    return header.has_value() && at_ + header->size > file_.size() &&
           at_ + header->size <= BlockEnd(at_);
  }
  bool LacksASector(size_t end) const {
    for (size_t from = at_; from < end;) {
      const size_t to = std::min((from / kSectorBytes + 1) * kSectorBytes, end);
      const absl::string_view sector = file_.substr(from, to - from);
      if (sector.find_first_not_of('\0') == absl::string_view::npos) return true;
      from = to;
    }
    return false;
  }

  const absl::string_view file_;
  const uint32_t log_number_;
  const WalContent content_;
  size_t at_ = 0;
  // Behind the last whole write.
  size_t whole_ = 0;
  bool within_write_ = false;
  std::string batch_header_;
  // Of the batch after the last whole one.
  uint64_t next_number_ = 0;
};

}  // namespace

absl::StatusOr<size_t> WholeWritesEnd(absl::string_view file, uint64_t log_number,
                                      WalContent content) {
  return Scan(file, log_number, content).WholeWritesEnd();
}

}  // namespace fluxcascade
