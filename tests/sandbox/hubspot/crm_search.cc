#include "tests/sandbox/hubspot/crm_search.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

std::string ValueOf(const CrmObject& object, const std::string& name) {
  const auto found = object.properties.find(name);
  return found == object.properties.end() ? "" : found->second;
}

std::string TextOf(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// Negative, zero or positive: as numbers or dates where both are, else as text in any case.
int Compare(const std::string& a, const std::string& b) {
  double x = 0;
  double y = 0;
  if (absl::SimpleAtod(a, &x) && absl::SimpleAtod(b, &y)) return x < y ? -1 : x > y ? 1 : 0;
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, a, &time, &error) && absl::SimpleAtod(b, &y)) {
    const double millis = static_cast<double>(absl::ToUnixMillis(time));
    return millis < y ? -1 : millis > y ? 1 : 0;
  }
  return absl::AsciiStrToLower(a).compare(absl::AsciiStrToLower(b));
}

bool HasToken(const std::string& value, std::string token) {
  token = absl::AsciiStrToLower(token);
  token.erase(std::remove(token.begin(), token.end(), '*'), token.end());
  return absl::StrContains(absl::AsciiStrToLower(value), token);
}

bool IsIn(const std::string& value, const json& filter) {
  const auto values = filter.find("values");
  if (values == filter.end() || !values->is_array()) return false;
  return std::any_of(values->begin(), values->end(), [&](const json& one) {
    return Compare(value, one.is_string() ? one.get<std::string>() : one.dump()) == 0;
  });
}

absl::StatusOr<bool> Matches(const CrmObject& object, const json& filter) {
  if (!filter.is_object()) return absl::InvalidArgumentError("a filter is an object");
  const std::string operation = TextOf(filter, "operator");
  const std::string value = ValueOf(object, TextOf(filter, "propertyName"));
  const std::string wanted = TextOf(filter, "value");
  const bool has = !value.empty();
  if (operation == "HAS_PROPERTY") return has;
  if (operation == "NOT_HAS_PROPERTY") return !has;
  if (operation == "EQ") return has && Compare(value, wanted) == 0;
  if (operation == "NEQ") return !has || Compare(value, wanted) != 0;
  if (operation == "LT") return has && Compare(value, wanted) < 0;
  if (operation == "LTE") return has && Compare(value, wanted) <= 0;
  if (operation == "GT") return has && Compare(value, wanted) > 0;
  if (operation == "GTE") return has && Compare(value, wanted) >= 0;
  if (operation == "BETWEEN") {
    return has && Compare(value, wanted) >= 0 && Compare(value, TextOf(filter, "highValue")) <= 0;
  }
  if (operation == "IN") return has && IsIn(value, filter);
  if (operation == "NOT_IN") return has && !IsIn(value, filter);
  if (operation == "CONTAINS_TOKEN") return has && HasToken(value, wanted);
  if (operation == "NOT_CONTAINS_TOKEN") return !has || !HasToken(value, wanted);
  return absl::InvalidArgumentError(absl::StrCat("there is no operator '", operation, "'"));
}

absl::StatusOr<bool> MatchesAll(const CrmObject& object, const json& filters) {
  for (const json& filter : filters) {
    FC_ASSIGN_OR_RETURN(const bool matches, Matches(object, filter));
    if (!matches) return false;
  }
  return true;
}

absl::StatusOr<bool> MatchesAnyGroup(const CrmObject& object, const json& request) {
  const auto groups = request.find("filterGroups");
  if (groups == request.end() || groups->empty()) return true;
  for (const json& group : *groups) {
    if (!group.is_object() || !group.contains("filters") || !group["filters"].is_array()) {
      return absl::InvalidArgumentError("a filter group has filters");
    }
    FC_ASSIGN_OR_RETURN(const bool matches, MatchesAll(object, group["filters"]));
    if (matches) return true;
  }
  return false;
}

bool MatchesQuery(const CrmObject& object, const std::string& query) {
  if (query.empty()) return true;
  for (const char* name :
       {"email", "firstname", "lastname", "phone", "company", "name", "domain", "dealname"}) {
    if (HasToken(ValueOf(object, name), query)) return true;
  }
  return false;
}

void Sort(const json& request, std::vector<CrmObject>& objects) {
  const auto sorts = request.find("sorts");
  if (sorts == request.end() || !sorts->is_array() || sorts->empty()) return;
  const json& sort = sorts->front();
  const std::string property =
      sort.is_string() ? sort.get<std::string>() : TextOf(sort, "propertyName");
  const bool descending = sort.is_object() && TextOf(sort, "direction") == "DESCENDING";
  std::stable_sort(objects.begin(), objects.end(), [&](const auto& a, const auto& b) {
    const int order = Compare(ValueOf(a, property), ValueOf(b, property));
    return descending ? order > 0 : order < 0;
  });
}

}  // namespace

absl::StatusOr<std::vector<CrmObject>> SearchObjects(const json& request,
                                                     std::vector<CrmObject> objects) {
  const std::string query = TextOf(request, "query");
  std::vector<CrmObject> found;
  for (CrmObject& object : objects) {
    FC_ASSIGN_OR_RETURN(const bool matches, MatchesAnyGroup(object, request));
    if (matches && MatchesQuery(object, query)) found.push_back(std::move(object));
  }
  Sort(request, found);
  return found;
}

}  // namespace fluxcascade::sandbox
