// For tests: write-ahead files made by hand, byte for byte as RocksDB writes them.
#ifndef FLUXCASCADE_COMMON_ROCKS_WAL_FOR_TEST_H_
#define FLUXCASCADE_COMMON_ROCKS_WAL_FOR_TEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/rocks/wal_fragment.h"

namespace fluxcascade {

// A batch of so many numbers from `number` on, with `size` bytes behind its header, none of them 0.
std::string BatchForTest(uint64_t number, uint32_t count, size_t size);

class WalForTest {
 public:
  // With a number: fragments bear it, as in files that are written over.
  explicit WalForTest(std::optional<uint32_t> log_number = std::nullopt)
      : log_number_(log_number) {}

  // Appends a write; gives where it ends.
  size_t Add(absl::string_view write);

  const std::string& bytes() const { return bytes_; }

 private:
  void AddFragment(WalPart part, absl::string_view payload);

  const std::optional<uint32_t> log_number_;
  std::string bytes_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_WAL_FOR_TEST_H_
