#include "common/rocks/torn_end.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rocks/wal_for_test.h"
#include "common/rocks/wal_fragment.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

// Spans four blocks.
constexpr size_t kLongWrite = 100'000;

class TornEndTest : public testing::Test {
 protected:
  // A write of a batch of three, with so many bytes.
  void Add(size_t size) {
    ends_.push_back(wal_.Add(BatchForTest(number_, 3, size)));
    number_ += 3;
  }
  const std::string& File() const { return wal_.bytes(); }
  // The end of the last write but `back`.
  size_t EndBefore(size_t back) const {
    return back < ends_.size() ? ends_[ends_.size() - 1 - back] : 0;
  }

  static absl::StatusOr<size_t> End(absl::string_view file) {
    return WholeWritesEnd(file, 12, WalContent::kBatches);
  }
  // `file` as it is found when the disk did not write one sector of what comes after `synced`.
  static std::string WithoutSector(std::string file, size_t at, size_t sector, size_t synced) {
    const size_t from = std::max(at / sector * sector, synced);
    const size_t to = std::min((at / sector + 1) * sector, file.size());
    if (from < to) std::fill(file.begin() + from, file.begin() + to, '\0');
    return file;
  }

  WalForTest wal_;
  uint64_t number_ = 1000;
  std::vector<size_t> ends_;
};

TEST_F(TornEndTest, AnEmptyFileIsWhole) { EXPECT_THAT(End(""), IsOkAndHolds(0u)); }

TEST_F(TornEndTest, WholeWritesAreLeftAlone) {
  for (const size_t size : {size_t{10}, kLongWrite, size_t{0}, kLongWrite, size_t{300}}) {
    Add(size);
    EXPECT_THAT(End(File()), IsOkAndHolds(File().size()));
  }
}

TEST_F(TornEndTest, ABlocksPaddingIsPartOfWhatIsWhole) {
  Add(kWalBlockBytes - kWalHeaderBytes - 12 - 5);
  const std::string padded = File() + std::string(5, '\0');
  EXPECT_THAT(End(padded), IsOkAndHolds(padded.size()));
}

TEST_F(TornEndTest, WhereverTheFileEndsItEndsWholeBehindItsLastWholeWrite) {
  // The second reaches into the next block.
  for (const size_t size : {size_t{32'600}, size_t{400}, size_t{20}, size_t{0}}) Add(size);
  for (size_t size = 32'500; size < File().size(); ++size) {
    size_t whole = 0;
    for (const size_t end : ends_) {
      if (end <= size) whole = end;
    }
    ASSERT_THAT(End(File().substr(0, size)), IsOkAndHolds(whole)) << size;
  }
}

TEST_F(TornEndTest, ALastWriteThatLacksASectorIsCutOff) {
  Add(700);
  Add(kLongWrite);
  Add(200);
  for (const size_t last : {size_t{60}, size_t{400}, size_t{3000}, kLongWrite}) {
    Add(last);
    for (const size_t sector : {size_t{512}, size_t{4096}}) {
      for (size_t at = EndBefore(1); at < File().size(); at += 512) {
        ASSERT_THAT(End(WithoutSector(File(), at, sector, EndBefore(1))),
                    IsOkAndHolds(EndBefore(1)))
            << last << " bytes, without the " << sector << " around " << at;
      }
    }
  }
}

TEST_F(TornEndTest, ALastWriteThatLacksASectorAndItsEndIsCutOff) {
  Add(700);
  Add(kLongWrite);
  for (size_t size = File().size() - 1; size > EndBefore(1) + 1000; size -= 977) {
    const std::string cut = File().substr(0, size);
    EXPECT_THAT(End(WithoutSector(cut, size - 900, 512, EndBefore(1))), IsOkAndHolds(EndBefore(1)));
  }
}

TEST_F(TornEndTest, OfTheOnlyWriteNothingIsLeft) {
  Add(3000);
  EXPECT_THAT(End(WithoutSector(File(), 0, 512, 0)), IsOkAndHolds(0u));
}

TEST_F(TornEndTest, ASectorLostBeforeTheLastWriteIsNotCut) {
  for (const size_t size : {size_t{700}, kLongWrite, size_t{2000}, size_t{90}, size_t{1500}}) {
    Add(size);
  }
  for (const size_t sector : {size_t{512}, size_t{4096}}) {
    for (size_t at = 0; at < EndBefore(1); at += 512) {
      const std::string damaged = WithoutSector(File(), at, sector, 0);
      // With the last write's beginning it would be as if that had begun at the damage.
      if ((at / sector + 1) * sector > EndBefore(1)) continue;
      ASSERT_THAT(End(damaged), StatusIs(StatusCode::kDataLoss)) << "at " << at;
    }
  }
}

// RocksDB skips the rest of a block where a header is zeros.
TEST_F(TornEndTest, WhatFollowsInTheSameBlockIsFoundThoughTheDamageHidesWhereItBegins) {
  for (int i = 0; i < 20; ++i) Add(190);
  EXPECT_THAT(End(WithoutSector(File(), EndBefore(10), 512, 0)),
              StatusIs(StatusCode::kDataLoss,
                       AllOf(HasSubstr("damaged at byte "), HasSubstr("what was written later"))));
}

TEST_F(TornEndTest, ALongWriteBehindTheDamageIsFoundByItsContinuations) {
  Add(700);
  Add(kLongWrite);
  Add(kLongWrite);
  // Of all three only continuations are left.
  std::string damaged = WithoutSector(File(), 0, 4096, 0);
  damaged = WithoutSector(damaged, EndBefore(1), 512, 0);
  EXPECT_THAT(End(damaged), StatusIs(StatusCode::kDataLoss));
}

TEST_F(TornEndTest, BytesBehindTheEndOfTheDamagedWriteAreLaterThoughNothingElseTellsSo) {
  Add(600);
  Add(2000);
  // The first one's end, and the second's header.
  EXPECT_THAT(End(WithoutSector(File(), 600, 512, 0)),
              StatusIs(StatusCode::kDataLoss, HasSubstr("what was written later")));
}

TEST_F(TornEndTest, AFlippedBitIsNothingThatAPowerCutDoes) {
  Add(300);
  Add(300);
  Add(1700);
  for (size_t at = 0; at < File().size(); ++at) {
    // A length that reaches beyond the end of the file looks like a file that ends too soon.
    if (at - EndBefore(1) == 4 || at - EndBefore(1) == 5) continue;
    std::string damaged = File();
    damaged[at] ^= 0x08;
    ASSERT_THAT(End(damaged), StatusIs(StatusCode::kDataLoss)) << at;
  }
}

TEST_F(TornEndTest, AnEarlierWriteWithoutItsEndIsRefused) {
  Add(kLongWrite);
  const std::string beginning = File().substr(0, kWalBlockBytes);
  WalForTest later;
  later.Add(BatchForTest(2000, 1, 100));
  EXPECT_THAT(End(beginning), IsOkAndHolds(0u));
  EXPECT_THAT(End(beginning + later.bytes()), StatusIs(StatusCode::kDataLoss));
}

TEST_F(TornEndTest, WhatAnOlderFileLeftBehindALostSectorIsNoLaterWrite) {
  WalForTest older;
  older.Add(BatchForTest(900, 3, 700));
  Add(2048 - kWalHeaderBytes - 12);
  const std::string file = absl::StrCat(File(), std::string(512, '\0'), older.bytes());
  EXPECT_THAT(End(file), IsOkAndHolds(2048u));
  WalForTest later;
  later.Add(BatchForTest(number_, 3, 700));
  EXPECT_THAT(End(absl::StrCat(File(), std::string(512, '\0'), later.bytes())),
              StatusIs(StatusCode::kDataLoss))
      << "by its number it is later";
}

// As in a file that was zeros before it was written.
TEST_F(TornEndTest, ZerosBehindWholeWritesAreCutOff) {
  for (const size_t size : {size_t{300}, kLongWrite, size_t{20}}) {
    Add(size);
    EXPECT_THAT(End(File() + std::string(200'000, '\0')), IsOkAndHolds(File().size()));
  }
}

TEST_F(TornEndTest, AFileOfZerosIsCutToNothing) {
  EXPECT_THAT(End(std::string(200'000, '\0')), IsOkAndHolds(0u));
}

TEST_F(TornEndTest, ALastWriteThatEndsInZerosIsCutOff) {
  Add(300);
  Add(kLongWrite);
  const size_t whole = EndBefore(1);
  for (size_t size = (whole / 512 + 1) * 512; size < File().size(); size += 512) {
    std::string torn = File().substr(0, size);
    torn.resize(200'000, '\0');
    ASSERT_THAT(End(torn), IsOkAndHolds(whole)) << size;
  }
}

TEST_F(TornEndTest, AFlippedBitBeforeZerosIsDamage) {
  Add(300);
  Add(1700);
  for (size_t at = 0; at < File().size(); ++at) {
    // Of the last write's length and type: zeros behind it may then be its own.
    if (at >= EndBefore(1) + 4 && at < EndBefore(1) + kWalHeaderBytes) continue;
    std::string damaged = File();
    damaged[at] ^= 0x08;
    damaged.resize(10'000, '\0');
    ASSERT_THAT(End(damaged), StatusIs(StatusCode::kDataLoss)) << at;
  }
}

class WrittenOverTest : public testing::Test {
 protected:
  WrittenOverTest() {
    old_.Add(BatchForTest(1, 1, 5000));
    new_.Add(BatchForTest(2, 1, 300));
  }

  WalForTest old_{11};
  WalForTest new_{12};
};

TEST_F(WrittenOverTest, TheFileEndsWhereTheOldOneShowsAgain) {
  const std::string whole = new_.bytes();
  WalForTest rest(11);
  rest.Add(BatchForTest(1, 1, 100));
  EXPECT_THAT(WholeWritesEnd(absl::StrCat(whole, rest.bytes()), 12, WalContent::kBatches),
              IsOkAndHolds(whole.size()));
}

TEST_F(WrittenOverTest, TheMiddleOfAnOldWriteIsTakenForDamage) {
  const std::string over = new_.bytes() + old_.bytes().substr(new_.bytes().size());
  EXPECT_THAT(WholeWritesEnd(over, 12, WalContent::kBatches), StatusIs(StatusCode::kDataLoss));
}

TEST(ManifestEndTest, WhateverIsWholeBehindTheDamageIsLater) {
  WalForTest manifest;
  manifest.Add("an edit");
  const size_t first = manifest.Add(std::string(600, 'x'));
  const std::string torn = manifest.bytes().substr(0, first - 5);
  EXPECT_THAT(WholeWritesEnd(torn, 0, WalContent::kManifestEdits),
              IsOkAndHolds(kWalHeaderBytes + 7u));
  manifest.Add("z");
  std::string damaged = manifest.bytes();
  damaged[20] ^= 1;
  EXPECT_THAT(WholeWritesEnd(damaged, 0, WalContent::kManifestEdits),
              StatusIs(StatusCode::kDataLoss));
}

}  // namespace
}  // namespace fluxcascade
