#include "tests/sandbox/pipedrive/entity_search.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

void AddText(const json& value, std::vector<std::string>& texts) {
  if (value.is_string()) texts.push_back(value.get<std::string>());
}

std::vector<std::string> ContactValues(const json& entity, const char* name) {
  std::vector<std::string> values;
  if (!entity.contains(name)) return values;
  for (const json& entry : entity[name]) AddText(entry.value("value", json()), values);
  return values;
}

// The texts that a search in `field` looks at.
std::vector<std::string> TextsOf(const json& entity, const std::string& field) {
  if (field == "email") return ContactValues(entity, "emails");
  if (field == "phone") return ContactValues(entity, "phones");
  std::vector<std::string> texts;
  if (field == "custom_fields") {
    for (const json& value : entity["custom_fields"]) AddText(value, texts);
  } else if (entity.contains(field)) {
    AddText(entity[field], texts);
  }
  return texts;
}

bool Matches(const std::string& text, const EntitySearch& search) {
  return search.exact
             ? absl::EqualsIgnoreCase(text, search.term)
             : absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(search.term));
}

}  // namespace

bool MatchesSearch(const json& entity, const EntitySearch& search) {
  static const auto* const kAll = new std::vector<std::string>{
      "name", "title", "email", "phone", "notes", "address", "custom_fields"};
  const std::vector<std::string>& fields = search.fields.empty() ? *kAll : search.fields;
  return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
    const std::vector<std::string> texts = TextsOf(entity, field);
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return Matches(text, search); });
  });
}

json SearchItemJson(const EntityKind& kind, const json& entity) {
  json item = {{"id", entity["id"]},
               {"type", kind.name},
               {kind.title, entity[kind.title]},
               {"visible_to", entity["visible_to"]},
               {"owner", {{"id", entity["owner_id"]}}},
               {"custom_fields", json::array()},
               {"notes", json::array()}};
  if (kind.name == "person") {
    const std::vector<std::string> emails = ContactValues(entity, "emails");
    item["emails"] = emails;
    item["phones"] = ContactValues(entity, "phones");
    item["primary_email"] = emails.empty() ? json() : json(emails[0]);
    item["organization"] = nullptr;
  }
  return {{"result_score", 1.0}, {"item", item}};
}

}  // namespace fluxcascade::sandbox
