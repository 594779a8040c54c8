// The certificates that webhooks are taken with, as their files have them now.
#ifndef FLUXCASCADE_EDGE_TLS_SERVER_CERTIFICATES_H_
#define FLUXCASCADE_EDGE_TLS_SERVER_CERTIFICATES_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/file/file_stamp.h"
#include "common/mutex/mutex.h"
#include "common/net/tls_context.h"
#include "common/net/tls_ticket_keys.h"
#include "common/random/random.h"
#include "common/time/clock.h"

namespace fluxcascade::edge {

// Replaced whole: a connection has those that it began with to its end. Sessions outlive them: the
// ticket keys stay. Thread-safe, but for what is said to be for one thread.
class ServerCertificates {
 public:
  // `files`: paths. Errors as ServerTlsContext::Load's. An expired certificate is none: Ready tells
  // of it. `clock` and `random` outlive the certificates.
  static absl::StatusOr<std::unique_ptr<ServerCertificates>> Load(ServerTlsContext::Material files,
                                                                  const Clock& clock,
                                                                  Random& random);

  // For the next connection. Outlived by this object.
  std::shared_ptr<const ServerTlsContext> Get() const;

  // For one thread: whether a file is another than when it was last read.
  bool FilesChanged() const;

  // For one thread: reads the files. On an error, which names the file, what there was stays in
  // service; so it does when it has no expired certificate, and the files have one.
  absl::Status Reload();

  // Which certificate expires first.
  ServerTlsContext::Expiry FirstExpiry() const { return Get()->first_expiry(); }

  // kFailedPrecondition once a certificate has expired; names its file.
  absl::Status Ready() const;

  // Wipes the keys of tickets that are too old.
  void DropExpiredTicketKeys() { tickets_.DropExpired(); }

 private:
  ServerCertificates(ServerTlsContext::Material files, const Clock& clock, Random& random)
      : files_(std::move(files)), clock_(clock), tickets_(clock, random) {}

  absl::StatusOr<std::shared_ptr<const ServerTlsContext>> ReadFiles();
  std::vector<FileStamp> Stamps() const;

  const ServerTlsContext::Material files_;
  const Clock& clock_;
  TlsTicketKeys tickets_;
  std::vector<FileStamp> read_;

  mutable Mutex mutex_;
  std::shared_ptr<const ServerTlsContext> context_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_TLS_SERVER_CERTIFICATES_H_
