#include "tests/sandbox/admin/sink_admin.h"

#include <deque>
#include <string>
#include <utility>

#include "common/status/status_macros.h"
#include "tests/sandbox/admin/admin_request.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

absl::StatusOr<json> SetAnswers(FakeSink& sink, const json& body) {
  FC_ASSIGN_OR_RETURN(const std::string path, TextMember(body, "path", "/"));
  const json& given = body.contains("answers") ? body["answers"] : json::array();
  if (!given.is_array()) return absl::InvalidArgumentError("answers: must be an array");
  std::deque<SinkAnswer> answers;
  for (const json& one : given) {
    FC_ASSIGN_OR_RETURN(const int64_t status, IntegerMember(one, "status", 200));
    FC_ASSIGN_OR_RETURN(const int64_t delay, IntegerMember(one, "delayMs", 0));
    answers.push_back({static_cast<int>(status), absl::Milliseconds(delay)});
  }
  sink.SetAnswers(path, std::move(answers));
  return json::object();
}

}  // namespace

void AddSinkAdmin(FakeSink& sink, Router& router) {
  AddAdminRoute(router, "PUT", "/sink/secret",
                [&sink](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const std::string path, TextMember(body, "path", "/"));
                  FC_ASSIGN_OR_RETURN(const std::string secret, TextMember(body, "secret", ""));
                  sink.SetSecret(path, secret);
                  return json::object();
                });
  AddAdminRoute(router, "PUT", "/sink/answers",
                [&sink](const ApiRequest&, const json& body) { return SetAnswers(sink, body); });
  AddAdminRoute(router, "GET", "/sink/records",
                [&sink](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t after,
                                      ParseInteger("after", request.Query("after"), 0));
                  FC_ASSIGN_OR_RETURN(const int64_t limit,
                                      ParseInteger("limit", request.Query("limit"), 1000));
                  json list = json::array();
                  for (const SinkRecord& record : sink.Records(after, static_cast<size_t>(limit))) {
                    list.push_back(SinkRecordJson(record));
                  }
                  return json{{"records", list}};
                });
}

}  // namespace fluxcascade::sandbox
