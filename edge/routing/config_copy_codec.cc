#include "edge/routing/config_copy_codec.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/status/status_macros.h"
#include "edge/log/big_endian.h"
#include "edge/routing/config_copy_format.h"

namespace fluxcascade::edge {
namespace {

// Takes the parts of a file off its front, one after the other.
class Parts {
 public:
  explicit Parts(absl::string_view bytes) : whole_size_(bytes.size()), rest_(bytes) {}

  absl::StatusOr<absl::string_view> Take(size_t size) {
    if (size > rest_.size()) {
      return absl::DataLossError(absl::StrCat("it ends at byte ", whole_size_, ", where ",
                                              size - rest_.size(), " more are to come"));
    }
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  template <typename Unsigned>
  absl::StatusOr<Unsigned> TakeNumber() {
    FC_ASSIGN_OR_RETURN(const absl::string_view bytes, Take(sizeof(Unsigned)));
    return BigEndianAt<Unsigned>(bytes, 0);
  }

  absl::string_view rest() const { return rest_; }

 private:
  const size_t whole_size_;
  absl::string_view rest_;
};

absl::Status CheckVersion(uint32_t version) {
  if (version == kConfigCopyVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "it is of version ", version, "; this program reads version ", kConfigCopyVersion));
}

absl::StatusOr<SealedSecret> ParseHeader(absl::string_view bytes) {
  if (!absl::StartsWith(bytes, kConfigCopyMagic)) {
    return absl::DataLossError("it is no copy of a configuration");
  }
  Parts parts(bytes);
  FC_RETURN_IF_ERROR(parts.Take(kConfigCopyMagic.size()).status());
  FC_ASSIGN_OR_RETURN(const uint32_t version, parts.TakeNumber<uint32_t>());
  FC_RETURN_IF_ERROR(CheckVersion(version));
  SealedSecret sealed;
  FC_ASSIGN_OR_RETURN(sealed.version, parts.TakeNumber<uint32_t>());
  FC_ASSIGN_OR_RETURN(const uint8_t key_id_size, parts.TakeNumber<uint8_t>());
  FC_ASSIGN_OR_RETURN(const absl::string_view key_id, parts.Take(key_id_size));
  FC_ASSIGN_OR_RETURN(const absl::string_view nonce, parts.Take(kConfigCopyNonceBytes));
  sealed.key_id = std::string(key_id);
  sealed.nonce = std::string(nonce);
  sealed.ciphertext = std::string(parts.rest());
  return sealed;
}

}  // namespace

std::string SealConfigCopy(const v1::ConfigCopy& copy, const Keyring& keyring) {
  const SealedSecret sealed =
      keyring.Seal(copy.SerializeAsString(), kConfigCopyResource, kConfigCopyField);
  FC_CHECK(sealed.nonce.size() == kConfigCopyNonceBytes && sealed.key_id.size() <= UINT8_MAX);
  std::string bytes(kConfigCopyMagic);
  AppendBigEndian(kConfigCopyVersion, bytes);
  AppendBigEndian(sealed.version, bytes);
  AppendBigEndian(static_cast<uint8_t>(sealed.key_id.size()), bytes);
  absl::StrAppend(&bytes, sealed.key_id, sealed.nonce, sealed.ciphertext);
  return bytes;
}

absl::StatusOr<v1::ConfigCopy> OpenConfigCopy(absl::string_view bytes, const Keyring& keyring) {
  FC_ASSIGN_OR_RETURN(const SealedSecret sealed, ParseHeader(bytes));
  FC_ASSIGN_OR_RETURN(const std::string plain,
                      keyring.Open(sealed, kConfigCopyResource, kConfigCopyField));
  v1::ConfigCopy copy;
  if (!copy.ParseFromString(plain)) {
    return absl::DataLossError("what was sealed in it is no configuration");
  }
  return copy;
}

}  // namespace fluxcascade::edge
