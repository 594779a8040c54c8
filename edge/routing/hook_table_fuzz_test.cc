// Whatever the configuration, it is taken whole or refused whole with a reason that shows no
// secret; and what is taken serves each of its hooks, until the hook's end.

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "common/check/check.h"
#include "common/testing/text_proto.h"
#include "edge/routing/hook_table.h"
#include "edge/verify/recipes_for_test.h"

namespace fluxcascade::edge {
namespace {

constexpr uint32_t kMaxBody = 1 << 20;
// Begins each secret and token of the seeds. Not in lower case, as the header names are that a
// reason may show.
constexpr absl::string_view kSecretMark = "S3CR3T";

void CheckHook(const HookTable& table, const v1::Hook& hook) {
  const absl::Time end = HookEnd(hook);
  const RoutedHook* routed = table.Find(hook.token(), end);
  FC_CHECK(routed != nullptr && routed->id == hook.id());
  FC_CHECK(routed == table.FindById(hook.id(), end));
  FC_CHECK(routed->max_body_bytes >= 1 && routed->max_body_bytes <= kMaxBody);
  FC_CHECK(routed->quarantine.has_value() == hook.has_quarantine());
  if (end != absl::InfiniteFuture()) {
    FC_CHECK(table.Find(hook.token(), end + absl::Nanoseconds(1)) == nullptr);
  }
  OwnedRequest unsigned_request{.body = "[]"};
  FC_CHECK(!routed->verifier.Verify(unsigned_request.View(), absl::UnixEpoch()).accepted);
}

void CheckTable(const v1::Config& config, const HookTable& table) {
  FC_CHECK(table.version() == config.version());
  FC_CHECK(table.size() == static_cast<size_t>(config.hooks_size()));
  for (const v1::Hook& hook : config.hooks()) CheckHook(table, hook);

  // What is applied again counts on.
  const auto again = HookTable::Build(config, kMaxBody, &table);
  FC_CHECK(again.ok());
  for (const v1::Hook& hook : config.hooks()) {
    FC_CHECK((*again)->Find(hook.token(), HookEnd(hook))->counters ==
             table.Find(hook.token(), HookEnd(hook))->counters);
  }

  v1::Config twice = config;
  twice.MergeFrom(config);
  FC_CHECK(HookTable::Build(twice, kMaxBody).ok() == (config.hooks_size() == 0));
}

void CheckOne(absl::string_view input) {
  v1::Config config;
  if (!ParseTextProto(input, &config)) return;
  const auto table = HookTable::Build(config, kMaxBody);
  if (table.ok()) {
    CheckTable(config, **table);
  } else {
    FC_CHECK(absl::IsInvalidArgument(table.status()));
    FC_CHECK(!absl::StrContains(table.status().message(), kSecretMark));
  }
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
