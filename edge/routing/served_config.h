// The configuration that the edge serves, wherever it has it from: the one place where one is
// applied, kept, and forgotten.
#ifndef FLUXCASCADE_EDGE_ROUTING_SERVED_CONFIG_H_
#define FLUXCASCADE_EDGE_ROUTING_SERVED_CONFIG_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "edge/routing/active_hook_table.h"
#include "edge/routing/config_copy_file.h"
#include "edge/routing/hook_table.h"
#include "edge/routing/rate_bucket.h"
#include "fluxcascade/edge/v1/config_copy.pb.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

// Thread-safe. What changes it may wait for the disk; what only looks at it never does.
class ServedConfig {
 public:
  // `max_body_bytes` and `rate_limit` are the edge's own limits. Without a copy file a start
  // without a control plane has nothing to serve.
  ServedConfig(uint32_t max_body_bytes, std::optional<ConfigCopyFile> copy_file,
               const RateLimit& rate_limit = {});

  // What requests are judged by, and what they were taken before. The table is replaced here alone.
  ActiveHookTable& hooks() { return hooks_; }

  // Serves what the copy holds, less the hooks whose time is over, which go from the copy, too. On
  // an error nothing is served: kNotFound when there is no copy yet, or none is kept; otherwise why
  // it can't be used.
  absl::Status StartFromCopy(absl::Time now);

  // Takes a configuration of the control plane's whole, or, with an error that says why, not at
  // all; then what was served stays, and so does the copy. On OK it is served, and its copy is on
  // disk: a copy that can't be written is logged, shown by State, and tried again by Care, but is
  // no reason to refuse webhooks.
  absl::Status Apply(const v1::Config& config, absl::Time now);

  // To be called every few seconds: forgets the hooks whose time is over, here and in the copy, and
  // writes a copy that could not be written.
  void Care(absl::Time now);

  // 0: none.
  int64_t version() const;
  v1::ConfigState State() const;

 private:
  // Serves it, less the hooks whose time is over; how many these were.
  absl::StatusOr<int> Take(v1::ConfigCopy copy, v1::ConfigState::Source source, absl::Time now)
      FC_REQUIRES(change_mutex_);
  absl::StatusOr<std::shared_ptr<const HookTable>> BuildTable(const v1::Config& config) const;
  int ForgetEnded(absl::Time now) FC_REQUIRES(change_mutex_);
  void WriteCopy() FC_REQUIRES(change_mutex_);
  // Whether it is another than before.
  bool ShowNoCopyReason(absl::string_view reason);

  const uint32_t max_body_bytes_;
  const RateLimit rate_limit_;
  const std::optional<ConfigCopyFile> copy_file_;
  ActiveHookTable hooks_;

  // Held while a change is made, over the write to disk; taken before the other.
  Mutex change_mutex_;
  // What is served.
  v1::ConfigCopy copy_ FC_GUARDED_BY(change_mutex_);
  bool copy_is_due_ FC_GUARDED_BY(change_mutex_) = false;

  mutable Mutex state_mutex_;
  v1::ConfigState state_ FC_GUARDED_BY(state_mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_SERVED_CONFIG_H_
