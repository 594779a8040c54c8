// Where a request begins and ends. The only authority on it: nothing behind the framer looks at
// Content-Length, chunks or line ends again.
//
// It takes less than RFC 9112 allows, since what two parsers may read differently is how requests
// are smuggled, and since senders of webhooks have no use for it. Refused are: a Content-Length
// twice (even the same) or beside a Transfer-Encoding; any Transfer-Encoding but exactly `chunked`;
// chunk extensions and trailers (a signed webhook has nothing to say there); folded lines; a bare
// CR or LF; control characters; white space before a colon; targets that do not begin with `/` or
// hold a `#`; HTTP/1.1 without exactly one Host.
#ifndef FLUXCASCADE_EDGE_HTTP_FRAMER_H_
#define FLUXCASCADE_EDGE_HTTP_FRAMER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "edge/http/chunked_body.h"
#include "edge/http/request_frame.h"
#include "edge/http/request_head.h"

namespace fluxcascade::edge {

struct FramerLimits {
  // Of the request line, without its line end; beyond: 414.
  size_t max_request_line = 8 * 1024;
  // Of all header lines with their line ends; beyond: 431.
  size_t max_header_bytes = 16 * 1024;
  // Beyond: 431.
  size_t max_headers = 64;
  // Of a body, without the chunks' framing; beyond: 413.
  size_t max_body = 1024 * 1024;
};

// Pure: no I/O, no clock. How the bytes are cut into calls makes no difference to the result.
class Framer {
 public:
  enum class Result {
    // All that there is has been looked at; the request is not complete.
    kNeedMore,
    // `*frame` is a request. There may be more in the buffer: feed nothing to ask.
    kRequest,
    // error_status() says what to answer; the connection must then be closed, as nobody can know
    // where the next request would begin.
    kError,
  };

  // Where the next request stands; kIdle: nothing of it has come.
  enum class Phase { kIdle, kHead, kBody };

  explicit Framer(const FramerLimits& limits) : limits_(limits) {}

  // Takes all of `bytes`. After kError it stays kError.
  Result Feed(absl::string_view bytes, RequestFrame* frame);

  // Of an error: 400, 413, 414, 417 (an expectation other than 100-continue), 431 or 505.
  RefusalStatus error_status() const { return error_status_; }

  Phase phase() const;

  // In kBody: what has come of the body, and its size if that was announced, else 0.
  size_t body_bytes() const { return frame_.body.size(); }
  uint64_t announced_body() const { return framing_.chunked ? 0 : framing_.size; }

  // No more will be fed: forgets what has come of the next request.
  void Abandon() { Refuse(0); }

  // True once for each request whose sender waits for `100 Continue`, none of whose body has come.
  bool TakeContinueExpected();

 private:
  enum class State { kRequestLine, kHeaders, kSizedBody, kChunkedBody, kFailed };

  // A header line in `buffer_`.
  struct HeaderPlace {
    size_t line_begin;
    HeaderLine parts;
  };

  // These return false when no more can be done: bytes are missing, or the request is refused.
  bool TakeHead();
  bool TakeLine(size_t size, bool complete);
  bool TakeRequestLine(absl::string_view line);
  bool TakeHeaderLine(absl::string_view line);
  bool FinishHead();
  bool TakeBody();
  bool Refuse(RefusalStatus status);

  void FillFrame();
  Result FinishRequest(RequestFrame* frame);
  void DropTaken();

  const FramerLimits limits_;
  State state_ = State::kRequestLine;
  RefusalStatus error_status_ = 0;

  std::string buffer_;
  // Of `buffer_`: what lies before is taken. While a head comes in, the first byte of its next
  // line.
  size_t taken_ = 0;
  // Of `buffer_`: no line feed lies between `taken_` and here.
  size_t searched_ = 0;

  bool blank_line_skipped_ = false;
  size_t head_begin_ = 0;
  size_t headers_begin_ = 0;
  RequestLine request_line_;
  std::vector<HeaderPlace> header_places_;

  RequestFrame frame_;
  BodyFraming framing_;
  bool continue_expected_ = false;
  ChunkedBody chunks_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_FRAMER_H_
