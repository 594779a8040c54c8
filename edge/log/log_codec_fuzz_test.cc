// Whatever the bytes, they are read as what was written or refused as damaged; and what has the
// right checksums, but was never written by us, is read without harm.

#include <cstdint>
#include <string>

#include "common/check/check.h"
#include "common/crc32c/crc32c.h"
#include "common/log_chain/log_chain.h"
#include "edge/log/ack_history.h"
#include "edge/log/big_endian.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_format.h"

namespace fluxcascade::edge {
namespace {

constexpr uint64_t kSequence = 7;

bool IsDamage(const absl::Status& status) { return absl::IsDataLoss(status); }

std::string Checksum(absl::string_view covered) {
  std::string checksum;
  AppendBigEndian(Crc32c(covered), checksum);
  return checksum;
}

// Another one for another input, so that in the end every bit has its turn.
std::string WithOneBitChanged(std::string bytes) {
  const uint32_t which = Crc32c(bytes) % (bytes.size() * 8);
  bytes[which / 8] = static_cast<char>(bytes[which / 8] ^ (1 << which % 8));
  return bytes;
}

void CheckPoint(absl::string_view bytes) {
  const auto check = [](absl::string_view encoded) {
    const absl::StatusOr<LogPoint> point = DecodePoint(encoded, "head");
    FC_CHECK(point.ok() ? EncodePoint(*point) == encoded : IsDamage(point.status()));
    return point.ok();
  };
  check(bytes);
  const std::string encoded = Checksum(bytes) + std::string(bytes);
  FC_CHECK(check(encoded) == (encoded.size() == kPointBytes));
  FC_CHECK(!check(WithOneBitChanged(encoded)));
}

void CheckAcks(absl::string_view bytes) {
  const auto check = [](absl::string_view encoded) {
    const absl::StatusOr<AckHistory> acks = AckHistory::Decode(encoded);
    FC_CHECK(acks.ok() ? acks->Encode() == encoded : IsDamage(acks.status()));
    return acks.ok();
  };
  check(bytes);
  const std::string encoded = Checksum(bytes) + std::string(bytes);
  FC_CHECK(check(encoded) == (bytes.size() % 16 == 0));
  FC_CHECK(!check(WithOneBitChanged(encoded)));
}

// As a record's header and the request behind it, with checksums made right.
void CheckForeignRecord(absl::string_view bytes) {
  if (bytes.size() < kRecordHeaderBytes) {
    FC_CHECK(IsDamage(ParseRecord(kSequence, bytes).status()));
    return;
  }
  std::string value(bytes);
  value.replace(kRequestChecksumAt, 4, Checksum(bytes.substr(kRecordHeaderBytes)));
  const std::string header =
      value.substr(kRequestChecksumAt, kRecordHeaderBytes - kRequestChecksumAt);
  value.replace(kHeaderChecksumAt, 4, Checksum(EncodeKey(kSequence) + header));

  const absl::StatusOr<RecordView> record = ParseRecord(kSequence, value);
  FC_CHECK(record.ok() && record->request == bytes.substr(kRecordHeaderBytes));
  FC_CHECK(IsDamage(ParseRecord(kSequence + 1, value).status()));
  FC_CHECK(IsDamage(ParseRecord(kSequence, WithOneBitChanged(value)).status()));
  // libFuzzer takes operands of comparisons into its inputs, so now and then the chain is right.
  const LogPoint point = {.sequence = kSequence, .chain = {}, .offset = record->offset};
  const absl::Status stands = CheckStandsAt(*record, point);
  const bool continues = record->chain == NextChain(point.chain, kSequence, record->request);
  FC_CHECK(continues ? stands.ok() : IsDamage(stands));
  const absl::StatusOr<v1::LoggedRequest> request = ToRequest(*record);
  FC_CHECK(request.ok() ? request->sequence() == kSequence : IsDamage(request.status()));
}

void CheckOwnRecord(absl::string_view body) {
  v1::LoggedRequest request;
  request.set_hook_id("hook");
  request.set_body(std::string(body));
  LogPoint point = BeginningOf("00112233445566778899aabbccddeeff");
  const LogPoint before = point;
  const std::string value = EncodeRecord(Seal(request), point);
  const absl::StatusOr<RecordView> record = ParseRecord(before.sequence, value);
  FC_CHECK(record.ok() && CheckStandsAt(*record, before).ok() && record->End() == point);
  const absl::StatusOr<v1::LoggedRequest> read = ToRequest(*record);
  FC_CHECK(read.ok() && read->hook_id() == "hook" && read->body() == body);
  FC_CHECK(!ParseRecord(before.sequence, WithOneBitChanged(value)).ok());
}

void CheckOne(absl::string_view bytes) {
  const absl::StatusOr<uint64_t> sequence = DecodeKey(bytes);
  FC_CHECK(sequence.ok() ? EncodeKey(*sequence) == bytes : IsDamage(sequence.status()));
  CheckPoint(bytes);
  CheckAcks(bytes);
  CheckForeignRecord(bytes);
  CheckOwnRecord(bytes);
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
