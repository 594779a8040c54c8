// Whatever the bytes, it makes no difference how they are cut, what comes out is what went in, and
// nothing comes out that would have to be refused.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "edge/http/framer.h"

namespace fluxcascade::edge {
namespace {

// Small, so that the limits are met.
constexpr FramerLimits kLimits = {
    .max_request_line = 100, .max_header_bytes = 200, .max_headers = 6, .max_body = 50};

bool IsPartOf(absl::string_view part, const RequestFrame& frame) {
  return part.empty() || (part.data() >= frame.head.data() &&
                          part.data() + part.size() <= frame.head.data() + frame.head.size());
}

void CheckFrame(const RequestFrame& frame) {
  FC_CHECK(IsPartOf(frame.method, frame) && !frame.method.empty());
  FC_CHECK(IsPartOf(frame.target, frame) && absl::StartsWith(frame.target, "/"));
  FC_CHECK(frame.target.size() <= kLimits.max_request_line);
  FC_CHECK(frame.headers.size() <= kLimits.max_headers);
  FC_CHECK(frame.body.size() <= kLimits.max_body);
  for (const RawHeader& header : frame.headers) {
    FC_CHECK(IsPartOf(header.name, frame) && !header.name.empty());
    FC_CHECK(IsPartOf(header.value, frame));
    for (const char c : header.value) FC_CHECK(c != '\r' && c != '\n' && c != '\0');
  }
}

void Describe(const RequestFrame& frame, std::string& all) {
  absl::StrAppend(&all, frame.method, " ", frame.target, " ", frame.minor_version, "\n");
  for (const RawHeader& header : frame.headers) {
    absl::StrAppend(&all, header.name, "=", header.value, "\n");
  }
  absl::StrAppend(&all, frame.body, frame.keep_alive ? "\nopen\n" : "\nclose\n");
}

std::string Run(absl::string_view bytes, size_t part) {
  Framer framer(kLimits);
  std::string all;
  while (!bytes.empty()) {
    absl::string_view fed = bytes.substr(0, part);
    bytes.remove_prefix(fed.size());
    while (true) {
      RequestFrame frame;
      const Framer::Result result = framer.Feed(std::exchange(fed, {}), &frame);
      if (result == Framer::Result::kError) return absl::StrCat(all, framer.error_status());
      if (result == Framer::Result::kNeedMore) break;
      CheckFrame(frame);
      Describe(frame, all);
    }
  }
  return all;
}

void CheckOne(absl::string_view bytes) {
  const std::string whole = Run(bytes, bytes.size());
  FC_CHECK(whole == Run(bytes, 1));
  FC_CHECK(whole == Run(bytes, 3));
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
