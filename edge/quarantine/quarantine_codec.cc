#include "edge/quarantine/quarantine_codec.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {
namespace {

// What a ciphertext is bound to, besides its key's id and its number.
constexpr char kResource[] = "the edge's quarantine";

}  // namespace

std::string QuarantineFileName(uint64_t number) {
  return absl::StrCat(absl::Hex(number, absl::kZeroPad16));
}

std::string SealQuarantined(const v1::QuarantinedRequest& request, uint64_t number,
                            const Keyring& keyring) {
  const SealedSecret sealed =
      keyring.Seal(request.SerializeAsString(), kResource, QuarantineFileName(number));
  v1::QuarantineFile file;
  file.set_version(kQuarantineVersion);
  file.set_seal_version(sealed.version);
  file.set_key_id(sealed.key_id);
  file.set_nonce(sealed.nonce);
  file.set_ciphertext(sealed.ciphertext);
  return file.SerializeAsString();
}

absl::StatusOr<v1::QuarantinedRequest> OpenQuarantined(absl::string_view bytes, uint64_t number,
                                                       const Keyring& keyring) {
  v1::QuarantineFile file;
  if (!file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || file.version() == 0) {
    return absl::DataLossError("it is no file of a quarantine, or was cut short");
  }
  if (file.version() != kQuarantineVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "it is of version ", file.version(), "; this program reads version ", kQuarantineVersion));
  }
  const SealedSecret sealed{.version = file.seal_version(),
                            .key_id = file.key_id(),
                            .nonce = file.nonce(),
                            .ciphertext = file.ciphertext()};
  FC_ASSIGN_OR_RETURN(const std::string plain,
                      keyring.Open(sealed, kResource, QuarantineFileName(number)));
  v1::QuarantinedRequest request;
  if (!request.ParseFromString(plain)) {
    return absl::DataLossError("what was sealed in it is no request");
  }
  return request;
}

}  // namespace fluxcascade::edge
