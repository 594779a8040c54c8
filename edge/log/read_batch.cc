#include "edge/log/read_batch.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "google/protobuf/io/coded_stream.h"

namespace fluxcascade::edge {
namespace {

// As an element of a repeated field: a tag of one byte, the length, the message.
uint64_t BytesInBatch(const v1::LoggedRequest& request) {
  const size_t size = request.ByteSizeLong();
  return 1 + google::protobuf::io::CodedOutputStream::VarintSize64(size) + size;
}

}  // namespace

bool ReadBatch::Add(v1::LoggedRequest request) {
  const uint64_t bytes = BytesInBatch(request);
  if (!requests_.empty() && bytes_ + bytes > max_bytes_) return false;
  bytes_ += bytes;
  requests_.push_back(std::move(request));
  return true;
}

std::vector<v1::LoggedRequest> ReadBatch::Take() && { return std::move(requests_); }

}  // namespace fluxcascade::edge
