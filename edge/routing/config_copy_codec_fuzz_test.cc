// Whatever lies where the copy of the configuration should: it is refused, unless it is what was
// sealed there; and what is no configuration, but was sealed with the right key, does no harm.

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/crypto/keyring.h"
#include "common/random/fake_random.h"
#include "edge/log/big_endian.h"
#include "edge/routing/config_copy_codec.h"
#include "edge/routing/config_copy_format.h"

namespace fluxcascade::edge {
namespace {

const Keyring& TestKeyring() {
  static FakeRandom random;
  static const Keyring keyring = *Keyring::Parse(Keyring::NewKeyLine("k1", random), random);
  return keyring;
}

bool IsRefused(absl::string_view bytes) {
  const absl::Status status = OpenConfigCopy(bytes, TestKeyring()).status();
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

// A file as FORMAT.md has it, around anything.
std::string Sealed(absl::string_view plain) {
  const SealedSecret sealed = TestKeyring().Seal(plain, kConfigCopyResource, kConfigCopyField);
  std::string bytes(kConfigCopyMagic);
  AppendBigEndian(kConfigCopyVersion, bytes);
  AppendBigEndian(sealed.version, bytes);
  AppendBigEndian(static_cast<uint8_t>(sealed.key_id.size()), bytes);
  absl::StrAppend(&bytes, sealed.key_id, sealed.nonce, sealed.ciphertext);
  return bytes;
}

void CheckOne(absl::string_view input) {
  // As the file, and as what follows the only beginning that is looked behind.
  FC_CHECK(IsRefused(input));
  std::string begun(kConfigCopyMagic);
  AppendBigEndian(kConfigCopyVersion, begun);
  FC_CHECK(IsRefused(absl::StrCat(begun, input)));

  std::string file = Sealed(input);
  const absl::StatusOr<v1::ConfigCopy> opened = OpenConfigCopy(file, TestKeyring());
  v1::ConfigCopy copy;
  FC_CHECK(opened.ok() == copy.ParseFromString(std::string(input)));
  if (opened.ok()) {
    FC_CHECK(opened->SerializeAsString() == copy.SerializeAsString());
    FC_CHECK(OpenConfigCopy(SealConfigCopy(copy, TestKeyring()), TestKeyring()).ok());
  } else {
    FC_CHECK(absl::IsDataLoss(opened.status()));
  }

  const size_t at = input.empty() ? 0 : static_cast<uint8_t>(input[0]) * 31 % file.size();
  FC_CHECK(IsRefused(file.substr(0, at)));
  file[at] = static_cast<char>(file[at] ^ 1);
  FC_CHECK(IsRefused(file));
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
