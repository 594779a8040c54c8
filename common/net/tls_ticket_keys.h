// Keys that seal TLS session tickets (RFC 5077, RFC 8446 section 4.6.1), for as long as they may.
#ifndef FLUXCASCADE_COMMON_NET_TLS_TICKET_KEYS_H_
#define FLUXCASCADE_COMMON_NET_TLS_TICKET_KEYS_H_

#include <openssl/base.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"

namespace fluxcascade {

// Whoever has a key can read what was sent in the sessions of its tickets (in TLS 1.2 all of it),
// so keys live in memory alone, are replaced, and are wiped. A ticket of another process, or of
// this one before it was restarted, opens nothing.
//
// Thread-safe. One lock is held while a pointer is copied: nothing beside a handshake.
class TlsTicketKeys {
 public:
  // How long one key seals.
  static constexpr absl::Duration kSealsFor = absl::Hours(12);
  // How long every ticket can be opened at least, and the life to give to sessions. The key opens
  // for so much longer than it seals; then it is gone.
  static constexpr absl::Duration kTicketLife = absl::Hours(12);

  static constexpr size_t kNameSize = 16;
  static constexpr size_t kIvSize = 16;

  // Both outlive the keys. Ages are monotonic.
  TlsTicketKeys(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  TlsTicketKeys(const TlsTicketKeys&) = delete;
  TlsTicketKeys& operator=(const TlsTicketKeys&) = delete;

  // For BoringSSL's ticket callback: fills in the name of the key that seals now and a fresh IV,
  // and sets the two up to encrypt and authenticate with.
  void Seal(uint8_t* name, uint8_t* iv, EVP_CIPHER_CTX& cipher, HMAC_CTX& hmac);

  enum class Ticket {
    // Its key is unknown or gone: the handshake must be a full one.
    kUseless,
    kGood,
    // Good, and to be replaced by one of the present key.
    kOld,
  };
  // Sets the two up to decrypt and check with, unless the ticket is useless.
  Ticket Open(const uint8_t* name, const uint8_t* iv, EVP_CIPHER_CTX& cipher, HMAC_CTX& hmac);

  // Wipes keys that open nothing any more. To be called from time to time, so that they don't stay
  // for as long as nobody connects.
  void DropExpired();

 private:
  struct Key;

  std::shared_ptr<const Key> SealingKey();
  std::shared_ptr<const Key> Find(const uint8_t* name, bool* seals);
  std::shared_ptr<const Key> NewKey(absl::Duration now);
  void DropExpired(absl::Duration now) FC_REQUIRES(mutex_);

  const Clock& clock_;
  Random& random_;
  Mutex mutex_;
  // The newest first. Two at most: each outlives its sealing by no more than the next one seals.
  std::vector<std::shared_ptr<const Key>> keys_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TLS_TICKET_KEYS_H_
