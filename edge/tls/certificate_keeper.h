// What the certificates need from time to time: to be read again when their files change, and to be
// warned of before they expire.
#ifndef FLUXCASCADE_EDGE_TLS_CERTIFICATE_KEEPER_H_
#define FLUXCASCADE_EDGE_TLS_CERTIFICATE_KEEPER_H_

#include <atomic>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/periodic_thread.h"
#include "edge/tls/server_certificates.h"

namespace fluxcascade::edge {

// When what is due. No clock: `now` is monotonic. For one thread.
class CertificateCare {
 public:
  static constexpr absl::Duration kLookInterval = absl::Seconds(10);
  static constexpr absl::Duration kWarnBefore = absl::Hours(14 * 24);
  static constexpr absl::Duration kWarnInterval = absl::Hours(24);

  explicit CertificateCare(ServerCertificates& certificates) : certificates_(certificates) {}

  // Does what is due, and says when to come back. Files that can't be served are tried again at
  // every look, for what is wrong may not be in them; the log tells of them once a change.
  absl::Duration RunDue(absl::Duration now, absl::Time wall_time);

  // Reads the files, changed or not, and logs what came of it.
  void Reload() { Replace(/*tell_failure=*/true); }

 private:
  void Look();
  void Replace(bool tell_failure);
  void WarnOfExpiry(absl::Duration now, absl::Time wall_time);

  ServerCertificates& certificates_;
  bool failing_ = false;
  absl::Duration look_due_ = -absl::InfiniteDuration();
  absl::Duration warning_due_ = -absl::InfiniteDuration();
};

// Runs a CertificateCare on a thread of its own, from construction to destruction.
class CertificateKeeper {
 public:
  // Both outlive it.
  CertificateKeeper(ServerCertificates& certificates, const Clock& clock);

  // From any thread: they are read again soon, changed or not.
  void AskForReload();

 private:
  std::atomic<bool> asked_{false};
  CertificateCare care_;
  PeriodicThread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_TLS_CERTIFICATE_KEEPER_H_
