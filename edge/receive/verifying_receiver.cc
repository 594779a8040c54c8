#include "edge/receive/verifying_receiver.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "common/proto_time/proto_time.h"
#include "edge/verify/signed_request.h"

namespace fluxcascade::edge {
namespace {

SignedRequest ViewOf(const RequestFrame& frame) {
  return {
      .method = frame.method, .query = frame.query, .headers = frame.headers, .body = frame.body};
}

void CopyHeaders(const std::vector<RawHeader>& headers, const std::vector<std::string>& wanted,
                 v1::LoggedRequest& logged) {
  for (const RawHeader& header : headers) {
    const std::string name = absl::AsciiStrToLower(header.name);
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    v1::Header* copy = logged.add_headers();
    copy->set_name(name);
    copy->set_value(std::string(header.value));
  }
}

// Takes the body out of `frame`.
v1::LoggedRequest LoggedForm(const RoutedHook& hook, RequestFrame& frame,
                             const std::vector<std::string>& verified_by, absl::Time now) {
  v1::LoggedRequest logged;
  *logged.mutable_receive_time() = ToProto(now);
  logged.set_hook_id(hook.id);
  CopyHeaders(frame.headers, hook.logged_headers, logged);
  if (frame.query.has_value()) logged.set_query(std::string(*frame.query));
  logged.set_body(std::move(frame.body));
  logged.mutable_verified_by()->Add(verified_by.begin(), verified_by.end());
  return logged;
}

}  // namespace

void VerifyingReceiver::Receive(HookRequest request, Done done) {
  const std::shared_ptr<const HookTable> hooks = hooks_.Get();
  if (hooks == nullptr) {
    ++counters_.unavailable;
    done(HookOutcome::kNotConfigured);
    return;
  }
  const absl::Time now = clock_.Now();
  const RoutedHook* hook = hooks->Find(request.token);
  if (hook == nullptr) {
    Reject(request, "", "", v1::RejectedRequest::REASON_UNKNOWN_TOKEN, now);
    done(HookOutcome::kUnauthorized);
    return;
  }
  if (request.frame.body.size() > hook->max_body_bytes) {
    done(HookOutcome::kPayloadTooLarge);
    return;
  }
  const VerifyResult verified = hook->verifier.Verify(ViewOf(request.frame), now);
  if (!verified.accepted) {
    Reject(request, hook->id, verified.refused_by, verified.reason, now);
    done(HookOutcome::kUnauthorized);
    return;
  }
  Append(LoggedForm(*hook, request.frame, verified.verified_by, now), std::move(done));
}

void VerifyingReceiver::Reject(const HookRequest& request, absl::string_view hook_id,
                               absl::string_view recipe, RejectionReason reason, absl::Time now) {
  ++counters_.rejected;
  const std::string address = request.peer.host();
  rejections_.Add({.hook_id = hook_id,
                   .reason = reason,
                   .recipe_label = recipe,
                   .remote_address = address,
                   .body = request.frame.body,
                   .time = now});
}

void VerifyingReceiver::Append(v1::LoggedRequest request, Done done) {
  EdgeCounters* counters = &counters_;
  log_.Append(std::move(request),
              [counters, done = std::move(done)](const absl::StatusOr<uint64_t>& sequence) {
                ++(sequence.ok() ? counters->accepted : counters->unavailable);
                done(sequence.ok() ? HookOutcome::kAccepted : HookOutcome::kUnavailable);
              });
}

}  // namespace fluxcascade::edge
