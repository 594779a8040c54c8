#include "common/gzip/gzip.h"

#include <string>

#include "common/gzip/gzip_for_test.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;

constexpr size_t kMax = 1 << 20;

TEST(GunzipTest, GivesWhatWasPacked) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100000, 'x')}) {
    EXPECT_THAT(Gunzip(Gzip(text), kMax), IsOkAndHolds(text));
  }
}

TEST(GunzipTest, UnpacksTheLimitAndNotOneByteMore) {
  const std::string packed = Gzip(std::string(100000, 'x'));
  EXPECT_THAT(Gunzip(packed, 100000), IsOk());
  EXPECT_THAT(Gunzip(packed, 99999),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("more than 99999 bytes")));
}

TEST(GunzipTest, ABombStopsAtTheLimit) {
  // A thousand times as large as it looks.
  EXPECT_THAT(Gunzip(Gzip(std::string(100 * kMax, '\0')), kMax),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(GunzipTest, MembersStandOneAfterTheOther) {
  EXPECT_THAT(Gunzip(Gzip("a") + Gzip("") + Gzip("b"), kMax), IsOkAndHolds(std::string("ab")));
}

TEST(GunzipTest, EveryBeginningIsCutOff) {
  const std::string packed = Gzip("some text");
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_THAT(Gunzip(packed.substr(0, size), kMax),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cut off")))
        << size;
  }
}

TEST(GunzipTest, WhatIsNoGzipIsRefused) {
  std::string damaged = Gzip("some text");
  damaged[damaged.size() - 5] ^= 1;  // of the checksum
  for (const std::string& bytes : {std::string("[{\"id\":1}]"), damaged, Gzip("a") + "more",
                                   std::string("\x78\x9c\x03\x00")}) {
    EXPECT_THAT(Gunzip(bytes, kMax),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("can't be read")));
  }
}

}  // namespace
}  // namespace fluxcascade
