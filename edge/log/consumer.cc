#include "edge/log/consumer.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {
namespace {

bool MayStandInAName(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
}

absl::Status CheckName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxConsumerName ||
      !std::all_of(name.begin(), name.end(), MayStandInAName)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the name '", name.substr(0, 2 * kMaxConsumerName), "' is not 1 to ",
                     kMaxConsumerName, " characters of a-z, 0-9 and -"));
  }
  if (name != kPrimaryConsumer) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the name '", name, "' is that of the first one"));
}

}  // namespace

absl::Status CheckFurtherConsumers(const std::vector<std::string>& names) {
  if (names.size() > kMaxFurtherConsumers) {
    return absl::InvalidArgumentError(
        absl::StrCat(names.size(), " names, of at most ", kMaxFurtherConsumers));
  }
  std::set<absl::string_view> seen;
  for (const std::string& name : names) {
    FC_RETURN_IF_ERROR(CheckName(name));
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat("the name '", name, "' stands there twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fluxcascade::edge
