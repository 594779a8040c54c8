// Which entities a search finds, and how its answer shows them.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_SEARCH_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_SEARCH_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/sandbox/pipedrive/entity_kind.h"

namespace fluxcascade::sandbox {

struct EntitySearch {
  std::string term;
  std::vector<std::string> fields;  // empty: all that can be searched
  bool exact = false;               // the whole value, in any case of letters
};

bool MatchesSearch(const nlohmann::json& entity, const EntitySearch& search);

// {"result_score":…,"item":{…}}: not the entity's own shape.
nlohmann::json SearchItemJson(const EntityKind& kind, const nlohmann::json& entity);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_SEARCH_H_
