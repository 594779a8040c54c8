#include "common/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "common/net/certificate.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

// TLS 1.3's suites are fixed by BoringSSL: all three are fit.
constexpr char kTls12Suites[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// Which of the two is the client's to choose: it has sent a key share for the one it likes, and
// asking it for the other costs a round trip.
constexpr char kGroups[] = "X25519:P-256";
constexpr uint8_t kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int SelectProtocol(SSL*, const uint8_t** chosen, uint8_t* chosen_size, const uint8_t* offered,
                   unsigned offered_size, void*) {
  uint8_t* match = nullptr;
  if (SSL_select_next_proto(&match, chosen_size, kProtocols, sizeof(kProtocols), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

void SetWhatIsSpoken(SSL_CTX* context) {
  FC_CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
  FC_CHECK(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
  FC_CHECK(SSL_CTX_set_strict_cipher_list(context, kTls12Suites) == 1);
  FC_CHECK(SSL_CTX_set1_curves_list(context, kGroups) == 1);
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, nullptr);
}

void SetHowSessionsAreKept(SSL_CTX* context) {
  // Tickets carry the session; a cache in memory would be shared, and locked, by all loops.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_early_data_enabled(context, 0);
  // BoringSSL would seal two. Senders keep their connections; one that comes back has a ticket, and
  // gets the next with it.
  SSL_CTX_set_num_tickets(context, 1);
  const auto life = static_cast<uint32_t>(absl::ToInt64Seconds(TlsTicketKeys::kTicketLife));
  SSL_CTX_set_timeout(context, life);
  SSL_CTX_set_session_psk_dhe_timeout(context, life);
  // Of a client's certificates a connection would otherwise hold the whole chain.
  SSL_CTX_set_retain_only_sha256_of_client_certs(context, 1);
}

}  // namespace

struct ServerTlsContext::Callbacks {
  static int Index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }

  static const ServerTlsContext& Of(const SSL* session) {
    return *static_cast<const ServerTlsContext*>(
        SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), Index()));
  }

  static ssl_select_cert_result_t SelectCertificate(const SSL_CLIENT_HELLO* hello) {
    const ServerTlsContext& own = Of(hello->ssl);
    const char* const asked_for = SSL_get_servername(hello->ssl, TLSEXT_NAMETYPE_host_name);
    if (asked_for == nullptr) return ssl_select_cert_success;
    if (const std::optional<size_t> index = own.names_.Find(asked_for)) {
      FC_CHECK(SSL_set_SSL_CTX(hello->ssl, own.contexts_[*index].get()) != nullptr);
    }
    return ssl_select_cert_success;
  }

  static int SealOrOpenTicket(SSL* session, uint8_t* name, uint8_t* iv, EVP_CIPHER_CTX* cipher,
                              HMAC_CTX* hmac, int seal) {
    TlsTicketKeys& tickets = *Of(session).surroundings_.tickets;
    if (seal != 0) {
      tickets.Seal(name, iv, *cipher, *hmac);
      return 1;
    }
    switch (tickets.Open(name, iv, *cipher, *hmac)) {
      case TlsTicketKeys::Ticket::kUseless:
        return 0;
      case TlsTicketKeys::Ticket::kGood:
        return 1;
      case TlsTicketKeys::Ticket::kOld:
        return 2;
    }
    return 0;
  }

  static int VerifyClient(X509_STORE_CTX* chain, void* clock) {
    const absl::Time now = static_cast<const Clock*>(clock)->Now();
    X509_STORE_CTX_set_time(chain, 0, absl::ToTimeT(now));
    return X509_verify_cert(chain);
  }
};

absl::StatusOr<std::shared_ptr<const ServerTlsContext>> ServerTlsContext::Load(
    const Material& files, const Surroundings& surroundings) {
  std::vector<PemPair> pairs;
  for (const Pair& pair : files.pairs) {
    FC_ASSIGN_OR_RETURN(Pem chain, ReadPem(pair.certificate_chain));
    FC_ASSIGN_OR_RETURN(Pem key, ReadPem(pair.private_key));
    pairs.push_back({std::move(chain), std::move(key)});
  }
  Pem client_authorities;
  if (!files.client_authorities.empty()) {
    FC_ASSIGN_OR_RETURN(client_authorities, ReadPem(files.client_authorities));
  }
  return Create(pairs, client_authorities, surroundings);
}

absl::StatusOr<std::shared_ptr<const ServerTlsContext>> ServerTlsContext::FromPem(
    const Material& pem, const Surroundings& surroundings) {
  std::vector<PemPair> pairs;
  for (const Pair& pair : pem.pairs) {
    pairs.push_back({{"certificate", pair.certificate_chain}, {"private key", pair.private_key}});
  }
  Pem client_authorities;
  if (!pem.client_authorities.empty()) {
    client_authorities = {"client authorities", pem.client_authorities};
  }
  return Create(pairs, client_authorities, surroundings);
}

absl::StatusOr<std::shared_ptr<const ServerTlsContext>> ServerTlsContext::Create(
    const std::vector<PemPair>& pairs, const Pem& client_authorities,
    const Surroundings& surroundings) {
  if (pairs.empty() || pairs.size() > kMaxPairs) {
    return absl::InvalidArgumentError(
        absl::StrCat(pairs.size(), " certificates: the number is not within 1 to ", kMaxPairs));
  }
  std::shared_ptr<ServerTlsContext> made(new ServerTlsContext(surroundings));
  for (const PemPair& pair : pairs) FC_RETURN_IF_ERROR(made->AddPair(pair, client_authorities));
  if (made->contexts_.size() > 1) {
    SSL_CTX_set_select_certificate_cb(made->contexts_.front().get(), Callbacks::SelectCertificate);
  }
  return made;
}

bssl::UniquePtr<SSL_CTX> ServerTlsContext::NewContext() {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  FC_CHECK(context != nullptr);
  FC_CHECK(SSL_CTX_set_ex_data(context.get(), Callbacks::Index(), this) == 1);
  SetWhatIsSpoken(context.get());
  SetHowSessionsAreKept(context.get());
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

absl::Status ServerTlsContext::AddPair(const PemPair& pair, const Pem& client_authorities) {
  bssl::UniquePtr<SSL_CTX> context = NewContext();
  FC_RETURN_IF_ERROR(UseChain(*context, pair.chain));
  FC_RETURN_IF_ERROR(UseKey(*context, pair.key, pair.chain));
  const bool clients_known = !client_authorities.name.empty();
  if (clients_known) {
    FC_RETURN_IF_ERROR(RequireClientCertificates(*context, client_authorities));
    SSL_CTX_set_cert_verify_callback(context.get(), Callbacks::VerifyClient,
                                     const_cast<Clock*>(surroundings_.clock));
  }
  if (clients_known || surroundings_.tickets == nullptr) {
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  } else {
    SSL_CTX_set_tlsext_ticket_key_cb(context.get(), Callbacks::SealOrOpenTicket);
  }
  const X509& own = *SSL_CTX_get0_certificate(context.get());
  for (const std::string& name : DnsNamesOf(own)) names_.Add(name, contexts_.size());
  const absl::Time not_after = NotAfterOf(own);
  if (not_after < first_expiry_.not_after) first_expiry_ = {not_after, pair.chain.name};
  contexts_.push_back(std::move(context));
  return absl::OkStatus();
}

bssl::UniquePtr<SSL> ServerTlsContext::NewServerSession() const {
  bssl::UniquePtr<SSL> session(SSL_new(contexts_.front().get()));
  FC_CHECK(session != nullptr);
  // What only the handshake needs is freed after it: idle connections are many.
  SSL_set_shed_handshake_config(session.get(), 1);
  SSL_set_accept_state(session.get());
  return session;
}

}  // namespace fluxcascade
