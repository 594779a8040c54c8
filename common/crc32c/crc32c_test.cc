#include "common/crc32c/crc32c.h"

#include <numeric>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

std::string Rising(size_t size) {
  std::string bytes(size, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  return bytes;
}

// RFC 3720, appendix B.4.
TEST(Crc32cTest, AgreesWithTheVectorsOfTheRfc) {
  const std::string rising = Rising(32);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(rising), 0x46dd794eu);
  EXPECT_EQ(Crc32c(std::string(rising.rbegin(), rising.rend())), 0x113fdb5cu);
}

TEST(Crc32cTest, NothingHasChecksumZero) { EXPECT_EQ(Crc32c(""), 0u); }

TEST(Crc32cTest, ExtendingGivesTheChecksumOfTheWhole) {
  const std::string bytes = Rising(100);
  for (size_t split = 0; split <= bytes.size(); ++split) {
    const absl::string_view whole = bytes;
    EXPECT_EQ(ExtendCrc32c(Crc32c(whole.substr(0, split)), whole.substr(split)), Crc32c(whole));
  }
}

TEST(Crc32cTest, TheProcessorsInstructionAndTheTableAgree) {
  const std::string bytes = Rising(100);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const absl::string_view part = absl::string_view(bytes).substr(0, size);
    EXPECT_EQ(internal::PortableExtendCrc32c(7, part), ExtendCrc32c(7, part)) << size;
  }
}

}  // namespace
}  // namespace fluxcascade
