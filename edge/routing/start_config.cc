#include "edge/routing/start_config.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "edge/routing/config_copy_format.h"

namespace fluxcascade::edge {
namespace {

void LogStart(const ServedConfig& config, const absl::Status& from_copy, absl::Time now) {
  if (from_copy.ok()) {
    Log(LogLevel::kInfo, "serving the copy of the configuration until the control plane sends one",
        {{"version", static_cast<long>(config.version())},
         {"age", now - FromProto(config.State().receive_time())}});
  } else if (absl::IsNotFound(from_copy)) {
    Log(LogLevel::kInfo, "there is no copy of a configuration yet");
  } else {
    Log(LogLevel::kError, "the copy of the configuration can't be used", {{"error", from_copy}});
  }
}

}  // namespace

absl::StatusOr<std::optional<Keyring>> ReadConfigKeys(const std::string& path, Random& random) {
  if (path.empty()) return std::nullopt;
  FC_ASSIGN_OR_RETURN(const std::string lines, ReadFileToString(path));
  absl::StatusOr<Keyring> keys = Keyring::Parse(lines, random);
  if (keys.ok()) return *std::move(keys);
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", keys.status().message()));
}

std::unique_ptr<ServedConfig> StartServedConfig(ConfigStart start, absl::Time now) {
  if (!start.keys.has_value()) {
    Log(LogLevel::kInfo,
        "no --config_key_file: a start without a control plane will have no configuration");
    return std::make_unique<ServedConfig>(start.max_body_bytes, std::nullopt, start.rate_limit);
  }
  ConfigCopyFile copy_file(absl::StrCat(start.folder, "/", kConfigCopyFile),
                           *std::move(start.keys));
  auto config =
      std::make_unique<ServedConfig>(start.max_body_bytes, std::move(copy_file), start.rate_limit);
  LogStart(*config, config->StartFromCopy(now), now);
  return config;
}

}  // namespace fluxcascade::edge
