#include "edge/routing/config_copy_codec.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/random/random.h"
#include "common/status/status_matchers.h"
#include "edge/routing/config_copy_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

// FORMAT.md's example.
constexpr char kKeyLine[] = "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
constexpr char kOtherKeyLine[] = "k2 Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=\n";
constexpr size_t kHeaderBytes = 8 + 4 + 4 + 1 + 2 + 12;

class CountingRandom final : public Random {
 public:
  void Fill(void* data, size_t size) override {
    for (size_t i = 0; i < size; ++i) static_cast<char*>(data)[i] = static_cast<char>(0xa0 + i);
  }
};

v1::ConfigCopy SomeCopy() {
  v1::ConfigCopy copy;
  copy.mutable_config()->set_version(7);
  copy.mutable_receive_time()->set_seconds(1767225600);
  return copy;
}

class ConfigCopyCodecTest : public testing::Test {
 protected:
  Keyring KeyringOf(const std::string& lines) { return *Keyring::Parse(lines, random_); }

  CountingRandom random_;
};

TEST_F(ConfigCopyCodecTest, TheBytesAreThoseOfTheFormat) {
  const std::string bytes = SealConfigCopy(SomeCopy(), KeyringOf(kKeyLine));
  EXPECT_EQ(HexEncode(bytes.substr(0, kHeaderBytes)),
            "4643434f4e464947"  // FCCONFIG
            "00000001"          // version 1
            "00000001"          // sealed in version 1
            "02"
            "6b31"                        // k1
            "a0a1a2a3a4a5a6a7a8a9aaab");  // nonce
  EXPECT_EQ(HexEncode(bytes.substr(kHeaderBytes)),
            "ec1a742a57cd0a3f90b34dd5"            // ConfigCopy, encrypted
            "de6118d93e935856913ceeccbb2d0da1");  // tag
}

TEST_F(ConfigCopyCodecTest, WhatWasSealedOpens) {
  const std::string bytes = SealConfigCopy(SomeCopy(), KeyringOf(kKeyLine));
  FC_ASSERT_OK_AND_ASSIGN(const v1::ConfigCopy copy, OpenConfigCopy(bytes, KeyringOf(kKeyLine)));
  EXPECT_EQ(copy.SerializeAsString(), SomeCopy().SerializeAsString());
}

TEST_F(ConfigCopyCodecTest, NothingOfItCanBeReadWithoutTheKey) {
  v1::ConfigCopy copy = SomeCopy();
  copy.mutable_config()->add_hooks()->set_token("a-token-in-the-clear");
  EXPECT_THAT(SealConfigCopy(copy, KeyringOf(kKeyLine)), Not(HasSubstr("a-token-in-the-clear")));
}

TEST_F(ConfigCopyCodecTest, TheFirstKeySealsAndEachOpens) {
  const std::string old = SealConfigCopy(SomeCopy(), KeyringOf(kKeyLine));
  const Keyring both = KeyringOf(absl::StrCat(kOtherKeyLine, kKeyLine));
  FC_EXPECT_OK(OpenConfigCopy(old, both));
  FC_EXPECT_OK(OpenConfigCopy(SealConfigCopy(SomeCopy(), both), KeyringOf(kOtherKeyLine)));
}

TEST_F(ConfigCopyCodecTest, AMissingKeyIsNamed) {
  const std::string bytes = SealConfigCopy(SomeCopy(), KeyringOf(kKeyLine));
  EXPECT_THAT(OpenConfigCopy(bytes, KeyringOf(kOtherKeyLine)),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("the key 'k1'")));
}

TEST_F(ConfigCopyCodecTest, AnotherKeyOfTheSameIdOpensNothing) {
  const std::string bytes = SealConfigCopy(SomeCopy(), KeyringOf(kKeyLine));
  const std::string another = absl::StrCat("k1", absl::string_view(kOtherKeyLine).substr(2));
  EXPECT_THAT(OpenConfigCopy(bytes, KeyringOf(another)), StatusIs(StatusCode::kDataLoss));
}

TEST_F(ConfigCopyCodecTest, ANewerVersionIsRefusedByItsNumber) {
  std::string bytes = SealConfigCopy(SomeCopy(), KeyringOf(kKeyLine));
  bytes[kConfigCopyMagic.size() + 3] = 2;
  EXPECT_THAT(OpenConfigCopy(bytes, KeyringOf(kKeyLine)),
              StatusIs(StatusCode::kFailedPrecondition,
                       "it is of version 2; this program reads version 1"));
}

TEST_F(ConfigCopyCodecTest, EveryChangedByteIsNoticed) {
  const Keyring keyring = KeyringOf(kKeyLine);
  const std::string bytes = SealConfigCopy(SomeCopy(), keyring);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] ^= 1;
    EXPECT_THAT(OpenConfigCopy(changed, keyring), Not(IsOk())) << i;
  }
}

TEST_F(ConfigCopyCodecTest, EveryShorterFileIsNoticed) {
  const Keyring keyring = KeyringOf(kKeyLine);
  const std::string bytes = SealConfigCopy(SomeCopy(), keyring);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(OpenConfigCopy(bytes.substr(0, size), keyring), StatusIs(StatusCode::kDataLoss))
        << size;
  }
  EXPECT_THAT(OpenConfigCopy(bytes.substr(0, kHeaderBytes - 2), keyring),
              StatusIs(StatusCode::kDataLoss, "it ends at byte 29, where 2 more are to come"));
  EXPECT_THAT(OpenConfigCopy(bytes + "x", keyring), StatusIs(StatusCode::kDataLoss));
}

TEST_F(ConfigCopyCodecTest, AnotherFileIsNone) {
  EXPECT_THAT(OpenConfigCopy("k1 AAEC", KeyringOf(kKeyLine)),
              StatusIs(StatusCode::kDataLoss, "it is no copy of a configuration"));
}

TEST_F(ConfigCopyCodecTest, WhatWasSealedForSomethingElseDoesNotOpen) {
  const Keyring keyring = KeyringOf(kKeyLine);
  std::string bytes = SealConfigCopy(SomeCopy(), keyring).substr(0, kHeaderBytes);
  bytes += keyring.Seal(SomeCopy().SerializeAsString(), kConfigCopyResource, "secret").ciphertext;
  EXPECT_THAT(OpenConfigCopy(bytes, keyring), StatusIs(StatusCode::kDataLoss));
}

TEST_F(ConfigCopyCodecTest, WhatIsNoConfigurationIsNotTakenForOne) {
  const Keyring keyring = KeyringOf(kKeyLine);
  std::string bytes = SealConfigCopy(SomeCopy(), keyring).substr(0, kHeaderBytes);
  bytes += keyring.Seal("\xff", kConfigCopyResource, kConfigCopyField).ciphertext;
  EXPECT_THAT(OpenConfigCopy(bytes, keyring),
              StatusIs(StatusCode::kDataLoss, "what was sealed in it is no configuration"));
}

}  // namespace
}  // namespace fluxcascade::edge
