// Command lines over Abseil's flags, for mains. A mistake ends the process with status 2 and one
// line on standard error that says how to mend it, where Abseil's own parser writes several and
// exits with 1.
#ifndef FLUXCASCADE_COMMON_FLAGS_FLAGS_H_
#define FLUXCASCADE_COMMON_FLAGS_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

// What a process ends with when it was called wrongly.
inline constexpr int kUsageExitCode = 2;

// Sets the flags that ABSL_FLAG defined: `--name=value`, `--name value`, `--name` and `--noname`
// for booleans, in one or two dashes; `--` ends the flags. Gives what is not a flag.
// kInvalidArgument for an unknown flag, a value that a flag does not take, or none where one is
// needed; flags before it have been set then. `arguments` are without the program's name.
absl::StatusOr<std::vector<std::string>> ParseFlags(const std::vector<std::string>& arguments);

// kInvalidArgument naming the first of `names` whose value is empty. The process stops when there
// is no such flag.
absl::Status CheckRequiredFlags(const std::vector<absl::string_view>& names);

// The text that --help writes: `usage`, then each flag with its help and its default.
std::string FlagsHelp(absl::string_view usage);

// For mains: ParseFlags, where arguments that are no flags are mistakes, too. --help writes
// FlagsHelp and exits with 0.
void ParseFlagsOrExit(int argc, char** argv, absl::string_view usage);

// Returns when `status` is OK; else writes `<program>: <message>` in one line and exits with
// kUsageExitCode.
void ExitIfUsageError(const absl::Status& status);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_FLAGS_FLAGS_H_
