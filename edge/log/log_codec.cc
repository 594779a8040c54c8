#include "edge/log/log_codec.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/crc32c/crc32c.h"
#include "common/log_chain/log_chain.h"
#include "common/status/status_macros.h"
#include "edge/log/big_endian.h"
#include "edge/log/log_format.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {
namespace {

// The sequence is covered too, so that a value under the wrong key is seen.
uint32_t HeaderChecksum(uint64_t sequence, absl::string_view value) {
  const absl::string_view covered =
      value.substr(kRequestChecksumAt, kRecordHeaderBytes - kRequestChecksumAt);
  return ExtendCrc32c(Crc32c(EncodeKey(sequence)), covered);
}

absl::Status Damaged(uint64_t sequence, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("request ", sequence, " of the log: ", what));
}

}  // namespace

LogPoint BeginningOf(absl::string_view log_id) {
  return {.sequence = 1, .chain = FirstChain(log_id), .offset = 0};
}

SealedRequest Seal(v1::LoggedRequest request) {
  SealedRequest sealed = {.bytes = BytesInChain(std::move(request))};
  sealed.checksum = Crc32c(sealed.bytes);
  return sealed;
}

std::string EncodeKey(uint64_t sequence) {
  std::string key;
  AppendBigEndian(sequence, key);
  return key;
}

absl::StatusOr<uint64_t> DecodeKey(absl::string_view key) {
  if (key.size() != kSequenceBytes) {
    return absl::DataLossError(
        absl::StrCat("a key of the log is ", key.size(), " bytes long, not ", kSequenceBytes));
  }
  return BigEndianAt<uint64_t>(key, 0);
}

uint64_t RecordSize(size_t request_bytes) {
  return kSequenceBytes + kRecordHeaderBytes + request_bytes;
}

std::string EncodeRecord(const SealedRequest& request, LogPoint& point) {
  const Chain chain = NextChain(point.chain, point.sequence, request.bytes);
  std::string value;
  value.reserve(kRecordHeaderBytes + request.bytes.size());
  AppendBigEndian<uint32_t>(0, value);
  AppendBigEndian(request.checksum, value);
  AppendBigEndian(point.offset, value);
  value.append(chain.data(), chain.size());
  std::string checksum;
  AppendBigEndian(HeaderChecksum(point.sequence, value), checksum);
  value.replace(kHeaderChecksumAt, checksum.size(), checksum);
  value.append(request.bytes);

  point = {.sequence = point.sequence + 1,
           .chain = chain,
           .offset = point.offset + RecordSize(request.bytes.size())};
  return value;
}

LogPoint RecordView::End() const {
  return {.sequence = sequence + 1, .chain = chain, .offset = offset + RecordSize(request.size())};
}

absl::StatusOr<RecordView> ParseRecord(uint64_t sequence, absl::string_view value) {
  if (value.size() < kRecordHeaderBytes) {
    return Damaged(sequence, absl::StrCat("it is ", value.size(), " bytes long, of at least ",
                                          kRecordHeaderBytes));
  }
  if (BigEndianAt<uint32_t>(value, kHeaderChecksumAt) != HeaderChecksum(sequence, value)) {
    return Damaged(sequence, absl::StrCat("bytes ", kRequestChecksumAt, " to ",
                                          kRecordHeaderBytes - 1, " do not match their checksum"));
  }
  const absl::string_view request = value.substr(kRecordHeaderBytes);
  if (BigEndianAt<uint32_t>(value, kRequestChecksumAt) != Crc32c(request)) {
    return Damaged(sequence, absl::StrCat("the ", request.size(), " bytes from byte ",
                                          kRecordHeaderBytes, " on do not match their checksum"));
  }
  return RecordView{.sequence = sequence,
                    .chain = ChainOf(value.substr(kChainAt)),
                    .offset = BigEndianAt<uint64_t>(value, kOffsetAt),
                    .request = request};
}

absl::Status CheckStandsAt(const RecordView& record, const LogPoint& point) {
  if (record.sequence != point.sequence) {
    return Damaged(point.sequence,
                   absl::StrCat("it is missing; the next there is is ", record.sequence));
  }
  if (record.offset != point.offset) {
    return Damaged(record.sequence, absl::StrCat("it begins at offset ", record.offset,
                                                 ", the one before ends at ", point.offset));
  }
  if (record.chain != NextChain(point.chain, record.sequence, record.request)) {
    return Damaged(record.sequence, "its chain does not continue that of the one before");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::LoggedRequest> ToRequest(const RecordView& record) {
  v1::LoggedRequest request;
  if (!request.ParseFromArray(record.request.data(), static_cast<int>(record.request.size()))) {
    return Damaged(record.sequence, "its bytes are no LoggedRequest");
  }
  request.set_sequence(record.sequence);
  request.set_chain(record.chain.data(), record.chain.size());
  return request;
}

std::string EncodePoint(const LogPoint& point) {
  std::string covered;
  AppendBigEndian(point.sequence, covered);
  covered.append(point.chain.data(), point.chain.size());
  AppendBigEndian(point.offset, covered);
  std::string bytes;
  AppendBigEndian(Crc32c(covered), bytes);
  return bytes + covered;
}

absl::StatusOr<LogPoint> DecodePoint(absl::string_view bytes, absl::string_view name) {
  if (bytes.size() != kPointBytes) {
    return absl::DataLossError(
        absl::StrCat("the log's ", name, " is ", bytes.size(), " bytes long, not ", kPointBytes));
  }
  if (BigEndianAt<uint32_t>(bytes, 0) != Crc32c(bytes.substr(4))) {
    return absl::DataLossError(
        absl::StrCat("the log's ", name, ": bytes 4 to 35 do not match their checksum"));
  }
  return LogPoint{.sequence = BigEndianAt<uint64_t>(bytes, 4),
                  .chain = ChainOf(bytes.substr(12)),
                  .offset = BigEndianAt<uint64_t>(bytes, 12 + kChainBytes)};
}

}  // namespace fluxcascade::edge
