// The bytes of a quarantine's record, as FORMAT.md has them. Pure.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_CODEC_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/keyring.h"
#include "fluxcascade/edge/v1/quarantine.pb.h"

namespace fluxcascade::edge {

inline constexpr uint32_t kQuarantineVersion = 1;

// Of a record's number: 16 hex digits in lower case. What is sealed is bound to it, and a file is
// named by that of its first record.
std::string QuarantineName(uint64_t number);

// With the keyring's writing key.
std::string SealQuarantined(const v1::QuarantinedRequest& request, uint64_t number,
                            const Keyring& keyring);

// kDataLoss: no such record, cut short, changed, or another number's. kFailedPrecondition: of
// another version, or its key, which is named, is not in the keyring.
absl::StatusOr<v1::QuarantinedRequest> OpenQuarantined(absl::string_view bytes, uint64_t number,
                                                       const Keyring& keyring);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_CODEC_H_
