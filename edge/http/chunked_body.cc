#include "edge/http/chunked_body.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace fluxcascade::edge {

ChunkedBody::Result ChunkedBody::Take(absl::string_view bytes, size_t* taken, std::string* body) {
  size_t at = 0;
  while (at < bytes.size() && state_ != State::kDone && state_ != State::kFailed) {
    if (state_ == State::kData) {
      const size_t part = std::min<uint64_t>(size_, bytes.size() - at);
      body->append(bytes.data() + at, part);
      at += part;
      size_ -= part;
      if (size_ == 0) state_ = State::kDataCr;
    } else {
      TakeByte(bytes[at++], body->size());
    }
  }
  *taken = at;
  if (state_ == State::kFailed) return Result::kError;
  return state_ == State::kDone ? Result::kDone : Result::kNeedMore;
}

void ChunkedBody::TakeByte(char c, size_t body_size) {
  switch (state_) {
    case State::kSize:
      return TakeSizeByte(c);
    case State::kSizeLf:
      Expect(c, '\n', size_ > 0 ? State::kData : State::kEndCr);
      if (state_ == State::kData && size_ > max_body_ - body_size) Fail(413);
      return;
    case State::kDataCr:
      return Expect(c, '\r', State::kDataLf);
    case State::kDataLf:
      digits_ = 0;
      return Expect(c, '\n', State::kSize);
    case State::kEndCr:
      return Expect(c, '\r', State::kEndLf);
    case State::kEndLf:
      return Expect(c, '\n', State::kDone);
    case State::kData:
    case State::kDone:
    case State::kFailed:
      return;
  }
}

void ChunkedBody::TakeSizeByte(char c) {
  if (absl::ascii_isxdigit(static_cast<unsigned char>(c)) && digits_ < kMaxSizeDigits) {
    const int value = absl::ascii_isdigit(static_cast<unsigned char>(c))
                          ? c - '0'
                          : absl::ascii_tolower(static_cast<unsigned char>(c)) - 'a' + 10;
    size_ = size_ * 16 + static_cast<uint64_t>(value);
    ++digits_;
  } else if (c == '\r' && digits_ > 0) {
    state_ = State::kSizeLf;
  } else {
    Fail(400);
  }
}

void ChunkedBody::Expect(char c, char expected, State next) {
  if (c == expected) {
    state_ = next;
  } else {
    Fail(400);
  }
}

void ChunkedBody::Fail(RefusalStatus status) {
  state_ = State::kFailed;
  error_status_ = status;
}

}  // namespace fluxcascade::edge
