#include "edge/routing/served_config.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {

ServedConfig::ServedConfig(uint32_t max_body_bytes, std::optional<ConfigCopyFile> copy_file,
                           const RateLimit& rate_limit)
    : max_body_bytes_(max_body_bytes), rate_limit_(rate_limit), copy_file_(std::move(copy_file)) {
  if (!copy_file_.has_value()) ShowNoCopyReason("it has no key to keep a copy with");
}

absl::Status ServedConfig::StartFromCopy(absl::Time now) {
  if (!copy_file_.has_value()) return absl::NotFoundError("no copy is kept");
  MutexLock lock(change_mutex_);
  FC_ASSIGN_OR_RETURN(v1::ConfigCopy copy, copy_file_->Read());
  FC_ASSIGN_OR_RETURN(const int ended, Take(std::move(copy), v1::ConfigState::SOURCE_COPY, now));
  if (ended > 0) WriteCopy();
  return absl::OkStatus();
}

absl::Status ServedConfig::Apply(const v1::Config& config, absl::Time now) {
  MutexLock lock(change_mutex_);
  if (config.version() < version()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "version ", config.version(), " is below version ", version(), ", which this edge serves"));
  }
  v1::ConfigCopy copy;
  *copy.mutable_config() = config;
  *copy.mutable_receive_time() = ToProto(now);
  FC_RETURN_IF_ERROR(Take(std::move(copy), v1::ConfigState::SOURCE_CONTROL_PLANE, now).status());
  WriteCopy();
  return absl::OkStatus();
}

void ServedConfig::Care(absl::Time now) {
  MutexLock lock(change_mutex_);
  const int ended = ForgetEnded(now);
  if (ended > 0) Log(LogLevel::kInfo, "forgot hooks whose time is over", {{"hooks", ended}});
  if (ended > 0 || copy_is_due_) WriteCopy();
}

int64_t ServedConfig::version() const {
  const std::shared_ptr<const HookTable> table = hooks_.Get();
  return table == nullptr ? 0 : table->version();
}

v1::ConfigState ServedConfig::State() const {
  MutexLock lock(state_mutex_);
  return state_;
}

absl::StatusOr<int> ServedConfig::Take(v1::ConfigCopy copy, v1::ConfigState::Source source,
                                       absl::Time now) {
  FC_ASSIGN_OR_RETURN(std::shared_ptr<const HookTable> table, BuildTable(copy.config()));
  copy_ = std::move(copy);
  hooks_.Replace(std::move(table));
  {
    MutexLock lock(state_mutex_);
    state_.set_source(source);
    *state_.mutable_receive_time() = copy_.receive_time();
  }
  return ForgetEnded(now);
}

absl::StatusOr<std::shared_ptr<const HookTable>> ServedConfig::BuildTable(
    const v1::Config& config) const {
  return HookTable::Build(config, max_body_bytes_, hooks_.Get().get(), rate_limit_);
}

int ServedConfig::ForgetEnded(absl::Time now) {
  auto& hooks = *copy_.mutable_config()->mutable_hooks();
  const auto ended = std::remove_if(hooks.begin(), hooks.end(),
                                    [now](const v1::Hook& hook) { return now > HookEnd(hook); });
  const int count = static_cast<int>(hooks.end() - ended);
  if (count == 0) return 0;
  hooks.erase(ended, hooks.end());
  absl::StatusOr<std::shared_ptr<const HookTable>> table = BuildTable(copy_.config());
  FC_CHECK(table.ok());  // part of one that was
  hooks_.Replace(*std::move(table));
  return count;
}

void ServedConfig::WriteCopy() {
  if (!copy_file_.has_value()) return;
  const absl::Status written = copy_file_->Write(copy_);
  copy_is_due_ = !written.ok();
  const std::string reason =
      written.ok() ? "" : absl::StrCat("its copy was not written: ", written.message());
  if (!ShowNoCopyReason(reason)) return;
  if (written.ok()) {
    Log(LogLevel::kInfo, "the copy of the configuration is written again");
  } else {
    Log(LogLevel::kError, "the copy of the configuration was not written", {{"error", written}});
  }
}

bool ServedConfig::ShowNoCopyReason(absl::string_view reason) {
  MutexLock lock(state_mutex_);
  if (state_.no_copy_reason() == reason) return false;
  state_.set_no_copy_reason(std::string(reason));
  return true;
}

}  // namespace fluxcascade::edge
