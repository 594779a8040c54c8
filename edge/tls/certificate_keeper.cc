#include "edge/tls/certificate_keeper.h"

#include <string>

#include "common/logging/logging.h"

namespace fluxcascade::edge {
namespace {

std::string Written(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

}  // namespace

absl::Duration CertificateCare::RunDue(absl::Duration now, absl::Time wall_time) {
  if (now >= look_due_) {
    certificates_.DropExpiredTicketKeys();
    Look();
    look_due_ = now + kLookInterval;
  }
  WarnOfExpiry(now, wall_time);
  return look_due_;
}

void CertificateCare::Look() {
  const bool changed = certificates_.FilesChanged();
  if (changed || failing_) Replace(/*tell_failure=*/changed);
}

void CertificateCare::Replace(bool tell_failure) {
  const absl::Status status = certificates_.Reload();
  failing_ = !status.ok();
  if (failing_) {
    if (tell_failure) {
      Log(LogLevel::kError, "the certificates stay as they were", {{"error", status}});
    }
    return;
  }
  warning_due_ = -absl::InfiniteDuration();
  Log(LogLevel::kInfo, "the certificates were read again",
      {{"first_expiry", Written(certificates_.FirstExpiry().not_after)}});
}

void CertificateCare::WarnOfExpiry(absl::Duration now, absl::Time wall_time) {
  if (now < warning_due_) return;
  const ServerTlsContext::Expiry first = certificates_.FirstExpiry();
  if (first.not_after - wall_time > kWarnBefore) return;
  const bool expired = first.not_after <= wall_time;
  Log(expired ? LogLevel::kError : LogLevel::kWarning,
      expired ? "a certificate has expired" : "a certificate expires soon",
      {{"file", first.name}, {"not_after", Written(first.not_after)}});
  warning_due_ = now + kWarnInterval;
}

CertificateKeeper::CertificateKeeper(ServerCertificates& certificates, const Clock& clock)
    : care_(certificates),
      thread_(
          [this, &clock](absl::Duration now) {
            if (asked_.exchange(false)) care_.Reload();
            return care_.RunDue(now, clock.Now());
          },
          clock) {}

void CertificateKeeper::AskForReload() {
  asked_ = true;
  thread_.Wake();
}

}  // namespace fluxcascade::edge
