#include "tools/logdump/log_dump.h"

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/crypto/encoding.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_folder.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::edge {
namespace {

using Json = nlohmann::ordered_json;

void WriteLine(const Json& line, std::ostream& out) {
  out << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void AddBody(const std::string& body, Json& line) {
  if (Utf8Preview(body, body.size()) == body) {
    line["body"] = body;
  } else {
    line["body_base64"] = Base64Encode(body);
  }
}

Json ToJson(const v1::LoggedRequest& request, bool with_body) {
  Json headers = Json::array();
  size_t header_bytes = 0;
  for (const v1::Header& header : request.headers()) {
    headers.push_back(header.name());
    header_bytes += header.name().size() + header.value().size();
  }
  Json line = {
      {"sequence", request.sequence()},
      {"receive_time", absl::FormatTime(absl::RFC3339_full, FromProto(request.receive_time()),
                                        absl::UTCTimeZone())},
      {"hook", request.hook_id()},
      {"verified_by", Json::array()},
      {"headers", headers},
      {"header_bytes", header_bytes},
      {"query_bytes", request.query().size()},
      {"body_bytes", request.body().size()},
      {"chain", HexEncode(request.chain())},
  };
  for (const std::string& label : request.verified_by()) line["verified_by"].push_back(label);
  if (with_body) AddBody(request.body(), line);
  return line;
}

}  // namespace

absl::Status DumpRequests(const LogFolder& folder, const DumpOptions& options, std::ostream& out) {
  const LogContents& contents = folder.contents();
  uint64_t next = std::max(options.from, contents.tail.sequence);
  const uint64_t end =
      next >= contents.head.sequence || options.limit > contents.head.sequence - next
          ? contents.head.sequence
          : next + options.limit;
  absl::Status status = folder.Scan(next, end, [&](const RecordView& record) -> absl::Status {
    if (record.sequence != next) return absl::DataLossError(absl::StrCat(next, " is missing"));
    FC_ASSIGN_OR_RETURN(const v1::LoggedRequest request, ToRequest(record));
    WriteLine(ToJson(request, options.bodies), out);
    ++next;
    return absl::OkStatus();
  });
  if (status.ok() && next < end) status = absl::DataLossError(absl::StrCat(next, " is missing"));
  if (status.ok()) return status;
  return absl::DataLossError(absl::StrCat("can't read request ", next, ": ", status.message(),
                                          "; what comes after it begins at --from=", next + 1));
}

absl::Status DumpCheck(const LogFolder& folder, std::ostream& out) {
  const LogContents& contents = folder.contents();
  absl::Status status = folder.CheckAll();
  Json consumers = Json::array();
  for (const auto& [name, acks] : folder.further_acks()) {
    consumers.push_back({{"name", name}, {"acknowledged_through", acks.through()}});
  }
  WriteLine({{"log_id", contents.log_id},
             {"first_sequence", contents.tail.sequence},
             {"next_sequence", contents.head.sequence},
             {"bytes", contents.head.offset - contents.tail.offset},
             {"acknowledged_through", contents.acks.through()},
             {"consumers", consumers},
             {"check", status.ok() ? "ok" : std::string(status.message())}},
            out);
  return status;
}

}  // namespace fluxcascade::edge
