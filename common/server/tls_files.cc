#include "common/server/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>  // completes the types of tls_context.h
#include <openssl/x509.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/net/tls_context.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

bool HoldsCertificate(const std::string& pem) {
  const bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const bssl::UniquePtr<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate != nullptr;
}

}  // namespace

absl::StatusOr<TlsPem> LoadTlsFiles(const TlsFiles& files) {
  TlsPem pem;
  if (files.certificate.empty() != files.key.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a certificate and its key go together, and only ",
                     files.key.empty() ? files.certificate : files.key, " was given"));
  }
  if (!files.certificate.empty()) {
    // Made for its checks alone.
    FC_RETURN_IF_ERROR(
        ServerTlsContext::Load({.pairs = {{files.certificate, files.key}}}, {}).status());
    FC_ASSIGN_OR_RETURN(pem.certificate, ReadFileToString(files.certificate));
    FC_ASSIGN_OR_RETURN(pem.key, ReadFileToString(files.key));
  }
  if (!files.authorities.empty()) {
    FC_ASSIGN_OR_RETURN(pem.authorities, ReadFileToString(files.authorities));
    if (!HoldsCertificate(pem.authorities)) {
      return absl::InvalidArgumentError(
          absl::StrCat(files.authorities, ": holds no certificate in PEM"));
    }
  }
  return pem;
}

}  // namespace fluxcascade
