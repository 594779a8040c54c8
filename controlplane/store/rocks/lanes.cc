#include "controlplane/store/rocks/lanes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"

namespace fluxcascade {
namespace {

std::string EndsKey(absl::string_view lane) { return KeyIn(TableId::kLane).String(lane).Take(); }

std::string EntriesOf(absl::string_view lane) {
  return KeyIn(TableId::kLaneEntry).String(lane).Take();
}

std::string EntryKey(absl::string_view lane, uint64_t place) {
  return KeyWriter(EntriesOf(lane)).Uint64(place).Take();
}

absl::Status BadLane(absl::string_view lane) {
  return absl::DataLossError(absl::StrCat("the stored line of lane ", lane, " is damaged"));
}

}  // namespace

absl::StatusOr<std::optional<Lanes::Ends>> Lanes::ReadEnds(absl::string_view lane) {
  FC_ASSIGN_OR_RETURN(const std::optional<std::string> value, kv_.Get(EndsKey(lane)));
  if (!value) return std::optional<Ends>();
  Ends ends;
  KeyReader reader(*value);
  if (!reader.Uint64(&ends.first) || !reader.Uint64(&ends.last)) return BadLane(lane);
  return std::optional<Ends>(ends);
}

absl::Status Lanes::WriteEnds(absl::string_view lane, const Ends& ends) {
  return kv_.Put(EndsKey(lane), KeyWriter().Uint64(ends.first).Uint64(ends.last).Take());
}

absl::StatusOr<std::optional<Lanes::Entry>> Lanes::EntryFrom(absl::string_view lane,
                                                             uint64_t place) {
  KeyRange range = RangeOf(EntriesOf(lane));
  const size_t header = range.lower.size();
  range.lower = EntryKey(lane, place);
  std::optional<Entry> entry;
  bool read = true;
  FC_RETURN_IF_ERROR(
      kv_.Scan(range, ScanOrder::kForward, [&](absl::string_view key, absl::string_view value) {
        entry.emplace();
        entry->delivery = std::string(value);
        read = KeyReader(key.substr(header)).Uint64(&entry->place);
        return false;
      }));
  if (!read) return BadLane(lane);
  return entry;
}

absl::StatusOr<Lanes::Joined> Lanes::Join(absl::string_view lane, absl::string_view delivery) {
  FC_ASSIGN_OR_RETURN(const std::optional<Ends> found, ReadEnds(lane));
  Ends ends = found.value_or(Ends());
  ++ends.last;
  FC_RETURN_IF_ERROR(WriteEnds(lane, ends));
  FC_RETURN_IF_ERROR(kv_.PutUnchecked(EntryKey(lane, ends.last), delivery));
  return Joined{ends.last, /*first=*/!found.has_value()};
}

absl::StatusOr<std::optional<std::string>> Lanes::Leave(absl::string_view lane, uint64_t place) {
  FC_ASSIGN_OR_RETURN(std::optional<Ends> ends, ReadEnds(lane));
  if (!ends || place < ends->first || place > ends->last) return BadLane(lane);
  FC_RETURN_IF_ERROR(kv_.DeleteUnchecked(EntryKey(lane, place)));
  std::optional<std::string> new_first;
  if (place == ends->first) {
    FC_ASSIGN_OR_RETURN(std::optional<Entry> next, EntryFrom(lane, place + 1));
    if (!next) {
      FC_RETURN_IF_ERROR(kv_.Delete(EndsKey(lane)));
      return new_first;
    }
    ends->first = next->place;
    new_first = std::move(next->delivery);
  }
  FC_RETURN_IF_ERROR(WriteEnds(lane, *ends));
  return new_first;
}

absl::StatusOr<std::optional<std::string>> Lanes::First(absl::string_view lane) {
  FC_ASSIGN_OR_RETURN(const std::optional<Ends> ends, ReadEnds(lane));
  if (!ends) return std::optional<std::string>();
  FC_ASSIGN_OR_RETURN(std::optional<Entry> entry, EntryFrom(lane, ends->first));
  if (!entry) return BadLane(lane);
  return std::optional<std::string>(std::move(entry->delivery));
}

}  // namespace fluxcascade
