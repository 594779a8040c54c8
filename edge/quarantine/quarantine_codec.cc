#include "edge/quarantine/quarantine_codec.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {
namespace {

// What a ciphertext is bound to, besides its key's id and its number.
constexpr char kResource[] = "the edge's quarantine";

}  // namespace

std::string QuarantineName(uint64_t number) {
  return absl::StrCat(absl::Hex(number, absl::kZeroPad16));
}

std::string SealQuarantined(const v1::QuarantinedRequest& request, uint64_t number,
                            const Keyring& keyring) {
  const SealedSecret sealed =
      keyring.Seal(request.SerializeAsString(), kResource, QuarantineName(number));
  v1::QuarantineRecord record;
  record.set_version(kQuarantineVersion);
  record.set_seal_version(sealed.version);
  record.set_key_id(sealed.key_id);
  record.set_nonce(sealed.nonce);
  record.set_ciphertext(sealed.ciphertext);
  return record.SerializeAsString();
}

absl::StatusOr<v1::QuarantinedRequest> OpenQuarantined(absl::string_view bytes, uint64_t number,
                                                       const Keyring& keyring) {
  v1::QuarantineRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      record.version() == 0) {
    return absl::DataLossError("it is no record of a quarantine, or was cut short");
  }
  if (record.version() != kQuarantineVersion) {
    return absl::FailedPreconditionError(absl::StrCat("it is of version ", record.version(),
                                                      "; this program reads version ",
                                                      kQuarantineVersion));
  }
  const SealedSecret sealed{.version = record.seal_version(),
                            .key_id = record.key_id(),
                            .nonce = record.nonce(),
                            .ciphertext = record.ciphertext()};
  FC_ASSIGN_OR_RETURN(const std::string plain,
                      keyring.Open(sealed, kResource, QuarantineName(number)));
  v1::QuarantinedRequest request;
  if (!request.ParseFromString(plain)) {
    return absl::DataLossError("what was sealed in it is no request");
  }
  return request;
}

}  // namespace fluxcascade::edge
