#include "common/rocks/wal_fragment.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/rocks/wal_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using Part = WalPart;

std::string Wal(const std::string& write, std::optional<uint32_t> log_number = std::nullopt) {
  WalForTest wal(log_number);
  wal.Add(write);
  return wal.bytes();
}

TEST(WalFragmentTest, AWriteThatFitsItsBlockIsOneFragment) {
  const std::string file = Wal("a write");
  const std::optional<WalFragment> fragment = ParseWalFragment(file);
  ASSERT_TRUE(fragment.has_value());
  EXPECT_EQ(fragment->part, Part::kFull);
  EXPECT_EQ(fragment->payload, "a write");
  EXPECT_EQ(fragment->size, file.size());
  EXPECT_EQ(fragment->log_number, std::nullopt);
}

TEST(WalFragmentTest, InAFileThatIsWrittenOverItBearsTheFilesNumber) {
  const std::string file = Wal("a write", 77);
  EXPECT_EQ(file.size(), 11 + 7u);
  const std::optional<WalFragment> fragment = ParseWalFragment(file);
  ASSERT_TRUE(fragment.has_value());
  EXPECT_EQ(fragment->part, Part::kFull);
  EXPECT_EQ(fragment->payload, "a write");
  EXPECT_EQ(fragment->log_number, 77u);
}

TEST(WalFragmentTest, ALongWriteFillsItsBlocks) {
  const std::string file = Wal(std::string(2 * kWalBlockBytes, 'x'));
  const absl::string_view view = file;
  const std::vector<std::pair<size_t, Part>> parts = {
      {0, Part::kFirst}, {kWalBlockBytes, Part::kMiddle}, {2 * kWalBlockBytes, Part::kLast}};
  for (const auto& [at, part] : parts) {
    const std::optional<WalFragment> fragment = ParseWalFragment(view.substr(at, kWalBlockBytes));
    ASSERT_TRUE(fragment.has_value()) << at;
    EXPECT_EQ(fragment->part, part) << at;
  }
}

TEST(WalFragmentTest, WithAnyByteChangedOrMissingItIsNone) {
  const std::string file = Wal("a write", 77);
  for (size_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] ^= 0x10;
    EXPECT_FALSE(ParseWalFragment(damaged).has_value()) << at;
    EXPECT_FALSE(ParseWalFragment(file.substr(0, at)).has_value()) << at;
  }
}

TEST(WalFragmentTest, AHeaderSaysHowMuchComesWhetherItIsThereOrNot) {
  const std::string file = Wal("a write", 77);
  for (size_t size = 0; size < kWalHeaderBytes; ++size) {
    EXPECT_FALSE(ParseWalHeader(file.substr(0, size)).has_value()) << size;
  }
  const std::optional<WalHeader> header = ParseWalHeader(file.substr(0, kWalHeaderBytes));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->part, Part::kFull);
  EXPECT_TRUE(header->has_log_number);
  EXPECT_EQ(header->size, file.size());
  EXPECT_FALSE(ParseWalHeader(std::string(10, '\0')).has_value()) << "no type";
}

}  // namespace
}  // namespace fluxcascade
