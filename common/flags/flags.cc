#include "common/flags/flags.h"

#include <errno.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/check/check.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

struct Argument {
  std::string name;
  std::string value;
  bool has_value = false;
};

// Without its dashes, cut at the first `=`.
Argument Split(absl::string_view text) {
  text.remove_prefix(absl::StartsWith(text, "--") ? 2 : 1);
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos) return {.name = std::string(text), .value = ""};
  return {.name = std::string(text.substr(0, equals)),
          .value = std::string(text.substr(equals + 1)),
          .has_value = true};
}

absl::Status Set(absl::CommandLineFlag& flag, const std::string& value) {
  std::string reason;
  if (flag.ParseFrom(value, &reason)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag.Name(), " does not take '", value, "'; it is: ", flag.Help()));
}

// For `--noname` the flag `name`, when it is a boolean.
absl::CommandLineFlag* FindNegated(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "no")) return nullptr;
  absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
  return flag != nullptr && flag->IsOfType<bool>() ? flag : nullptr;
}

// Sets one flag; `next` is the argument after it, nullptr when there is none. Tells whether it took
// that, too.
absl::StatusOr<bool> SetFlag(const std::string& text, const std::string* next) {
  const Argument argument = Split(text);
  absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(argument.name);
  if (flag == nullptr) {
    absl::CommandLineFlag* const negated = FindNegated(argument.name);
    if (negated == nullptr || argument.has_value) {
      return absl::InvalidArgumentError(absl::StrCat("there is no flag --", argument.name,
                                                     "; --help lists those that there are"));
    }
    FC_RETURN_IF_ERROR(Set(*negated, "false"));
    return false;
  }
  if (argument.has_value || flag->IsOfType<bool>()) {
    FC_RETURN_IF_ERROR(Set(*flag, argument.has_value ? argument.value : "true"));
    return false;
  }
  if (next == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag->Name(), " needs a value; it is: ", flag->Help()));
  }
  FC_RETURN_IF_ERROR(Set(*flag, *next));
  return true;
}

// Those that our own files define: some of Abseil's libraries bring flags with them.
std::map<std::string, absl::CommandLineFlag*> OwnFlags() {
  std::map<std::string, absl::CommandLineFlag*> flags;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (!absl::StrContains(flag->Filename(), "absl/")) flags.emplace(std::string(name), flag);
  }
  return flags;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseFlags(const std::vector<std::string>& arguments) {
  std::vector<std::string> others;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      others.insert(others.end(), arguments.begin() + i + 1, arguments.end());
      break;
    }
    if (argument.size() < 2 || argument[0] != '-') {
      others.push_back(argument);
      continue;
    }
    const std::string* const next = i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    FC_ASSIGN_OR_RETURN(const bool took_next, SetFlag(argument, next));
    if (took_next) ++i;
  }
  return others;
}

absl::Status CheckRequiredFlags(const std::vector<absl::string_view>& names) {
  for (const absl::string_view name : names) {
    const absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
    FC_CHECK(flag != nullptr);
    if (flag->CurrentValue().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", name, " must be given; it is: ", flag->Help()));
    }
  }
  return absl::OkStatus();
}

std::string FlagsHelp(absl::string_view usage) {
  std::string help = absl::StrCat(usage, "\n");
  for (const auto& [name, flag] : OwnFlags()) {
    absl::StrAppend(&help, "\n  --", name, "\n      ", flag->Help());
    const std::string value = flag->DefaultValue();
    if (!value.empty()) absl::StrAppend(&help, " (default: ", value, ")");
    help.push_back('\n');
  }
  return help;
}

void ParseFlagsOrExit(int argc, char** argv, absl::string_view usage) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto end_of_flags = std::find(arguments.begin(), arguments.end(), "--");
  for (auto argument = arguments.begin(); argument != end_of_flags; ++argument) {
    if (*argument == "--help" || *argument == "-help" || *argument == "-h") {
      std::cout << FlagsHelp(usage) << std::flush;
      std::exit(0);
    }
  }
  const absl::StatusOr<std::vector<std::string>> others = ParseFlags(arguments);
  ExitIfUsageError(others.status());
  if (!others->empty()) {
    ExitIfUsageError(absl::InvalidArgumentError(absl::StrCat(
        "'", others->front(), "' is not a flag, and there are no other arguments; see --help")));
  }
}

void ExitIfUsageError(const absl::Status& status) {
  if (status.ok()) return;
  const std::string line = absl::StrReplaceAll(status.message(), {{"\n", " "}, {"\r", " "}});
  std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, line.c_str());
  std::exit(kUsageExitCode);
}

}  // namespace fluxcascade
