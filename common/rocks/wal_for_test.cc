#include "common/rocks/wal_for_test.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rocks/wal_fragment.h"

namespace fluxcascade {
namespace {

// From a part without a log number to the same with one.
constexpr int kNumbered = 4;

std::string LittleEndian(uint64_t value, size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return bytes;
}

WalPart PartOf(bool begins, bool ends) {
  if (begins) return ends ? WalPart::kFull : WalPart::kFirst;
  return ends ? WalPart::kLast : WalPart::kMiddle;
}

}  // namespace

std::string BatchForTest(uint64_t number, uint32_t count, size_t size) {
  std::string batch = absl::StrCat(LittleEndian(number, 8), LittleEndian(count, 4));
  for (size_t i = 0; i < size; ++i) batch.push_back(static_cast<char>('a' + (number + i) % 23));
  return batch;
}

size_t WalForTest::Add(absl::string_view write) {
  const size_t header = kWalHeaderBytes + (log_number_.has_value() ? kWalNumberBytes : 0);
  for (bool begins = true, ends = false; !ends; begins = false) {
    size_t room = kWalBlockBytes - bytes_.size() % kWalBlockBytes;
    if (room < header) {
      bytes_.append(room, '\0');
      room = kWalBlockBytes;
    }
    const absl::string_view part = write.substr(0, std::min(write.size(), room - header));
    write.remove_prefix(part.size());
    ends = write.empty();
    AddFragment(PartOf(begins, ends), part);
  }
  return bytes_.size();
}

void WalForTest::AddFragment(WalPart part, absl::string_view payload) {
  std::string checked;
  checked.push_back(
      static_cast<char>(static_cast<int>(part) + (log_number_.has_value() ? kNumbered : 0)));
  if (log_number_.has_value()) absl::StrAppend(&checked, LittleEndian(*log_number_, 4));
  absl::StrAppend(&checked, payload);
  absl::StrAppend(&bytes_, LittleEndian(MaskedCrc32c(checked), 4), LittleEndian(payload.size(), 2),
                  checked);
}

}  // namespace fluxcascade
