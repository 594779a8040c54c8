#include "common/net/tls_ticket_keys.h"

#include <openssl/cipher.h>
#include <openssl/hmac.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "common/random/fake_random.h"
#include "common/time/fake_clock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using Ticket = TlsTicketKeys::Ticket;

constexpr char kSession[] = "what a session is made of";

// As BoringSSL makes it of what the keys give.
struct Sealed {
  std::array<uint8_t, TlsTicketKeys::kNameSize> name;
  std::array<uint8_t, TlsTicketKeys::kIvSize> iv;
  std::string text;
  std::string mac;
};

std::string Run(EVP_CIPHER_CTX& cipher, const std::string& text) {
  std::string out(text.size() + EVP_MAX_BLOCK_LENGTH, '\0');
  auto* const data = reinterpret_cast<uint8_t*>(out.data());
  int size = 0;
  int rest = 0;
  if (EVP_CipherUpdate(&cipher, data, &size, reinterpret_cast<const uint8_t*>(text.data()),
                       static_cast<int>(text.size())) != 1 ||
      EVP_CipherFinal_ex(&cipher, data + size, &rest) != 1) {
    return "";
  }
  out.resize(size + rest);
  return out;
}

std::string Mac(HMAC_CTX& hmac, const std::string& text) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  HMAC_Update(&hmac, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  HMAC_Final(&hmac, mac.data(), &size);
  return std::string(mac.begin(), mac.begin() + size);
}

Sealed SealWith(TlsTicketKeys& keys) {
  bssl::ScopedEVP_CIPHER_CTX cipher;
  bssl::ScopedHMAC_CTX hmac;
  Sealed sealed;
  keys.Seal(sealed.name.data(), sealed.iv.data(), *cipher.get(), *hmac.get());
  sealed.text = Run(*cipher.get(), kSession);
  sealed.mac = Mac(*hmac.get(), sealed.text);
  return sealed;
}

// kUseless also when the keys open it to something else.
Ticket OpenWith(TlsTicketKeys& keys, const Sealed& sealed) {
  bssl::ScopedEVP_CIPHER_CTX cipher;
  bssl::ScopedHMAC_CTX hmac;
  const Ticket ticket = keys.Open(sealed.name.data(), sealed.iv.data(), *cipher.get(), *hmac.get());
  if (ticket == Ticket::kUseless) return ticket;
  EXPECT_EQ(Mac(*hmac.get(), sealed.text), sealed.mac);
  EXPECT_EQ(Run(*cipher.get(), sealed.text), kSession);
  return ticket;
}

class TlsTicketKeysTest : public testing::Test {
 protected:
  FakeClock clock_;
  FakeRandom random_;
  TlsTicketKeys keys_{clock_, random_};
};

TEST_F(TlsTicketKeysTest, OpensWhatItSealed) {
  EXPECT_EQ(OpenWith(keys_, SealWith(keys_)), Ticket::kGood);
}

TEST_F(TlsTicketKeysTest, NoTwoTicketsHaveTheSameIv) {
  const Sealed one = SealWith(keys_);
  const Sealed other = SealWith(keys_);
  EXPECT_EQ(one.name, other.name);
  EXPECT_NE(one.iv, other.iv);
  EXPECT_NE(one.text, other.text);
}

TEST_F(TlsTicketKeysTest, AKeySealsForTwelveHours) {
  const Sealed first = SealWith(keys_);
  clock_.Advance(absl::Hours(12) - absl::Seconds(1));
  EXPECT_EQ(SealWith(keys_).name, first.name);
  EXPECT_EQ(OpenWith(keys_, first), Ticket::kGood);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(OpenWith(keys_, first), Ticket::kOld);
  EXPECT_NE(SealWith(keys_).name, first.name);
}

TEST_F(TlsTicketKeysTest, AndOpensForTwelveMore) {
  const Sealed first = SealWith(keys_);
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  const Sealed second = SealWith(keys_);
  EXPECT_EQ(OpenWith(keys_, first), Ticket::kOld);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(OpenWith(keys_, first), Ticket::kUseless);
  EXPECT_EQ(OpenWith(keys_, second), Ticket::kGood);
}

TEST_F(TlsTicketKeysTest, TheLastTicketOfAKeyLivesAsLongAsTheFirst) {
  SealWith(keys_);
  clock_.Advance(TlsTicketKeys::kSealsFor - absl::Seconds(1));
  const Sealed last = SealWith(keys_);
  clock_.Advance(TlsTicketKeys::kTicketLife);
  EXPECT_EQ(OpenWith(keys_, last), Ticket::kOld);
}

TEST_F(TlsTicketKeysTest, TheMachinesTimeOfDayDoesNotCount) {
  const Sealed first = SealWith(keys_);
  clock_.SetWallTime(clock_.Now() + absl::Hours(1000));
  EXPECT_EQ(OpenWith(keys_, first), Ticket::kGood);
}

TEST_F(TlsTicketKeysTest, AKeyThatWasDroppedStaysUnknown) {
  const Sealed first = SealWith(keys_);
  keys_.DropExpired();
  EXPECT_EQ(OpenWith(keys_, first), Ticket::kGood);
  clock_.Advance(absl::Hours(24));
  keys_.DropExpired();
  EXPECT_EQ(OpenWith(keys_, first), Ticket::kUseless);
}

TEST_F(TlsTicketKeysTest, ATicketOfAnotherProcessIsUseless) {
  FakeRandom others_random{2};
  TlsTicketKeys other(clock_, others_random);
  SealWith(keys_);
  EXPECT_EQ(OpenWith(keys_, SealWith(other)), Ticket::kUseless);
}

TEST_F(TlsTicketKeysTest, ManyThreadsShareOneKey) {
  std::vector<Sealed> sealed(4);
  std::vector<std::thread> threads;
  for (Sealed& one : sealed) {
    threads.emplace_back([this, &one] {
      for (int i = 0; i < 100; ++i) one = SealWith(keys_);
      EXPECT_EQ(OpenWith(keys_, one), Ticket::kGood);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Sealed& one : sealed) EXPECT_EQ(one.name, sealed[0].name);
}

}  // namespace
}  // namespace fluxcascade
