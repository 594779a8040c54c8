#include "edge/receive/verifying_receiver.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/proto_time/proto_time.h"
#include "edge/routing/logged_form.h"
#include "edge/verify/signed_request.h"

namespace fluxcascade::edge {
namespace {

SignedRequest ViewOf(const RequestFrame& frame) {
  return {
      .method = frame.method, .query = frame.query, .headers = frame.headers, .body = frame.body};
}

// Takes the body out of `frame`.
v1::LoggedRequest LoggedFormOf(const RoutedHook& hook, RequestFrame& frame,
                               const std::vector<std::string>& verified_by, absl::Time now) {
  v1::LoggedRequest logged = LoggedForm(hook, ViewOf(frame), verified_by, now);
  logged.set_body(std::move(frame.body));
  return logged;
}

// All that verifying it again may look at. Takes the body out of the request's frame.
v1::QuarantinedRequest QuarantinedForm(const RoutedHook& hook, HookRequest& request,
                                       const VerifyResult& refused, absl::Time now) {
  RequestFrame& frame = request.frame;
  v1::QuarantinedRequest kept;
  kept.set_hook_id(hook.id);
  *kept.mutable_receive_time() = ToProto(now);
  kept.set_remote_address(request.peer.host());
  kept.set_method(std::string(frame.method));
  if (frame.query.has_value()) kept.set_query(std::string(*frame.query));
  for (const RawHeader& header : frame.headers) {
    v1::Header& copy = *kept.add_headers();
    copy.set_name(std::string(header.name));
    copy.set_value(std::string(header.value));
  }
  kept.set_body(std::move(frame.body));
  kept.set_reason(refused.reason);
  kept.set_recipe_label(refused.refused_by);
  return kept;
}

void Answer(HookCounters& counters, HookOutcome outcome, const HookReceiver::Done& done) {
  counters.Add(outcome);
  done(outcome);
}

// What answering a request takes once the log has it; the receiver may be gone by then.
struct OwedAnswer {
  CommitWaiter& commits;
  EdgeCounters& counters;
  const Clock& clock;
  LimitedLog& notices;
  // Holds the counters.
  std::shared_ptr<const HookTable> hooks;
  HookCounters& hook;
  std::optional<absl::Duration> commit_wait;
  // By the monotonic clock.
  absl::Duration received;
  HookReceiver::Done done;
};

void OnDurable(const std::shared_ptr<const OwedAnswer>& owed, uint64_t sequence) {
  ++owed->counters.accepted;
  if (!owed->commit_wait.has_value()) {
    return Answer(owed->hook, HookOutcome::kAccepted, owed->done);
  }
  owed->commits.Wait(sequence, owed->received, *owed->commit_wait,
                     [owed, durable = owed->clock.Monotonic()](CommitWaiter::End end) {
                       if (end == CommitWaiter::End::kCommitted) {
                         owed->counters.commit.Observe(owed->clock.Monotonic() - durable);
                       } else {
                         ++owed->counters.local_fallbacks;
                         owed->hook.AddLocalFallback();
                       }
                       Answer(owed->hook, HookOutcome::kAccepted, owed->done);
                     });
}

}  // namespace

void VerifyingReceiver::Receive(HookRequest request, Done done) {
  const std::shared_ptr<const HookTable> hooks = hooks_.GetOften();
  if (hooks == nullptr) {
    ++counters_.unavailable;
    return Answer(counters_.no_hook, HookOutcome::kNotConfigured, done);
  }
  const absl::Time now = clock_.Now();
  const RoutedHook* hook = hooks->Find(request.token, now);
  if (hook == nullptr) {
    Reject(request, "", "", v1::RejectedRequest::REASON_UNKNOWN_TOKEN, now);
    return Answer(counters_.no_hook, HookOutcome::kUnauthorized, done);
  }
  const bool too_large = request.frame.body.size() > hook->max_body_bytes;
  const VerifyResult verified = Verify(*hook, request.frame, now);
  if (!verified.accepted) {
    Reject(request, hook->id, verified.refused_by, verified.reason, now);
    if (quarantine_ != nullptr && hook->quarantine.has_value() && !too_large &&
        Quarantine::IsMendable(verified.reason)) {
      quarantine_->Keep(QuarantinedForm(*hook, request, verified, now), *hook->quarantine);
    }
    return Answer(*hook->counters, HookOutcome::kUnauthorized, done);
  }
  // Not before the request has verified: whoever knows a hook's URL but no secret could otherwise
  // use up what the honest sender may send, and be answered in a way that tells of the hook. What
  // verifying costs such a flood is bounded by the limits on connections.
  if (too_large) return Answer(*hook->counters, HookOutcome::kPayloadTooLarge, done);
  if (hook->rate != nullptr && !hook->rate->Take(clock_.Monotonic())) {
    ++counters_.rate_limited;
    return Answer(*hook->counters, HookOutcome::kRateLimited, done);
  }
  if (!verified.ids.empty() && !ClaimIds(request, *hook, verified.ids, now, done)) return;
  Append(LoggedFormOf(*hook, request.frame, verified.verified_by, now), hooks, *hook,
         std::move(done));
}

VerifyResult VerifyingReceiver::Verify(const RoutedHook& hook, const RequestFrame& frame,
                                       absl::Time now) {
  const absl::Duration begun = clock_.Monotonic();
  VerifyResult result = hook.verifier.Verify(ViewOf(frame), now);
  counters_.verify.Observe(clock_.Monotonic() - begun);
  return result;
}

bool VerifyingReceiver::ClaimIds(const HookRequest& request, const RoutedHook& hook,
                                 const std::vector<SignedId>& ids, absl::Time now, Done& done) {
  SeenIds& seen = hooks_.seen_ids();
  const SeenIds::Key key = SeenIds::KeyOf(hook.id, ids, request.frame.body);
  absl::Time good_until = absl::InfinitePast();
  for (const SignedId& id : ids) good_until = std::max(good_until, id.good_until);

  switch (seen.Claim(hook.id, key, good_until, now)) {
    case SeenIds::Sight::kNew:
      break;
    case SeenIds::Sight::kBeingTaken:
      // Whether the copy becomes durable is not known: to say 200 now could lose both.
      ++counters_.unavailable;
      Answer(*hook.counters, HookOutcome::kUnavailable, done);
      return false;
    case SeenIds::Sight::kTaken:
      ++counters_.duplicates;
      Keep(request, hook.id, ids[0].recipe, v1::RejectedRequest::REASON_REPLAYED, now);
      Answer(*hook.counters, HookOutcome::kDuplicate, done);
      return false;
  }
  done = [&seen, key, done = std::move(done)](HookOutcome outcome) {
    if (outcome == HookOutcome::kAccepted) {
      seen.Taken(key);
    } else {
      seen.GiveUp(key);
    }
    done(outcome);
  };
  return true;
}

void VerifyingReceiver::Reject(const HookRequest& request, absl::string_view hook_id,
                               absl::string_view recipe, RejectionReason reason, absl::Time now) {
  ++counters_.rejected;
  ++counters_.rejected_for[reason];
  Keep(request, hook_id, recipe, reason, now);
}

void VerifyingReceiver::Keep(const HookRequest& request, absl::string_view hook_id,
                             absl::string_view recipe, RejectionReason reason, absl::Time now) {
  const std::string address = request.peer.host();
  rejections_.Add({.hook_id = hook_id,
                   .reason = reason,
                   .recipe_label = recipe,
                   .remote_address = address,
                   .body = request.frame.body,
                   .time = now});
}

void VerifyingReceiver::Append(v1::LoggedRequest request, std::shared_ptr<const HookTable> hooks,
                               const RoutedHook& hook, Done done) {
  const auto owed = std::make_shared<const OwedAnswer>(OwedAnswer{.commits = commits_,
                                                                  .counters = counters_,
                                                                  .clock = clock_,
                                                                  .notices = notices_,
                                                                  .hooks = std::move(hooks),
                                                                  .hook = *hook.counters,
                                                                  .commit_wait = hook.commit_wait,
                                                                  .received = clock_.Monotonic(),
                                                                  .done = std::move(done)});
  log_.Append(std::move(request), [owed](const absl::StatusOr<uint64_t>& sequence) {
    if (sequence.ok()) return OnDurable(owed, *sequence);
    ++owed->counters.unavailable;
    owed->notices.Log(LogLevel::kError, "the log did not take a webhook",
                      {{"error", sequence.status()}});
    Answer(owed->hook, HookOutcome::kUnavailable, owed->done);
  });
}

}  // namespace fluxcascade::edge
