#include "controlplane/connectors/pipedrive/pipedrive_persons.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/http_error.h"
#include "controlplane/connectors/json_fields.h"
#include "controlplane/connectors/pipedrive/pipedrive_person_codec.h"
#include "controlplane/connectors/pipedrive/pipedrive_person_fields.h"
#include "controlplane/connectors/url.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

// `ids` of a list takes up to 100.
constexpr size_t kMaxIds = 100;
// What the search may find before it is narrowed to exact matches; beyond it none is older.
constexpr size_t kMaxSearchResults = 100;
constexpr size_t kMaxFound = 10;
constexpr int kFieldsPerPage = 500;
constexpr int kMaxFieldPages = 20;

std::set<std::string> NamesOf(const FieldMap& fields) {
  std::set<std::string> names;
  for (const auto& [name, value] : fields) names.insert(name);
  return names;
}

uint64_t NumberOf(absl::string_view id) {
  uint64_t number = 0;
  return absl::SimpleAtoi(id, &number) ? number : UINT64_MAX;
}

// What the search calls the place where a field is looked for.
absl::StatusOr<std::string> SearchPlace(absl::string_view field) {
  if (field == "email" || field == "phone" || field == "name") return std::string(field);
  if (IsCustomField(field)) return std::string("custom_fields");
  return absl::InvalidArgumentError(
      absl::StrCat("Pipedrive person: persons cannot be found by ", field,
                   "; they can by name, email, phone and custom text fields"));
}

}  // namespace

PipedrivePersons::PipedrivePersons(const Connector& connector, ApiClient& api,
                                   absl::string_view base_url)
    : connector_(connector), api_(api), base_url_(base_url) {}

std::string PipedrivePersons::PersonUrl(absl::string_view id) const {
  return absl::StrCat(base_url_, "/api/v2/persons", id.empty() ? "" : "/", PercentEncode(id));
}

absl::StatusOr<json> PipedrivePersons::CallForData(HttpRequest request, absl::string_view phase) {
  FC_ASSIGN_OR_RETURN(json answer, CallForJson(connector_, api_, std::move(request), phase));
  return MemberOf(answer, "data");
}

absl::StatusOr<json> PipedrivePersons::FieldDefinitions() {
  json all = json::array();
  for (int page = 0; page < kMaxFieldPages; ++page) {
    const std::string url = WithParameters(
        absl::StrCat(base_url_, "/v1/personFields"),
        {{"start", absl::StrCat(page * kFieldsPerPage)}, {"limit", absl::StrCat(kFieldsPerPage)}});
    FC_ASSIGN_OR_RETURN(const json answer,
                        CallForJson(connector_, api_, GetRequest(url), "describe"));
    const json& fields = MemberOf(answer, "data");
    if (!fields.is_array()) return absl::UnavailableError("Pipedrive answered without fields");
    all.insert(all.end(), fields.begin(), fields.end());
    const json& pagination = MemberOf(MemberOf(answer, "additional_data"), "pagination");
    if (!BoolMember(pagination, "more_items_in_collection")) break;
  }
  return all;
}

absl::StatusOr<ObjectTypeInfo> PipedrivePersons::Describe() {
  FC_ASSIGN_OR_RETURN(const json fields, FieldDefinitions());
  return ParsePersonFields(fields);
}

absl::StatusOr<json> PipedrivePersons::GetPerson(absl::string_view id) {
  return CallForData(GetRequest(PersonUrl(id)), "read");
}

// Deleted persons are not in a list, but can be read one by one.
absl::StatusOr<json> PipedrivePersons::GetPersons(const std::vector<std::string>& ids) {
  json persons = json::array();
  std::set<std::string> missing(ids.begin(), ids.end());
  for (size_t begin = 0; ids.size() > 1 && begin < ids.size(); begin += kMaxIds) {
    const auto end = ids.begin() + std::min(begin + kMaxIds, ids.size());
    const std::string url = WithParameters(
        PersonUrl(""),
        {{"ids", absl::StrJoin(ids.begin() + begin, end, ",")}, {"limit", absl::StrCat(kMaxIds)}});
    FC_ASSIGN_OR_RETURN(const json some, CallForData(GetRequest(url), "read"));
    if (!some.is_array()) return absl::UnavailableError("Pipedrive answered without persons");
    for (const json& person : some) {
      if (missing.erase(IdMember(person, "id")) > 0) persons.push_back(person);
    }
  }
  for (const std::string& id : missing) {
    absl::StatusOr<json> person = GetPerson(id);
    if (absl::IsNotFound(person.status())) continue;
    FC_RETURN_IF_ERROR(person.status());
    if (IdMember(*person, "id") == id) persons.push_back(*std::move(person));
  }
  return persons;
}

absl::StatusOr<std::vector<Record>> PipedrivePersons::Read(const std::vector<std::string>& ids,
                                                           const std::set<std::string>& fields) {
  FC_ASSIGN_OR_RETURN(const json persons, GetPersons(ids));
  std::vector<Record> records;
  for (const json& person : persons) {
    FC_ASSIGN_OR_RETURN(Record record, ParsePerson(person, fields));
    records.push_back(std::move(record));
  }
  return records;
}

absl::StatusOr<std::vector<std::string>> PipedrivePersons::SearchIds(absl::string_view field,
                                                                     absl::string_view term) {
  FC_ASSIGN_OR_RETURN(const std::string place, SearchPlace(field));
  const std::string url =
      WithParameters(PersonUrl("search"), {{"term", std::string(term)},
                                           {"fields", place},
                                           {"exact_match", "true"},
                                           {"limit", absl::StrCat(kMaxSearchResults)}});
  FC_ASSIGN_OR_RETURN(const json data, CallForData(GetRequest(url), "search"));
  std::vector<std::string> ids;
  const json& items = MemberOf(data, "items");
  if (!items.is_array()) return absl::UnavailableError("Pipedrive answered without items");
  for (const json& item : items) {
    std::string id = IdMember(MemberOf(item, "item"), "id");
    if (!id.empty()) ids.push_back(std::move(id));
  }
  return ids;
}

absl::StatusOr<std::vector<Record>> PipedrivePersons::Find(absl::string_view field,
                                                           const json& value,
                                                           const std::set<std::string>& fields) {
  std::vector<Record> records;
  const std::string term = ScalarText(value);
  if (term.empty()) return records;
  FC_ASSIGN_OR_RETURN(const std::vector<std::string> ids, SearchIds(field, term));
  FC_ASSIGN_OR_RETURN(const json persons, GetPersons(ids));
  for (const json& person : persons) {
    if (BoolMember(person, "is_deleted") || !PersonHolds(person, field, value)) continue;
    FC_ASSIGN_OR_RETURN(Record record, ParsePerson(person, fields));
    records.push_back(std::move(record));
  }
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return NumberOf(a.id) < NumberOf(b.id); });
  if (records.size() > kMaxFound) records.resize(kMaxFound);
  return records;
}

absl::StatusOr<json> PipedrivePersons::Body(const FieldMap& fields, const json& current) {
  PipedriveFieldTypes types;
  if (NeedsFieldTypes(fields)) {
    FC_ASSIGN_OR_RETURN(const json definitions, FieldDefinitions());
    types = ParsePersonFieldTypes(definitions);
  }
  return PersonBody(fields, current, types);
}

absl::StatusOr<Record> PipedrivePersons::Write(HttpRequest request, const FieldMap& fields) {
  FC_ASSIGN_OR_RETURN(const json person, CallForData(std::move(request), "write"));
  return ParsePerson(person, NamesOf(fields));
}

absl::StatusOr<Record> PipedrivePersons::Create(const FieldMap& fields) {
  FC_ASSIGN_OR_RETURN(const json body, Body(fields, json()));
  return Write(JsonRequest("POST", PersonUrl(""), body), fields);
}

absl::StatusOr<Record> PipedrivePersons::Update(absl::string_view id, const FieldMap& fields) {
  json current = json::object();
  if (fields.contains("email") || fields.contains("phone")) {
    FC_ASSIGN_OR_RETURN(current, GetPerson(id));
    if (BoolMember(current, "is_deleted")) {
      return absl::NotFoundError(absl::StrCat("Pipedrive person ", id, " is deleted"));
    }
  }
  FC_ASSIGN_OR_RETURN(const json body, Body(fields, current));
  return Write(JsonRequest("PATCH", PersonUrl(id), body), fields);
}

absl::Status PipedrivePersons::Delete(absl::string_view id) {
  HttpRequest request = GetRequest(PersonUrl(id));
  request.method = "DELETE";
  FC_ASSIGN_OR_RETURN(const HttpResponse response, api_.Call(std::move(request), "delete"));
  const absl::Status status = connector_.ResponseStatus(response);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace fluxcascade
