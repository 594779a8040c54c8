#include "edge/tls/server_certificates.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {
namespace {

absl::Status CheckNotExpired(const ServerTlsContext& context, absl::Time now) {
  const ServerTlsContext::Expiry& first = context.first_expiry();
  if (now < first.not_after) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the certificate in ", first.name, " has expired, at ",
                   absl::FormatTime(absl::RFC3339_sec, first.not_after, absl::UTCTimeZone())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerCertificates>> ServerCertificates::Load(
    ServerTlsContext::Material files, const Clock& clock, Random& random) {
  std::unique_ptr<ServerCertificates> made(new ServerCertificates(std::move(files), clock, random));
  FC_ASSIGN_OR_RETURN(std::shared_ptr<const ServerTlsContext> context, made->ReadFiles());
  MutexLock lock(made->mutex_);
  made->context_ = std::move(context);
  return made;
}

std::shared_ptr<const ServerTlsContext> ServerCertificates::Get() const {
  MutexLock lock(mutex_);
  return context_;
}

bool ServerCertificates::FilesChanged() const { return Stamps() != read_; }

absl::Status ServerCertificates::Reload() {
  FC_ASSIGN_OR_RETURN(std::shared_ptr<const ServerTlsContext> next, ReadFiles());
  const absl::Time now = clock_.Now();
  if (CheckNotExpired(*Get(), now).ok()) FC_RETURN_IF_ERROR(CheckNotExpired(*next, now));
  MutexLock lock(mutex_);
  context_.swap(next);
  return absl::OkStatus();
}

absl::Status ServerCertificates::Ready() const { return CheckNotExpired(*Get(), clock_.Now()); }

absl::StatusOr<std::shared_ptr<const ServerTlsContext>> ServerCertificates::ReadFiles() {
  // Before they are read: what is written meanwhile shows as a change.
  read_ = Stamps();
  return ServerTlsContext::Load(files_, {.tickets = &tickets_, .clock = &clock_});
}

std::vector<FileStamp> ServerCertificates::Stamps() const {
  std::vector<FileStamp> stamps;
  for (const ServerTlsContext::Pair& pair : files_.pairs) {
    stamps.push_back(StampOf(pair.certificate_chain));
    stamps.push_back(StampOf(pair.private_key));
  }
  if (!files_.client_authorities.empty()) stamps.push_back(StampOf(files_.client_authorities));
  return stamps;
}

}  // namespace fluxcascade::edge
