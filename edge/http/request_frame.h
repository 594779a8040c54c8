// One request as the framer cut it from the wire: complete, unambiguous, and nothing decoded.
#ifndef FLUXCASCADE_EDGE_HTTP_REQUEST_FRAME_H_
#define FLUXCASCADE_EDGE_HTTP_REQUEST_FRAME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "edge/http/raw_header.h"

namespace fluxcascade::edge {

// Can be moved, and then its views stay valid; they live as long as the frame does.
struct RequestFrame {
  RequestFrame() = default;
  RequestFrame(RequestFrame&&) = default;
  RequestFrame& operator=(RequestFrame&&) = default;
  RequestFrame(const RequestFrame&) = delete;
  RequestFrame& operator=(const RequestFrame&) = delete;

  absl::string_view method;
  // All of it, beginning with `/`: `/v1/hooks/abc?x=%2F`.
  absl::string_view target;
  // The target up to the first `?`, and what follows that `?`, if there is one.
  absl::string_view path;
  std::optional<absl::string_view> query;
  // HTTP/1.<minor_version>: 0 or 1.
  int minor_version = 1;
  // In the order of arrival.
  std::vector<RawHeader> headers;
  // Without what transfer it came in (chunks), but with its content coding (gzip) untouched. A
  // receiver may move it out.
  std::string body;
  // Whether the connection may stay open after the answer.
  bool keep_alive = true;

  // What the views point into. A vector, because moving one moves no byte.
  std::vector<char> head;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_REQUEST_FRAME_H_
