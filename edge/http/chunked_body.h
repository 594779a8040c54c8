// Takes a body out of its chunks (RFC 9112, section 7.1). Pure.
#ifndef FLUXCASCADE_EDGE_HTTP_CHUNKED_BODY_H_
#define FLUXCASCADE_EDGE_HTTP_CHUNKED_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "edge/http/request_head.h"

namespace fluxcascade::edge {

// Takes sizes, data and the end, and nothing else: no extensions, no trailers, no white space, no
// bare line ends. Each byte is looked at once, so it makes no difference how the bytes are cut.
class ChunkedBody {
 public:
  // Of a chunk's size, with its leading zeros: enough for 4 GiB.
  static constexpr int kMaxSizeDigits = 8;

  enum class Result { kNeedMore, kDone, kError };

  ChunkedBody() = default;
  explicit ChunkedBody(size_t max_body) : max_body_(max_body) {}

  // Appends to `body`, which starts empty, what `bytes` hold of it; `*taken` is how many bytes
  // belonged to it, framing included. All of them unless kDone.
  Result Take(absl::string_view bytes, size_t* taken, std::string* body);

  // Of an error: 400, or 413 as soon as a chunk's size goes beyond `max_body`.
  RefusalStatus error_status() const { return error_status_; }

 private:
  enum class State { kSize, kSizeLf, kData, kDataCr, kDataLf, kEndCr, kEndLf, kDone, kFailed };

  void TakeByte(char c, size_t body_size);
  void TakeSizeByte(char c);
  void Expect(char c, char expected, State next);
  void Fail(RefusalStatus status);

  size_t max_body_ = 0;
  State state_ = State::kSize;
  int digits_ = 0;
  // Of the chunk, then what is missing of it.
  uint64_t size_ = 0;
  RefusalStatus error_status_ = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_CHUNKED_BODY_H_
