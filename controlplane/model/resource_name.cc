#include "controlplane/model/resource_name.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/id/id.h"

namespace fluxcascade {
namespace {

// `workspaces/*/apps/*` as people read it: `workspaces/{workspace}/apps/{app}`.
std::string Readable(absl::string_view pattern) {
  std::vector<std::string> parts = absl::StrSplit(pattern, '/');
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i] != "*") continue;
    std::string word = parts[i - 1];
    if (!word.empty() && word.back() == 's') word.pop_back();
    parts[i] = absl::StrCat("{", word, "}");
  }
  std::string text;
  for (const std::string& part : parts) absl::StrAppend(&text, text.empty() ? "" : "/", part);
  return text;
}

bool Matches(absl::string_view name, absl::string_view pattern) {
  const std::vector<absl::string_view> given = absl::StrSplit(name, '/');
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '/');
  if (given.size() != wanted.size()) return false;
  for (size_t i = 0; i < given.size(); ++i) {
    if (wanted[i] == "*" ? !IsResourceId(given[i]) : given[i] != wanted[i]) return false;
  }
  return true;
}

}  // namespace

absl::Status CheckName(absl::string_view field, absl::string_view name, absl::string_view pattern) {
  if (Matches(name, pattern)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": \"", name.substr(0, 200), "\" is not a name of the form ",
                   Readable(pattern), " (ids are 1 to 63 characters of a-z, 0-9 and -)"));
}

absl::Status CheckEdgeNodeName(absl::string_view field, absl::string_view name) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, "edgeNodes/") && IsDnsName(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": \"", name.substr(0, 300),
                   "\" is not a name of the form edgeNodes/{edge_node} (which is the DNS name of "
                   "the node's certificate, in lower case)"));
}

std::string JoinName(absl::string_view parent, absl::string_view collection, absl::string_view id) {
  return absl::StrCat(parent, parent.empty() ? "" : "/", collection, "/", id);
}

absl::string_view IdOf(absl::string_view name) { return name.substr(name.rfind('/') + 1); }

absl::string_view ParentOf(absl::string_view name) {
  for (int parts = 0; parts < 2; ++parts) {
    const size_t slash = name.rfind('/');
    if (slash == absl::string_view::npos) return "";
    name = name.substr(0, slash);
  }
  return name;
}

absl::string_view WorkspaceOf(absl::string_view name) {
  const size_t first = name.find('/');
  if (first == absl::string_view::npos) return name;
  return name.substr(0, name.find('/', first + 1));
}

}  // namespace fluxcascade
