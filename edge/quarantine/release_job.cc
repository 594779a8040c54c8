#include "edge/quarantine/release_job.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "edge/routing/logged_form.h"
#include "edge/routing/seen_ids.h"

namespace fluxcascade::edge {
namespace {

// The headers' views are of `headers`, which outlives what is returned, as `request` does.
SignedRequest ViewOf(const v1::QuarantinedRequest& request, std::vector<RawHeader>& headers) {
  for (const v1::Header& header : request.headers()) {
    headers.push_back({.name = header.name(), .value = header.value()});
  }
  SignedRequest view{.method = request.method(), .headers = headers, .body = request.body()};
  if (request.has_query()) view.query = request.query();
  return view;
}

absl::Time RememberUntil(const std::vector<SignedId>& ids, absl::Time now) {
  absl::Time until = now + ReleaseJob::kRememberReleased;
  for (const SignedId& id : ids) until = std::max(until, id.good_until);
  return until;
}

}  // namespace

ReleaseJob::ReleaseJob(Edge edge, v1::ReleaseQuarantine ask)
    : edge_(edge), ask_(std::move(ask)), through_(edge.store.last_number()) {}

bool ReleaseJob::Step(absl::Time now) {
  TakeAnswer();
  if (failure_.ok() && !ended_ && !under_way_.has_value()) GoOn(now);
  return under_way_.has_value() || (failure_.ok() && !ended_);
}

void ReleaseJob::TakeAnswer() {
  std::optional<absl::Status> status;
  {
    MutexLock lock(answer_->mutex);
    status.swap(answer_->status);
  }
  if (!status.has_value()) return;
  const uint64_t number = *std::exchange(under_way_, std::nullopt);
  if (status->ok()) {
    edge_.store.RemoveReleased(ask_.hook_id(), number);
    result_.set_released(result_.released() + 1);
  } else {
    failure_ = absl::Status(status->code(),
                            absl::StrCat("the log did not take a request: ", status->message()));
  }
}

absl::Status ReleaseJob::CheckAsk(const HookTable* table, absl::Time now) const {
  switch (ask_.mode()) {
    case v1::ReleaseQuarantine::MODE_DISCARD:
      return absl::OkStatus();
    case v1::ReleaseQuarantine::MODE_RELEASE:
    case v1::ReleaseQuarantine::MODE_VERIFY:
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("this edge knows no mode ", static_cast<int>(ask_.mode())));
  }
  const int64_t version = table == nullptr ? 0 : table->version();
  if (version < ask_.config_version()) {
    return absl::FailedPreconditionError(absl::StrCat("the edge serves configuration ", version,
                                                      ", not yet ", ask_.config_version()));
  }
  if (table == nullptr || table->FindById(ask_.hook_id(), now) == nullptr) {
    return absl::NotFoundError("the edge does not serve the hook");
  }
  return absl::OkStatus();
}

void ReleaseJob::GoOn(absl::Time now) {
  const std::shared_ptr<const HookTable> table = edge_.hooks.Get();
  failure_ = CheckAsk(table.get(), now);
  if (!failure_.ok()) return;
  const RoutedHook* hook = table == nullptr ? nullptr : table->FindById(ask_.hook_id(), now);
  uint64_t bytes = 0;
  for (size_t i = 0; i < kStepRequests && bytes < kStepBytes; ++i) {
    const std::optional<QuarantineItem> item = edge_.store.Next(ask_.hook_id(), after_);
    if (!item.has_value() || item->number > through_) {
      ended_ = true;
      return;
    }
    if (Handle(*item, hook, now) == Next::kWait) return;
    after_ = item->number;
    bytes += item->bytes;
    TakeAnswer();
    if (under_way_.has_value() || !failure_.ok()) return;
  }
}

ReleaseJob::Next ReleaseJob::Handle(const QuarantineItem& item, const RoutedHook* hook,
                                    absl::Time now) {
  if (ask_.mode() == v1::ReleaseQuarantine::MODE_DISCARD) {
    edge_.store.Remove(ask_.hook_id(), item.number);
    result_.set_discarded(result_.discarded() + 1);
    return Next::kGoOn;
  }
  const absl::StatusOr<v1::QuarantinedRequest> request = edge_.store.Read(item);
  if (request.ok()) return Verify(item, *request, *hook, now);
  edge_.store.Remove(ask_.hook_id(), item.number);
  result_.set_unreadable(result_.unreadable() + 1);
  return Next::kGoOn;
}

ReleaseJob::Next ReleaseJob::Verify(const QuarantineItem& item,
                                    const v1::QuarantinedRequest& request, const RoutedHook& hook,
                                    absl::Time now) {
  std::vector<RawHeader> headers;
  const SignedRequest view = ViewOf(request, headers);
  const VerifyResult verified = hook.verifier.Verify(view, item.receive_time);
  if (!verified.accepted) {
    ++refused_[verified.reason];
    return Next::kGoOn;
  }
  if (ask_.mode() == v1::ReleaseQuarantine::MODE_VERIFY) {
    result_.set_released(result_.released() + 1);
    return Next::kGoOn;
  }
  std::optional<SeenIds::Key> key;
  if (!verified.ids.empty()) {
    key = SeenIds::KeyOf(hook.id, verified.ids, request.body());
    switch (edge_.hooks.seen_ids().Claim(hook.id, *key, RememberUntil(verified.ids, now), now)) {
      case SeenIds::Sight::kNew:
        break;
      case SeenIds::Sight::kBeingTaken:
        return Next::kWait;
      case SeenIds::Sight::kTaken:
        edge_.store.Remove(hook.id, item.number);
        result_.set_duplicates(result_.duplicates() + 1);
        return Next::kGoOn;
    }
  }
  v1::LoggedRequest logged = LoggedForm(hook, view, verified.verified_by, item.receive_time);
  logged.set_body(request.body());
  under_way_ = item.number;
  edge_.log.Append(std::move(logged), AnswerFor(key));
  return Next::kGoOn;
}

EventLog::Done ReleaseJob::AnswerFor(const std::optional<SeenIds::Key>& key) const {
  return [answer = answer_, seen = &edge_.hooks.seen_ids(),
          key](const absl::StatusOr<uint64_t>& sequence) {
    if (key.has_value()) sequence.ok() ? seen->Taken(*key) : seen->GiveUp(*key);
    MutexLock lock(answer->mutex);
    answer->status = sequence.status();
  };
}

v1::QuarantineResult ReleaseJob::Result() const {
  v1::QuarantineResult result = result_;
  result.set_request_id(ask_.request_id());
  for (const auto& [reason, count] : refused_) {
    v1::QuarantineResult::Refused& refused = *result.add_refused();
    refused.set_reason(reason);
    refused.set_count(count);
  }
  result.set_remaining(edge_.store.RequestsOf(ask_.hook_id()));
  result.set_error(std::string(failure_.message()));
  return result;
}

}  // namespace fluxcascade::edge
