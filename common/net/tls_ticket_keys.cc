#include "common/net/tls_ticket_keys.h"

#include <openssl/cipher.h>
#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>

#include <array>
#include <cstring>
#include <utility>

#include "common/check/check.h"

namespace fluxcascade {

struct TlsTicketKeys::Key {
  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() {
    OPENSSL_cleanse(cipher.data(), cipher.size());
    OPENSSL_cleanse(hmac.data(), hmac.size());
  }

  absl::Duration made;
  std::array<uint8_t, kNameSize> name;
  std::array<uint8_t, 32> cipher;
  std::array<uint8_t, 32> hmac;
};

void TlsTicketKeys::Seal(uint8_t* name, uint8_t* iv, EVP_CIPHER_CTX& cipher, HMAC_CTX& hmac) {
  const std::shared_ptr<const Key> key = SealingKey();
  std::memcpy(name, key->name.data(), kNameSize);
  random_.Fill(iv, kIvSize);
  FC_CHECK(EVP_EncryptInit_ex(&cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1);
  FC_CHECK(HMAC_Init_ex(&hmac, key->hmac.data(), key->hmac.size(), EVP_sha256(), nullptr) == 1);
}

TlsTicketKeys::Ticket TlsTicketKeys::Open(const uint8_t* name, const uint8_t* iv,
                                          EVP_CIPHER_CTX& cipher, HMAC_CTX& hmac) {
  bool seals = false;
  const std::shared_ptr<const Key> key = Find(name, &seals);
  if (key == nullptr) return Ticket::kUseless;
  FC_CHECK(EVP_DecryptInit_ex(&cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1);
  FC_CHECK(HMAC_Init_ex(&hmac, key->hmac.data(), key->hmac.size(), EVP_sha256(), nullptr) == 1);
  return seals ? Ticket::kGood : Ticket::kOld;
}

void TlsTicketKeys::DropExpired() {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(mutex_);
  DropExpired(now);
}

std::shared_ptr<const TlsTicketKeys::Key> TlsTicketKeys::SealingKey() {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(mutex_);
  if (keys_.empty() || now - keys_.front()->made >= kSealsFor) {
    DropExpired(now);
    keys_.insert(keys_.begin(), NewKey(now));
  }
  return keys_.front();
}

std::shared_ptr<const TlsTicketKeys::Key> TlsTicketKeys::Find(const uint8_t* name, bool* seals) {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(mutex_);
  DropExpired(now);
  for (const std::shared_ptr<const Key>& key : keys_) {
    if (std::memcmp(key->name.data(), name, kNameSize) != 0) continue;
    *seals = now - key->made < kSealsFor;
    return key;
  }
  return nullptr;
}

std::shared_ptr<const TlsTicketKeys::Key> TlsTicketKeys::NewKey(absl::Duration now) {
  auto key = std::make_shared<Key>();
  key->made = now;
  random_.Fill(key->name.data(), key->name.size());
  random_.Fill(key->cipher.data(), key->cipher.size());
  random_.Fill(key->hmac.data(), key->hmac.size());
  return key;
}

void TlsTicketKeys::DropExpired(absl::Duration now) {
  while (!keys_.empty() && now - keys_.back()->made >= kSealsFor + kTicketLife) keys_.pop_back();
}

}  // namespace fluxcascade
