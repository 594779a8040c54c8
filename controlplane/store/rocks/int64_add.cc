#include "controlplane/store/rocks/int64_add.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/slice.h"

namespace fluxcascade {
namespace {

std::optional<int64_t> Decode(const rocksdb::Slice& bytes) {
  return DecodeInt64(absl::string_view(bytes.data(), bytes.size()));
}

class Int64AddOperator final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing_value,
             const rocksdb::Slice& value, std::string* new_value,
             rocksdb::Logger* /*logger*/) const override {
    const std::optional<int64_t> sum =
        existing_value == nullptr ? std::optional<int64_t>(0) : Decode(*existing_value);
    const std::optional<int64_t> operand = Decode(value);
    if (!sum || !operand) return false;
    *new_value = EncodeInt64(*sum + *operand);
    return true;
  }

  // RocksDB keeps it in its options file and refuses to open with another.
  const char* Name() const override { return "fluxcascade.Int64Add"; }
};

}  // namespace

std::string EncodeInt64(int64_t value) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  }
  return bytes;
}

std::optional<int64_t> DecodeInt64(absl::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(value);
}

std::shared_ptr<rocksdb::MergeOperator> NewInt64AddOperator() {
  return std::make_shared<Int64AddOperator>();
}

}  // namespace fluxcascade
