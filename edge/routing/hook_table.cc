#include "edge/routing/hook_table.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "edge/routing/ack_rule.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

absl::Status CheckId(absl::string_view id) {
  if (id.empty() || id.size() > HookTable::kMaxIdLength ||
      !std::all_of(id.begin(), id.end(), absl::ascii_isgraph)) {
    return FieldError(
        "id", absl::StrCat("must be 1 to ", HookTable::kMaxIdLength, " visible ASCII characters"));
  }
  return absl::OkStatus();
}

absl::Status CheckToken(absl::string_view token) {
  const std::optional<std::string> bytes =
      token.size() <= HookTable::kMaxTokenLength ? CanonicalBase64UrlDecode(token) : std::nullopt;
  if (!bytes.has_value() || bytes->size() < HookTable::kMinTokenBytes) {
    return FieldError("token", absl::StrCat("must be base64url without padding, of at least ",
                                            HookTable::kMinTokenBytes, " bytes, in at most ",
                                            HookTable::kMaxTokenLength, " characters"));
  }
  return absl::OkStatus();
}

// A query comes from the request, so the URL itself must have none.
absl::Status CheckPublicUrl(absl::string_view url) {
  absl::string_view rest = url;
  const bool has_host = absl::ConsumePrefix(&rest, "https://") && !rest.empty() && rest[0] != '/';
  if (!has_host || url.size() > HookTable::kMaxUrlLength || absl::StrContains(url, '?') ||
      absl::StrContains(url, '#') || !std::all_of(url.begin(), url.end(), absl::ascii_isgraph)) {
    return FieldError("public_url",
                      absl::StrCat("must be https://host/path without query and fragment, at most ",
                                   HookTable::kMaxUrlLength, " characters"));
  }
  return absl::OkStatus();
}

// What these carry gives access by itself, and has no place in a log.
bool IsCredential(absl::string_view header) {
  return header == "authorization" || header == "proxy-authorization" || header == "cookie";
}

bool IsToken(const google::protobuf::RepeatedPtrField<v1::Recipe>& recipes,
             absl::string_view header) {
  return std::any_of(recipes.begin(), recipes.end(), [header](const v1::Recipe& recipe) {
    return absl::EqualsIgnoreCase(recipe.token().header(), header);
  });
}

absl::Status CheckLoggedHeaders(const v1::Hook& hook) {
  if (hook.logged_headers_size() > HookTable::kMaxLoggedHeaders) {
    return FieldError("logged_headers",
                      absl::StrCat("must be at most ", HookTable::kMaxLoggedHeaders, ", are ",
                                   hook.logged_headers_size()));
  }
  for (int i = 0; i < hook.logged_headers_size(); ++i) {
    const std::string& name = hook.logged_headers(i);
    const std::string field = absl::StrCat("logged_headers[", i, "]");
    FC_RETURN_IF_ERROR(CheckHeaderName(field, name));
    if (name != absl::AsciiStrToLower(name)) return FieldError(field, "must be in lower case");
    if (IsCredential(name)) {
      return FieldError(field, absl::StrCat("must not be ", name, ": it is never logged"));
    }
    if (IsToken(hook.required(), name) || IsToken(hook.any_of(), name)) {
      return FieldError(field,
                        absl::StrCat("must not be ", name, ": a recipe's token stands there"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRateLimit(const v1::RateLimit& limit) {
  const std::string most = absl::StrCat("must be at most ", RateLimit::kMost, ", is ");
  if (limit.requests_per_second() > RateLimit::kMost) {
    return FieldError("rate_limit.requests_per_second",
                      absl::StrCat(most, limit.requests_per_second()));
  }
  if (limit.burst() > RateLimit::kMost) {
    return FieldError("rate_limit.burst", absl::StrCat(most, limit.burst()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::QuarantineRule>> QuarantineOf(const v1::Hook& hook) {
  if (!hook.has_quarantine()) return std::nullopt;
  const v1::QuarantineRule& rule = hook.quarantine();
  if (rule.max_requests() < 1 || rule.max_requests() > HookTable::kMaxQuarantineRequests) {
    return FieldError("quarantine.max_requests",
                      absl::StrCat("must be 1 to ", HookTable::kMaxQuarantineRequests, ", is ",
                                   rule.max_requests()));
  }
  if (rule.max_bytes() < HookTable::kMinQuarantineBytes ||
      rule.max_bytes() > HookTable::kMaxQuarantineBytes) {
    return FieldError("quarantine.max_bytes",
                      absl::StrCat("must be ", HookTable::kMinQuarantineBytes, " to ",
                                   HookTable::kMaxQuarantineBytes, ", is ", rule.max_bytes()));
  }
  return rule;
}

std::shared_ptr<RateBucket> MakeBucket(const v1::RateLimit& own, const RateLimit& of_edge) {
  const RateLimit limit =
      own.requests_per_second() == 0
          ? of_edge
          : RateLimit{.requests_per_second = own.requests_per_second(), .burst = own.burst()};
  return limit.requests_per_second == 0 ? nullptr : std::make_shared<RateBucket>(limit);
}

absl::StatusOr<RoutedHook> Route(const v1::Hook& hook, uint32_t max_body_bytes,
                                 const RateLimit& rate_limit) {
  FC_RETURN_IF_ERROR(CheckId(hook.id()));
  FC_RETURN_IF_ERROR(CheckToken(hook.token()));
  FC_RETURN_IF_ERROR(CheckPublicUrl(hook.public_url()));
  FC_RETURN_IF_ERROR(CheckLoggedHeaders(hook));
  if (hook.max_body_bytes() > max_body_bytes) {
    return FieldError("max_body_bytes",
                      absl::StrCat("must be at most ", max_body_bytes, ", this edge's limit, is ",
                                   hook.max_body_bytes()));
  }
  FC_RETURN_IF_ERROR(CheckRateLimit(hook.rate_limit()));
  FC_ASSIGN_OR_RETURN(std::optional<v1::QuarantineRule> quarantine, QuarantineOf(hook));
  FC_ASSIGN_OR_RETURN(const std::optional<absl::Duration> commit_wait, CommitWaitOf(hook));
  FC_ASSIGN_OR_RETURN(HookVerifier verifier, HookVerifier::Compile(hook));
  return RoutedHook{
      .id = hook.id(),
      .verifier = std::move(verifier),
      .max_body_bytes = hook.max_body_bytes() == 0 ? max_body_bytes : hook.max_body_bytes(),
      .logged_headers = {hook.logged_headers().begin(), hook.logged_headers().end()},
      .not_after = HookEnd(hook),
      .rate = MakeBucket(hook.rate_limit(), rate_limit),
      .quarantine = std::move(quarantine),
      .commit_wait = commit_wait};
}

}  // namespace

absl::Time HookEnd(const v1::Hook& hook) {
  return hook.has_not_after() ? FromProto(hook.not_after()) : absl::InfiniteFuture();
}

absl::StatusOr<std::shared_ptr<const HookTable>> HookTable::Build(const v1::Config& config,
                                                                  uint32_t max_body_bytes,
                                                                  const HookTable* previous,
                                                                  const RateLimit& rate_limit) {
  if (config.version() < 1) return FieldError("version", "must be above 0");
  if (config.hooks_size() > kMaxHooks) {
    return FieldError("hooks",
                      absl::StrCat("must be at most ", kMaxHooks, ", are ", config.hooks_size()));
  }
  std::shared_ptr<HookTable> table(new HookTable(config.version()));
  for (int i = 0; i < config.hooks_size(); ++i) {
    const v1::Hook& hook = config.hooks(i);
    const std::string place = absl::StrCat("hooks[", i, "]");
    absl::StatusOr<RoutedHook> routed = Route(hook, max_body_bytes, rate_limit);
    if (!routed.ok()) return InField(place, routed.status());
    if (!table->ids_.insert(hook.id()).second) {
      return FieldError(absl::StrCat(place, ".id"), "is another hook's, too");
    }
    if (!table->hooks_.try_emplace(Sha256(hook.token()), *std::move(routed)).second) {
      return FieldError(absl::StrCat(place, ".token"), "is another hook's, too");
    }
  }
  if (previous != nullptr) table->TakeOver(*previous);
  return std::shared_ptr<const HookTable>(std::move(table));
}

// By the hook's id: its token may have changed.
void HookTable::TakeOver(const HookTable& previous) {
  absl::flat_hash_map<absl::string_view, const RoutedHook*> by_id;
  previous.ForEach([&](const RoutedHook& hook) { by_id.emplace(hook.id, &hook); });
  for (auto& [token, hook] : hooks_) {
    const auto found = by_id.find(hook.id);
    if (found == by_id.end()) continue;
    const RoutedHook& before = *found->second;
    hook.counters = before.counters;
    const bool both_limited = hook.rate != nullptr && before.rate != nullptr;
    if (both_limited && hook.rate->limit() == before.rate->limit()) hook.rate = before.rate;
  }
}

const RoutedHook* HookTable::FindById(absl::string_view id, absl::Time now) const {
  for (const auto& [token, hook] : hooks_) {
    if (hook.id == id) return now > hook.not_after ? nullptr : &hook;
  }
  return nullptr;
}

void HookTable::ForEach(absl::FunctionRef<void(const RoutedHook&)> visit) const {
  for (const auto& [token, hook] : hooks_) visit(hook);
}

const RoutedHook* HookTable::Find(absl::string_view token, absl::Time now) const {
  const auto found = hooks_.find(Sha256(token));
  return found == hooks_.end() || now > found->second.not_after ? nullptr : &found->second;
}

}  // namespace fluxcascade::edge
