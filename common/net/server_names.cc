#include "common/net/server_names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace fluxcascade {

void ServerNames::Add(absl::string_view name, size_t index) {
  const bool wildcard = absl::ConsumePrefix(&name, "*.");
  (wildcard ? wildcard_ : exact_).emplace(absl::AsciiStrToLower(name), index);
}

std::optional<size_t> ServerNames::Find(absl::string_view host) const {
  absl::ConsumeSuffix(&host, ".");
  const std::string name = absl::AsciiStrToLower(host);
  if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
  const size_t dot = name.find('.');
  if (dot == 0 || dot == std::string::npos) return std::nullopt;
  const auto found = wildcard_.find(absl::string_view(name).substr(dot + 1));
  if (found == wildcard_.end()) return std::nullopt;
  return found->second;
}

}  // namespace fluxcascade
