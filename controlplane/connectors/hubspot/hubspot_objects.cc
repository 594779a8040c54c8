#include "controlplane/connectors/hubspot/hubspot_objects.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/http_error.h"
#include "controlplane/connectors/hubspot/hubspot_records.h"
#include "controlplane/connectors/json_fields.h"
#include "controlplane/connectors/url.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

// "Up to 100 inputs."
constexpr size_t kMaxBatch = 100;
constexpr size_t kMaxFound = 10;

std::set<std::string> NamesOf(const FieldMap& fields) {
  std::set<std::string> names;
  for (const auto& [name, value] : fields) names.insert(name);
  return names;
}

}  // namespace

HubSpotObjects::HubSpotObjects(const Connector& connector, ApiClient& api,
                               absl::string_view base_url, const HubSpotObjectType& type)
    : connector_(connector), api_(api), base_url_(base_url), type_(type) {}

std::string HubSpotObjects::RecordUrl(absl::string_view id) const {
  return absl::StrCat(base_url_, "/crm/v3/objects/", type_.path, id.empty() ? "" : "/",
                      PercentEncode(id));
}

absl::StatusOr<ObjectTypeInfo> HubSpotObjects::Describe() {
  FC_ASSIGN_OR_RETURN(
      const json answer,
      CallForJson(connector_, api_,
                  GetRequest(absl::StrCat(base_url_, "/crm/v3/properties/", type_.path)),
                  "describe"));
  return ParseHubSpotProperties(type_, answer);
}

absl::StatusOr<std::vector<Record>> HubSpotObjects::Read(const std::vector<std::string>& ids,
                                                         const std::set<std::string>& fields) {
  std::vector<Record> records;
  for (const bool archived : {false, true}) {
    std::set<std::string> missing(ids.begin(), ids.end());
    for (const Record& record : records) missing.erase(record.id);
    const std::vector<std::string> asked(missing.begin(), missing.end());
    for (size_t begin = 0; begin < asked.size(); begin += kMaxBatch) {
      const size_t end = std::min(begin + kMaxBatch, asked.size());
      FC_ASSIGN_OR_RETURN(
          std::vector<Record> some,
          ReadBatch({asked.begin() + begin, asked.begin() + end}, archived, fields));
      std::move(some.begin(), some.end(), std::back_inserter(records));
    }
  }
  return records;
}

absl::StatusOr<std::vector<Record>> HubSpotObjects::ReadBatch(const std::vector<std::string>& ids,
                                                              bool archived,
                                                              const std::set<std::string>& fields) {
  json inputs = json::array();
  for (const std::string& id : ids) inputs.push_back({{"id", id}});
  const json body = {{"properties", HubSpotPropertiesToRead(type_, fields)},
                     {"propertiesWithHistory", json::array()},
                     {"inputs", std::move(inputs)}};
  const std::string url =
      absl::StrCat(RecordUrl(""), "/batch/read", archived ? "?archived=true" : "");
  FC_ASSIGN_OR_RETURN(const json answer,
                      CallForJson(connector_, api_, JsonRequest("POST", url, body), "read"));
  FC_ASSIGN_OR_RETURN(std::vector<Record> records, ParseHubSpotRecords(type_, answer, fields));
  const std::set<std::string> asked(ids.begin(), ids.end());
  std::erase_if(records, [&](const Record& record) { return !asked.contains(record.id); });
  return records;
}

absl::StatusOr<Record> HubSpotObjects::ReadByEmail(absl::string_view email,
                                                   const std::set<std::string>& fields) {
  const std::string url =
      WithParameters(RecordUrl(email),
                     {{"idProperty", "email"},
                      {"properties", absl::StrJoin(HubSpotPropertiesToRead(type_, fields), ",")}});
  FC_ASSIGN_OR_RETURN(const json answer, CallForJson(connector_, api_, GetRequest(url), "read"));
  return ParseHubSpotRecord(type_, answer, fields);
}

absl::StatusOr<std::vector<Record>> HubSpotObjects::Find(absl::string_view field, const json& value,
                                                         const std::set<std::string>& fields) {
  const std::string text = ScalarText(value);
  if (text.empty()) return std::vector<Record>();
  if (field != "email") return Search(field, text, fields);
  absl::StatusOr<Record> record = ReadByEmail(text, fields);
  if (absl::IsNotFound(record.status())) return std::vector<Record>();
  FC_RETURN_IF_ERROR(record.status());
  return std::vector<Record>{*std::move(record)};
}

absl::StatusOr<std::vector<Record>> HubSpotObjects::Search(absl::string_view field,
                                                           absl::string_view value,
                                                           const std::set<std::string>& fields) {
  const json filter = {
      {"propertyName", std::string(field)}, {"operator", "EQ"}, {"value", std::string(value)}};
  const json body = {
      {"filterGroups", json::array({{{"filters", json::array({filter})}}})},
      {"sorts", json::array({{{"propertyName", "createdate"}, {"direction", "ASCENDING"}}})},
      {"properties", HubSpotPropertiesToRead(type_, fields)},
      {"limit", kMaxFound}};
  FC_ASSIGN_OR_RETURN(const json answer,
                      CallForJson(connector_, api_,
                                  JsonRequest("POST", RecordUrl("") + "/search", body), "search"));
  std::set<std::string> with_field = fields;
  with_field.insert(std::string(field));
  return ParseHubSpotRecords(type_, answer, with_field);
}

absl::StatusOr<Record> HubSpotObjects::Write(HttpRequest request, const FieldMap& fields) {
  FC_ASSIGN_OR_RETURN(const json answer,
                      CallForJson(connector_, api_, std::move(request), "write"));
  return ParseHubSpotRecord(type_, answer, NamesOf(fields));
}

absl::StatusOr<Record> HubSpotObjects::Create(const FieldMap& fields) {
  return Write(JsonRequest("POST", RecordUrl(""), HubSpotProperties(fields)), fields);
}

absl::StatusOr<Record> HubSpotObjects::Update(absl::string_view id, const FieldMap& fields) {
  return Write(JsonRequest("PATCH", RecordUrl(id), HubSpotProperties(fields)), fields);
}

absl::Status HubSpotObjects::Archive(absl::string_view id) {
  HttpRequest request = GetRequest(RecordUrl(id));
  request.method = "DELETE";
  FC_ASSIGN_OR_RETURN(const HttpResponse response, api_.Call(std::move(request), "delete"));
  const absl::Status status = connector_.ResponseStatus(response);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace fluxcascade
