#include "controlplane/ingest/body_coding.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/gzip/gzip.h"

namespace fluxcascade {
namespace {

// Lower case; of several fields a list, as HTTP reads them. Empty: none.
std::string ContentCoding(const edge::v1::LoggedRequest& request) {
  std::vector<std::string> values;
  for (const edge::v1::Header& header : request.headers()) {
    if (header.name() != "content-encoding") continue;
    values.push_back(absl::AsciiStrToLower(absl::StripAsciiWhitespace(header.value())));
  }
  return absl::StrJoin(values, ", ");
}

}  // namespace

bool IsBodyCoded(const edge::v1::LoggedRequest& request) {
  const std::string coding = ContentCoding(request);
  return !coding.empty() && coding != "identity";
}

absl::StatusOr<std::string> DecodeBody(const edge::v1::LoggedRequest& request) {
  const std::string coding = ContentCoding(request);
  // RFC 9110, section 8.4.1.3: x-gzip is the same.
  if (coding == "gzip" || coding == "x-gzip") return Gunzip(request.body(), kMaxUnpackedBodyBytes);
  return absl::InvalidArgumentError(absl::StrCat(
      "the body's content-encoding is '", absl::CEscape(coding), "'; only gzip can be read"));
}

}  // namespace fluxcascade
