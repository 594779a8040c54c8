// The lines of a request's head, one by one, and what they say about its body. Pure.
#ifndef FLUXCASCADE_EDGE_HTTP_REQUEST_HEAD_H_
#define FLUXCASCADE_EDGE_HTTP_REQUEST_HEAD_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "edge/http/raw_header.h"

namespace fluxcascade::edge {

// What is wrong with a request: the status to refuse it with. 0: nothing.
using RefusalStatus = int;

// `POST /v1/hooks/abc HTTP/1.1`: where its parts lie in the line.
struct RequestLine {
  size_t method_size = 0;
  // The target begins one space after the method.
  size_t target_size = 0;
  int minor_version = 0;
};

// Method of token characters; target in origin form, of visible ASCII without `#`; single spaces;
// version 1.0 or 1.1, 505 for any other version. 400 for the rest.
RefusalStatus ParseRequestLine(absl::string_view line, RequestLine* parsed);

// `Name: value`: where its parts lie in the line.
struct HeaderLine {
  size_t name_size = 0;
  size_t value_begin = 0;
  size_t value_size = 0;
};

// The name of token characters, the colon right behind it, no control characters but tabs. 400
// otherwise, for a folded line, too.
RefusalStatus ParseHeaderLine(absl::string_view line, HeaderLine* parsed);

// What the headers say about the message.
struct BodyFraming {
  bool chunked = false;
  // If not chunked.
  uint64_t size = 0;
  // Of HTTP/1.1 without `Connection: close`; HTTP/1.0 gets one answer a connection.
  bool keep_alive = true;
  // `Expect: 100-continue`: the sender waits before it sends the body.
  bool continue_expected = false;
};

// 400 for what is ambiguous (see framer.h), 413 for a Content-Length over `max_body`, 417 for an
// expectation other than 100-continue.
RefusalStatus InterpretHeaders(absl::Span<const RawHeader> headers, int minor_version,
                               uint64_t max_body, BodyFraming* framing);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_REQUEST_HEAD_H_
