#include "edge/http/framer.h"

#include <algorithm>
#include <utility>

namespace fluxcascade::edge {
namespace {

constexpr absl::string_view kLineEnd = "\r\n";
// An idle connection keeps no more room than this for its next request.
constexpr size_t kKeptCapacity = 4 * 1024;
// A Content-Length is only a promise: room is made for so much before any of it has come.
constexpr size_t kTrustedBodySize = 8 * 1024;

}  // namespace

Framer::Result Framer::Feed(absl::string_view bytes, RequestFrame* frame) {
  if (state_ == State::kFailed) return Result::kError;
  buffer_.append(bytes.data(), bytes.size());
  const bool head_complete =
      state_ == State::kSizedBody || state_ == State::kChunkedBody || TakeHead();
  if (head_complete && TakeBody()) return FinishRequest(frame);
  return state_ == State::kFailed ? Result::kError : Result::kNeedMore;
}

Framer::Phase Framer::phase() const {
  switch (state_) {
    case State::kRequestLine:
      return taken_ == buffer_.size() ? Phase::kIdle : Phase::kHead;
    case State::kHeaders:
    case State::kFailed:
      return Phase::kHead;
    case State::kSizedBody:
    case State::kChunkedBody:
      return Phase::kBody;
  }
  return Phase::kIdle;
}

bool Framer::TakeContinueExpected() { return std::exchange(continue_expected_, false); }

// Line by line, so that a line is refused as soon as it is there (or is too long), and in the same
// way however the bytes came.
bool Framer::TakeHead() {
  while (state_ == State::kRequestLine || state_ == State::kHeaders) {
    const size_t line_feed = buffer_.find('\n', searched_);
    const bool complete = line_feed != std::string::npos;
    searched_ = complete ? line_feed + 1 : buffer_.size();
    if (!TakeLine((complete ? line_feed : buffer_.size()) - taken_, complete)) return false;
    taken_ = searched_;
  }
  return true;
}

// `size`: without the line feed. The limit comes before all else, because a line that is over it is
// refused before its end is seen.
bool Framer::TakeLine(size_t size, bool complete) {
  absl::string_view line(buffer_.data() + taken_, size);
  const bool has_carriage_return = !line.empty() && line.back() == '\r';
  if (has_carriage_return) line.remove_suffix(1);
  if (state_ == State::kRequestLine) {
    if (line.size() > limits_.max_request_line) return Refuse(414);
  } else if (!line.empty()) {
    const size_t header_bytes = taken_ - headers_begin_ + line.size() + kLineEnd.size();
    if (header_bytes > limits_.max_header_bytes) return Refuse(431);
  }
  if (!complete) return false;
  if (!has_carriage_return) return Refuse(400);
  return state_ == State::kRequestLine ? TakeRequestLine(line) : TakeHeaderLine(line);
}

bool Framer::TakeRequestLine(absl::string_view line) {
  // RFC 9112, section 2.2: one empty line before a request is to be ignored.
  if (line.empty() && !blank_line_skipped_) {
    blank_line_skipped_ = true;
    return true;
  }
  const RefusalStatus status = ParseRequestLine(line, &request_line_);
  if (status != 0) return Refuse(status);
  head_begin_ = taken_;
  headers_begin_ = searched_;
  state_ = State::kHeaders;
  return true;
}

bool Framer::TakeHeaderLine(absl::string_view line) {
  if (line.empty()) return FinishHead();
  if (header_places_.size() == limits_.max_headers) return Refuse(431);
  HeaderLine parts;
  const RefusalStatus status = ParseHeaderLine(line, &parts);
  if (status != 0) return Refuse(status);
  header_places_.push_back({taken_, parts});
  return true;
}

bool Framer::FinishHead() {
  FillFrame();
  framing_ = BodyFraming();
  const RefusalStatus status =
      InterpretHeaders(frame_.headers, frame_.minor_version, limits_.max_body, &framing_);
  if (status != 0) return Refuse(status);
  frame_.keep_alive = framing_.keep_alive;
  continue_expected_ = framing_.continue_expected && searched_ == buffer_.size();
  if (framing_.chunked) {
    chunks_ = ChunkedBody(limits_.max_body);
    state_ = State::kChunkedBody;
  } else {
    frame_.body.reserve(std::min<size_t>(framing_.size, kTrustedBodySize));
    state_ = State::kSizedBody;
  }
  return true;
}

// Copies the head out of the buffer, and lets the frame's views point into the copy.
void Framer::FillFrame() {
  frame_.head.assign(buffer_.begin() + static_cast<std::ptrdiff_t>(head_begin_),
                     buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
  const char* const head = frame_.head.data();
  frame_.method = absl::string_view(head, request_line_.method_size);
  frame_.target =
      absl::string_view(head + request_line_.method_size + 1, request_line_.target_size);
  frame_.minor_version = request_line_.minor_version;
  const size_t question = frame_.target.find('?');
  frame_.path = frame_.target.substr(0, question);
  if (question != absl::string_view::npos) frame_.query = frame_.target.substr(question + 1);
  frame_.headers.reserve(header_places_.size());
  for (const HeaderPlace& place : header_places_) {
    const char* const line = head + (place.line_begin - head_begin_);
    frame_.headers.push_back(
        {absl::string_view(line, place.parts.name_size),
         absl::string_view(line + place.parts.value_begin, place.parts.value_size)});
  }
}

bool Framer::TakeBody() {
  const absl::string_view rest(buffer_.data() + taken_, buffer_.size() - taken_);
  if (state_ == State::kSizedBody) {
    const size_t part = std::min<uint64_t>(framing_.size - frame_.body.size(), rest.size());
    frame_.body.append(rest.data(), part);
    taken_ += part;
    if (frame_.body.size() < framing_.size) DropTaken();
    return frame_.body.size() == framing_.size;
  }
  size_t part = 0;
  const ChunkedBody::Result result = chunks_.Take(rest, &part, &frame_.body);
  if (result == ChunkedBody::Result::kError) return Refuse(chunks_.error_status());
  taken_ += part;
  if (result == ChunkedBody::Result::kNeedMore) DropTaken();
  return result == ChunkedBody::Result::kDone;
}

Framer::Result Framer::FinishRequest(RequestFrame* frame) {
  DropTaken();
  *frame = std::exchange(frame_, RequestFrame());
  header_places_.clear();
  blank_line_skipped_ = false;
  continue_expected_ = false;
  state_ = State::kRequestLine;
  return Result::kRequest;
}

void Framer::DropTaken() {
  buffer_.erase(0, taken_);
  taken_ = 0;
  searched_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeptCapacity) std::string().swap(buffer_);
}

bool Framer::Refuse(RefusalStatus status) {
  state_ = State::kFailed;
  error_status_ = status;
  std::string().swap(buffer_);
  frame_ = RequestFrame();
  return false;
}

}  // namespace fluxcascade::edge
