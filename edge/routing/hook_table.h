// The hooks that an edge serves: one configuration, checked, compiled and never changed.
#ifndef FLUXCASCADE_EDGE_ROUTING_HOOK_TABLE_H_
#define FLUXCASCADE_EDGE_ROUTING_HOOK_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "edge/routing/hook_counters.h"
#include "edge/routing/rate_bucket.h"
#include "edge/verify/hook_verifier.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

struct RoutedHook {
  std::string id;
  HookVerifier verifier;
  uint32_t max_body_bytes;
  // Lower case.
  std::vector<std::string> logged_headers;
  absl::Time not_after;
  // Never null. With the bucket the only thing that changes, and the next configuration's, too.
  std::shared_ptr<HookCounters> counters = std::make_shared<HookCounters>();
  // Null: no limit.
  std::shared_ptr<RateBucket> rate;
  // Nothing: refused requests are not kept.
  std::optional<v1::QuarantineRule> quarantine = {};
  // How long after a request came its sender waits for the control plane's commit; nothing: the
  // edge's own is enough.
  std::optional<absl::Duration> commit_wait = {};
};

// When a hook's time is over; infinitely late where it has no end. It is served at that very moment
// and not after it.
absl::Time HookEnd(const v1::Hook& hook);

// Immutable but for the counters and buckets.
class HookTable {
 public:
  static constexpr int kMaxHooks = 10000;
  static constexpr size_t kMaxIdLength = 128;
  static constexpr size_t kMinTokenBytes = 16;  // 22 characters
  static constexpr size_t kMaxTokenLength = 128;
  static constexpr size_t kMaxUrlLength = 2048;
  static constexpr int kMaxLoggedHeaders = 32;
  static constexpr uint32_t kMaxQuarantineRequests = 100000;
  static constexpr uint64_t kMinQuarantineBytes = 4096;  // what one request takes at least
  static constexpr uint64_t kMaxQuarantineBytes = uint64_t{1} << 30;

  // Takes a configuration whole or not at all. kInvalidArgument begins with the hook's index and
  // the field, and says what it may be; it shows no token and no secret. `max_body_bytes` and
  // `rate_limit` are the edge's own limits. Hooks that `previous` has count on where those do, and
  // go on with the same bucket if they have the same rate limit: a new configuration fills none.
  static absl::StatusOr<std::shared_ptr<const HookTable>> Build(const v1::Config& config,
                                                                uint32_t max_body_bytes,
                                                                const HookTable* previous = nullptr,
                                                                const RateLimit& rate_limit = {});

  // Null for an unknown token, and for that of a hook whose time is over. Tokens are compared by
  // their hashes: how long it takes says nothing about how near a guess was.
  const RoutedHook* Find(absl::string_view token, absl::Time now) const;

  // The hook of that id, likewise. Looks at all of them: not for each request.
  const RoutedHook* FindById(absl::string_view id, absl::Time now) const;

  // In no order.
  void ForEach(absl::FunctionRef<void(const RoutedHook&)> visit) const;
  bool HasHook(absl::string_view id) const { return ids_.contains(id); }

  int64_t version() const { return version_; }
  size_t size() const { return hooks_.size(); }

 private:
  explicit HookTable(int64_t version) : version_(version) {}

  void TakeOver(const HookTable& previous);

  int64_t version_;
  absl::flat_hash_set<std::string> ids_;
  absl::flat_hash_map<Sha256Digest, RoutedHook> hooks_;  // by the token's hash
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_HOOK_TABLE_H_
