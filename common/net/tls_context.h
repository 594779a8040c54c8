// What a TLS server is: its certificates, their keys, and what it agrees to.
#ifndef FLUXCASCADE_COMMON_NET_TLS_CONTEXT_H_
#define FLUXCASCADE_COMMON_NET_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/server_names.h"
#include "common/net/tls_pem.h"
#include "common/net/tls_ticket_keys.h"
#include "common/time/clock.h"

namespace fluxcascade {

// Immutable and thread-safe. TLS 1.2 (forward secrecy and AEAD only) and 1.3, over X25519 or P-256.
// Chooses `http/1.1` where a client offers protocols by ALPN, and refuses one that offers only
// others (RFC 7301). Sessions are resumed by tickets, never with early data, which whoever recorded
// it could send again.
class ServerTlsContext {
 public:
  static constexpr size_t kMaxPairs = 64;

  struct Pair {
    // PEM: the server's certificate first, then its chain.
    std::string certificate_chain{};
    // PEM, without a passphrase.
    std::string private_key{};
  };

  struct Material {
    // 1 to kMaxPairs. A client gets the certificate for the name that it asks for by SNI: of those
    // that have the name, or else a wildcard for it, the first. One that asks for no name, or for
    // one that none has, gets the first of all.
    std::vector<Pair> pairs{};
    // PEM: the handshake fails unless the client shows a certificate that one of these has issued,
    // or is. Such sessions are not resumed: every connection shows its certificate, and an expired
    // one is refused. Empty: clients are not asked.
    std::string client_authorities{};
  };

  // Both outlive the context, and what is made with it.
  struct Surroundings {
    // Of several contexts that share them, each resumes the others' sessions. Null: none does.
    TlsTicketKeys* tickets = nullptr;
    const Clock* clock = &SystemClock();
  };

  // `files`: paths. kNotFound or kPermissionDenied when one can't be read, kInvalidArgument when
  // one does not hold what it should or a key is another certificate's; the message names the file,
  // never what is in it.
  static absl::StatusOr<std::shared_ptr<const ServerTlsContext>> Load(
      const Material& files, const Surroundings& surroundings);

  // The same from memory; messages say `certificate`, `private key` and `client authorities` for
  // the files' names.
  static absl::StatusOr<std::shared_ptr<const ServerTlsContext>> FromPem(
      const Material& pem, const Surroundings& surroundings);

  // A connection's state, ready to accept a handshake. The context must outlive the handshake.
  bssl::UniquePtr<SSL> NewServerSession() const;

  // Of the pairs' own certificates the one that expires first. Their chains don't count: clients
  // find other ways to their roots, and some chains hold an expired certificate for old ones.
  struct Expiry {
    absl::Time not_after = absl::InfiniteFuture();
    // What errors call it.
    std::string name{};
  };
  const Expiry& first_expiry() const { return first_expiry_; }

 private:
  struct Callbacks;
  struct PemPair {
    Pem chain;
    Pem key;
  };

  explicit ServerTlsContext(const Surroundings& surroundings) : surroundings_(surroundings) {}

  static absl::StatusOr<std::shared_ptr<const ServerTlsContext>> Create(
      const std::vector<PemPair>& pairs, const Pem& client_authorities,
      const Surroundings& surroundings);
  bssl::UniquePtr<SSL_CTX> NewContext();
  absl::Status AddPair(const PemPair& pair, const Pem& client_authorities);

  const Surroundings surroundings_;
  // One for each pair, alike but for their certificates. Sessions begin with the first.
  std::vector<bssl::UniquePtr<SSL_CTX>> contexts_;
  ServerNames names_;
  Expiry first_expiry_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TLS_CONTEXT_H_
