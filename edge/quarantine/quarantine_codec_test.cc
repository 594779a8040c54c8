#include "edge/quarantine/quarantine_codec.h"

#include <string>

#include "common/crypto/encoding.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::HasSubstr;
using testing::Not;

class CountingRandom final : public Random {
 public:
  // Of a nonce: a0, a1, …
  void Fill(void* data, size_t size) override {
    for (size_t i = 0; i < size; ++i)
      static_cast<uint8_t*>(data)[i] = static_cast<uint8_t>(160 + i);
  }
};

std::string KeyLine() {
  std::string key;
  for (char i = 0; i < 32; ++i) key.push_back(i);
  return "k1 " + Base64Encode(key);
}

v1::QuarantinedRequest Request() {
  v1::QuarantinedRequest request;
  request.set_hook_id("hook-1");
  request.mutable_receive_time()->set_seconds(1767225600);
  request.set_method("POST");
  v1::Header& header = *request.add_headers();
  header.set_name("Authorization");
  header.set_value("Basic not-a-secret");
  request.set_body(std::string("\0\xff", 2));
  request.set_reason(v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH);
  return request;
}

class QuarantineCodecTest : public testing::Test {
 protected:
  absl::Status OpenError(const std::string& bytes, uint64_t number = 7) {
    return OpenQuarantined(bytes, number, keyring_).status();
  }

  CountingRandom random_;
  const Keyring keyring_ = *Keyring::Parse(KeyLine(), random_);
  const std::string sealed_ = SealQuarantined(Request(), 7, keyring_);
};

TEST_F(QuarantineCodecTest, WhatIsSealedOpens) {
  FC_ASSERT_OK_AND_ASSIGN(const v1::QuarantinedRequest opened,
                          OpenQuarantined(sealed_, 7, keyring_));
  EXPECT_EQ(opened.SerializeAsString(), Request().SerializeAsString());
  EXPECT_THAT(sealed_, Not(HasSubstr("not-a-secret")));
}

// The example in FORMAT.md.
TEST_F(QuarantineCodecTest, TheBytesStayAsTheyAre) {
  v1::QuarantinedRequest request;
  request.set_hook_id("hook-1");
  EXPECT_EQ(HexEncode(SealQuarantined(request, 1, keyring_)),
            "08011001"
            "1a026b31"
            "220ca0a1a2a3a4a5a6a7a8a9aaab"
            "2a18ec1e14422aa02f8e558062c308a49549ed1cc02ed28b4fd8");
}

TEST_F(QuarantineCodecTest, NamesAreNumbersIn16HexDigits) {
  EXPECT_EQ(QuarantineName(1), "0000000000000001");
  EXPECT_EQ(QuarantineName(~uint64_t{0}), "ffffffffffffffff");
}

TEST_F(QuarantineCodecTest, AnotherNumbersRecordDoesNotOpen) {
  EXPECT_THAT(OpenError(sealed_, 8), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(QuarantineCodecTest, NoByteMayBeChangedAndNoneMayBeMissing) {
  for (size_t i = 0; i < sealed_.size(); ++i) {
    std::string changed = sealed_;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenError(changed).ok()) << i;
    EXPECT_FALSE(OpenError(sealed_.substr(0, i)).ok()) << i;
  }
}

TEST_F(QuarantineCodecTest, AKeyThatIsGoneIsNamed) {
  FakeRandom random;
  const Keyring other = *Keyring::Parse(Keyring::NewKeyLine("k2", random), random);
  EXPECT_THAT(OpenQuarantined(sealed_, 7, other).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("'k1'")));
}

TEST_F(QuarantineCodecTest, ANewerVersionIsNamed) {
  v1::QuarantineRecord record;
  ASSERT_TRUE(record.ParseFromString(sealed_));
  record.set_version(2);
  EXPECT_THAT(OpenError(record.SerializeAsString()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("version 2")));
}

}  // namespace
}  // namespace fluxcascade::edge
