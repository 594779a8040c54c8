#include "common/crypto/keyring.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kResource[] = "workspaces/default/apps/a";
constexpr char kField[] = "client_secret";

class KeyringTest : public testing::Test {
 protected:
  Keyring MustParse(const std::string& text) {
    absl::StatusOr<Keyring> keyring = Keyring::Parse(text, random_);
    EXPECT_THAT(keyring, IsOk());
    return *std::move(keyring);
  }
  absl::Status ParseError(const std::string& text) {
    return Keyring::Parse(text, random_).status();
  }

  FakeRandom random_;
  const std::string first_ = Keyring::NewKeyLine("first", random_);
  const std::string second_ = Keyring::NewKeyLine("second", random_);
};

TEST_F(KeyringTest, OpensWhatItSealed) {
  const Keyring keyring = MustParse(first_);
  for (const std::string& secret : {std::string(), std::string("fake-secret"),
                                    std::string("with\0zero", 9), std::string(100000, 'x')}) {
    EXPECT_THAT(keyring.Open(keyring.Seal(secret, kResource, kField), kResource, kField),
                IsOkAndHolds(secret));
  }
}

TEST_F(KeyringTest, SealedPartsHaveTheStatedShape) {
  const SealedSecret sealed = MustParse(first_).Seal("fake-secret", kResource, kField);
  EXPECT_EQ(sealed.version, 1u);
  EXPECT_EQ(sealed.key_id, "first");
  EXPECT_EQ(sealed.nonce.size(), 12u);
  EXPECT_EQ(sealed.ciphertext.size(), std::string("fake-secret").size() + 16);
  EXPECT_THAT(sealed.ciphertext, Not(HasSubstr("fake")));
}

TEST_F(KeyringTest, TheSameSecretSealedTwiceLooksDifferent) {
  const Keyring keyring = MustParse(first_);
  const SealedSecret one = keyring.Seal("fake-secret", kResource, kField);
  const SealedSecret two = keyring.Seal("fake-secret", kResource, kField);
  EXPECT_NE(one.nonce, two.nonce);
  EXPECT_NE(one.ciphertext, two.ciphertext);
}

TEST_F(KeyringTest, TheFirstKeyWritesAndAllRead) {
  const SealedSecret old = MustParse(first_).Seal("fake-secret", kResource, kField);
  const Keyring rotated = MustParse(second_ + first_);
  EXPECT_THAT(rotated.Open(old, kResource, kField), IsOkAndHolds("fake-secret"));
  EXPECT_EQ(rotated.Seal("x", kResource, kField).key_id, "second");
}

TEST_F(KeyringTest, AMissingKeyIsNamed) {
  const SealedSecret sealed = MustParse(first_).Seal("fake-secret", kResource, kField);
  EXPECT_THAT(MustParse(second_).Open(sealed, kResource, kField),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("'first'"), HasSubstr(kResource), HasSubstr(kField))));
}

TEST_F(KeyringTest, ALaterVersionIsRefusedByName) {
  const Keyring keyring = MustParse(first_);
  SealedSecret sealed = keyring.Seal("fake-secret", kResource, kField);
  sealed.version = 2;
  EXPECT_THAT(keyring.Open(sealed, kResource, kField),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("version 2")));
}

TEST_F(KeyringTest, WhatBelongsElsewhereDoesNotOpen) {
  const Keyring keyring = MustParse(first_);
  const SealedSecret sealed = keyring.Seal("fake-secret", "ab", "c");
  EXPECT_THAT(keyring.Open(sealed, "other", "c"), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(keyring.Open(sealed, "ab", "other"), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(keyring.Open(sealed, "a", "bc"), StatusIs(StatusCode::kDataLoss));
}

TEST_F(KeyringTest, WhatWasSealedUnderAnotherIdOfTheSameKeyDoesNotOpen) {
  const std::string same_key = absl::StrCat("renamed", first_.substr(first_.find(' ')));
  SealedSecret sealed = MustParse(first_).Seal("fake-secret", kResource, kField);
  sealed.key_id = "renamed";
  EXPECT_THAT(MustParse(same_key).Open(sealed, kResource, kField), StatusIs(StatusCode::kDataLoss));
}

TEST_F(KeyringTest, EveryChangedBitIsNoticed) {
  const Keyring keyring = MustParse(first_);
  const SealedSecret sealed = keyring.Seal("fake-secret", kResource, kField);
  for (size_t bit = 0; bit < 8 * sealed.ciphertext.size(); ++bit) {
    SealedSecret changed = sealed;
    changed.ciphertext[bit / 8] ^= static_cast<char>(1 << bit % 8);
    ASSERT_THAT(keyring.Open(changed, kResource, kField), StatusIs(StatusCode::kDataLoss)) << bit;
  }
  SealedSecret changed = sealed;
  changed.nonce[0] ^= 1;
  EXPECT_THAT(keyring.Open(changed, kResource, kField), StatusIs(StatusCode::kDataLoss));
}

TEST_F(KeyringTest, TornPartsAreDataLoss) {
  const Keyring keyring = MustParse(first_);
  SealedSecret sealed = keyring.Seal("fake-secret", kResource, kField);
  SealedSecret no_nonce = sealed;
  no_nonce.nonce.clear();
  EXPECT_THAT(keyring.Open(no_nonce, kResource, kField), StatusIs(StatusCode::kDataLoss));
  sealed.ciphertext.clear();
  EXPECT_THAT(keyring.Open(sealed, kResource, kField), StatusIs(StatusCode::kDataLoss));
}

TEST_F(KeyringTest, CommentsAndWhiteSpaceAreSkipped) {
  const Keyring keyring = MustParse("# made by hand\n\n  " + first_ + "\r\n# " + second_);
  EXPECT_EQ(keyring.Seal("x", kResource, kField).key_id, "first");
}

TEST_F(KeyringTest, AnEmptyKeyringIsRefused) {
  EXPECT_THAT(ParseError(""), StatusIs(StatusCode::kInvalidArgument, HasSubstr("no key")));
  EXPECT_THAT(ParseError("# only a comment\n"), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(KeyringTest, ErrorsNameTheLineAndNeverTheKey) {
  const std::string not_a_key = "notakeynotakeynotakey";
  for (const std::string& line :
       {absl::StrCat("third ", not_a_key), not_a_key, absl::StrCat("a b ", not_a_key),
        absl::StrCat("bad/id ", not_a_key), absl::StrCat(std::string(65, 'a'), " ", not_a_key)}) {
    EXPECT_THAT(ParseError(first_ + "# comment\n" + line),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("line 3"), Not(HasSubstr(not_a_key)))))
        << line;
  }
}

TEST_F(KeyringTest, AKeyIdGivenTwiceIsRefused) {
  EXPECT_THAT(ParseError(first_ + second_ + first_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("line 3")));
}

TEST_F(KeyringTest, AKeyOfAnotherLengthIsRefused) {
  EXPECT_THAT(ParseError("short AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n"),  // 31 bytes
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("32 bytes")));
}

}  // namespace
}  // namespace fluxcascade
