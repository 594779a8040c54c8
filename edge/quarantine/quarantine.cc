#include "edge/quarantine/quarantine.h"

#include <algorithm>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "edge/quarantine/quarantine_folder.h"

namespace fluxcascade::edge {

// All that waits may be of one hook. To a request, its sealing and the rest of its last block come.
static_assert(Quarantine::kMaxWaitingBytes +
                  Quarantine::kMaxWaitingRequests * 2 * QuarantineFolder::kBlockBytes <=
              QuarantineFolder::kMaxFileBytes);

Quarantine::Quarantine(QuarantineStore::Options options, Keyring keyring, Edge edge)
    : edge_(edge), store_(std::move(options), std::move(keyring), edge.notices) {}

Quarantine::~Quarantine() {
  if (store_.ready()) WriteWaiting();
}

bool Quarantine::IsMendable(v1::RejectedRequest::Reason reason) {
  return reason == v1::RejectedRequest::REASON_SIGNATURE_MISMATCH ||
         reason == v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH ||
         reason == v1::RejectedRequest::REASON_SECRET_EXPIRED;
}

void Quarantine::Keep(v1::QuarantinedRequest request, const v1::QuarantineRule& rule) {
  const uint64_t bytes = request.ByteSizeLong();
  const std::string hook_id = request.hook_id();
  bool kept = bytes <= rule.max_bytes();
  if (kept) {
    MutexLock lock(mutex_);
    kept = waiting_requests_ < kMaxWaitingRequests && waiting_bytes_ + bytes <= kMaxWaitingBytes;
    if (kept) {
      Waiting& waiting = waiting_[hook_id];
      waiting.rule = rule;
      waiting.requests.push_back(std::move(request));
      ++waiting_requests_;
      waiting_bytes_ += bytes;
    }
  }
  if (!kept) store_.CountDropped(hook_id);
}

void Quarantine::Ask(v1::ReleaseQuarantine ask) {
  MutexLock lock(mutex_);
  if (asks_.size() < kMaxWaitingAsks) {
    asks_.push_back(std::move(ask));
    return;
  }
  v1::QuarantineResult result;
  result.set_request_id(ask.request_id());
  result.set_error(absl::StrCat(kMaxWaitingAsks, " others wait already"));
  AddResult(std::move(result));
}

std::vector<v1::QuarantineResult> Quarantine::TakeResults() {
  MutexLock lock(mutex_);
  std::vector<v1::QuarantineResult> results(std::make_move_iterator(results_.begin()),
                                            std::make_move_iterator(results_.end()));
  results_.clear();
  return results;
}

void Quarantine::AddResult(v1::QuarantineResult result) {
  if (results_.size() >= kMaxWaitingAsks) results_.pop_front();
  results_.push_back(std::move(result));
}

absl::Duration Quarantine::Work(absl::Duration now) {
  if (!Prepare(now)) return opened_ ? now : std::min(care_due_, now + kWriteInterval);
  if (now >= write_due_) {
    WriteWaiting();
    write_due_ = now + kWriteInterval;
  }
  if (now >= care_due_) {
    Enforce();
    care_due_ = now + kCareInterval;
  }
  return WorkOnAsks() ? now + kStepInterval : std::min(write_due_, care_due_);
}

bool Quarantine::Prepare(absl::Duration now) {
  if (!opened_ && now >= care_due_) {
    const absl::Status opened = store_.Open();
    opened_ = opened.ok();
    if (!opened_) {
      care_due_ = now + kCareInterval;
      edge_.notices.Log(LogLevel::kError, "the quarantine's folder can't be used",
                        {{"error", opened}});
    }
  }
  if (opened_) return !store_.LoadSome();
  DropWaiting();
  while (std::optional<v1::ReleaseQuarantine> ask = NextAsk()) {
    v1::QuarantineResult result;
    result.set_request_id(ask->request_id());
    result.set_error("the quarantine's folder can't be used; the edge's log says why");
    MutexLock lock(mutex_);
    AddResult(std::move(result));
  }
  return false;
}

void Quarantine::DropWaiting() {
  for (const auto& [hook_id, waiting] : TakeWaiting()) {
    for (size_t i = 0; i < waiting.requests.size(); ++i) store_.CountDropped(hook_id);
  }
}

std::map<std::string, Quarantine::Waiting> Quarantine::TakeWaiting() {
  MutexLock lock(mutex_);
  waiting_requests_ = 0;
  waiting_bytes_ = 0;
  return std::exchange(waiting_, {});
}

void Quarantine::WriteWaiting() {
  for (const auto& [hook_id, waiting] : TakeWaiting()) {
    const absl::Status kept = store_.Put(hook_id, waiting.rule, waiting.requests);
    if (!kept.ok()) {
      edge_.notices.Log(LogLevel::kWarning, "refused requests were not kept",
                        {{"hook", hook_id}, {"error", kept}});
    }
  }
}

// Without a configuration nobody knows yet what the hooks want.
void Quarantine::Enforce() {
  const std::shared_ptr<const HookTable> table = edge_.hooks.Get();
  if (table == nullptr) return;
  absl::flat_hash_map<std::string, v1::QuarantineRule> rules;
  table->ForEach([&rules](const RoutedHook& hook) {
    if (hook.quarantine.has_value()) rules.emplace(hook.id, *hook.quarantine);
  });
  store_.Enforce(
      [&rules](const std::string& hook_id) -> std::optional<v1::QuarantineRule> {
        const auto found = rules.find(hook_id);
        if (found == rules.end()) return std::nullopt;
        return found->second;
      },
      edge_.clock.Now());
}

bool Quarantine::WorkOnAsks() {
  if (!job_.has_value()) {
    std::optional<v1::ReleaseQuarantine> ask = NextAsk();
    if (!ask.has_value()) return false;
    // What was refused before it was asked for is among what it is about.
    WriteWaiting();
    job_.emplace(ReleaseJob::Edge{.store = store_, .hooks = edge_.hooks, .log = edge_.log},
                 *std::move(ask));
  }
  if (job_->Step(edge_.clock.Now())) return true;
  v1::QuarantineResult result = job_->Result();
  job_.reset();
  MutexLock lock(mutex_);
  AddResult(std::move(result));
  return !asks_.empty();
}

std::optional<v1::ReleaseQuarantine> Quarantine::NextAsk() {
  MutexLock lock(mutex_);
  if (asks_.empty()) return std::nullopt;
  v1::ReleaseQuarantine ask = std::move(asks_.front());
  asks_.pop_front();
  return ask;
}

}  // namespace fluxcascade::edge
