#include "common/gzip/gzip.h"

#include <zlib.h>

#include <array>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"

namespace fluxcascade {
namespace {

constexpr size_t kPart = 32 * 1024;
// To zlib: take gzip, and neither raw deflate nor zlib's own form.
constexpr int kGzipOnly = 16;

class Inflater {
 public:
  explicit Inflater(absl::string_view bytes) {
    FC_CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
    FC_CHECK(inflateInit2(&stream_, kGzipOnly + MAX_WBITS) == Z_OK);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The next part, empty at the end.
  absl::StatusOr<absl::string_view> Next() {
    size_t size = 0;
    while (size == 0 && !ended_) {
      stream_.next_out = reinterpret_cast<Bytef*>(part_.data());
      stream_.avail_out = static_cast<uInt>(part_.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      size = part_.size() - stream_.avail_out;
      if (result == Z_STREAM_END) {
        ended_ = stream_.avail_in == 0;
        inflateReset(&stream_);
      } else if (result != Z_OK) {
        return Problem(result);
      }
    }
    return absl::string_view(part_.data(), size);
  }

 private:
  absl::Status Problem(int result) const {
    if (result == Z_BUF_ERROR) return absl::InvalidArgumentError("the gzip data are cut off");
    return absl::InvalidArgumentError(absl::StrCat(
        "the gzip data can't be read: ", stream_.msg != nullptr ? stream_.msg : "damaged"));
  }

  z_stream stream_ = {};
  bool ended_ = false;
  std::array<char, kPart> part_;
};

}  // namespace

absl::StatusOr<std::string> Gunzip(absl::string_view bytes, size_t max_size) {
  Inflater inflater(bytes);
  std::string all;
  while (true) {
    const absl::StatusOr<absl::string_view> part = inflater.Next();
    if (!part.ok()) return part.status();
    if (part->empty()) return all;
    if (part->size() > max_size - all.size()) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the gzip data unpack to more than ", max_size, " bytes"));
    }
    all.append(part->data(), part->size());
  }
}

}  // namespace fluxcascade
