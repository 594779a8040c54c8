#include "tests/sandbox/hubspot/contact_generator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fluxcascade::sandbox {
namespace {

const CrmType& Contact() { return *FindCrmType("contact"); }

std::string EmailOf(const GenerateRequest& request, int64_t number) {
  return absl::StrFormat("%s-%06d@example.com", request.prefix, number);
}

CrmProperties NewContact(const GenerateRequest& request, int64_t number) {
  return {{"email", EmailOf(request, number)},
          {"firstname", absl::StrCat("First", number)},
          {"lastname", absl::StrCat("Last", number)},
          {"phone", absl::StrFormat("+4930%07d", number)}};
}

}  // namespace

absl::StatusOr<std::string> ContactGenerator::Start(const CrmSession& session,
                                                    const GenerateRequest& request) {
  if (request.count < 1 || request.rate_per_s <= 0 || (request.update && request.contacts < 1)) {
    return absl::InvalidArgumentError("count, rate_per_s and contacts must be positive");
  }
  MutexLock lock(mutex_);
  if (stopping_) return absl::UnavailableError("generation is being stopped");
  auto run = std::make_unique<Run>();
  run->request = request;
  run->session = session;
  run->id = absl::StrCat("run-", runs_.size() + 1);
  run->thread = std::thread([this, &run = *run] { Work(run); });
  runs_.push_back(std::move(run));
  return runs_.back()->id;
}

void ContactGenerator::Stop() {
  std::vector<std::unique_ptr<Run>> runs;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    runs.swap(runs_);
  }
  stop_.NotifyAll();
  for (const auto& run : runs) run->thread.join();
  MutexLock lock(mutex_);
  contacts_.clear();
  stopping_ = false;
}

bool ContactGenerator::WaitUntil(absl::Duration monotonic) {
  MutexLock lock(mutex_);
  while (!stopping_ && clock_.Monotonic() < monotonic) {
    stop_.WaitFor(mutex_, monotonic - clock_.Monotonic());
  }
  return !stopping_;
}

void ContactGenerator::Work(Run& run) {
  const absl::Duration start = clock_.Monotonic();
  for (int64_t index = 0; index < run.request.count; ++index) {
    // Each has its own time, so that a slow one does not slow the rest.
    if (!WaitUntil(start + absl::Seconds(static_cast<double>(index) / run.request.rate_per_s))) {
      break;
    }
    ++(Write(run, index) ? run.done : run.failed);
  }
  run.running = false;
}

bool ContactGenerator::Write(const Run& run, int64_t index) {
  const GenerateRequest& request = run.request;
  if (request.update) {
    const std::string email = EmailOf(request, request.first + index % request.contacts);
    const auto found = run.session.store->Get(Contact(), email, "email", /*archived=*/false);
    return found.ok() &&
           service_
               .Update(run.session, Contact(), found->id,
                       {{request.version_property, absl::StrCat(1 + index / request.contacts)}})
               .ok();
  }
  const CrmProperties properties = NewContact(request, request.first + index);
  const auto created = service_.Create(run.session, Contact(), properties);
  if (!created.ok()) return false;
  MutexLock lock(mutex_);
  contacts_.push_back(
      {run.session.portal_id, properties.at("email"), created->id, created->create_time});
  return true;
}

std::vector<GenerateProgress> ContactGenerator::Progress() const {
  MutexLock lock(mutex_);
  std::vector<GenerateProgress> progress;
  for (const auto& run : runs_) {
    progress.push_back({run->id, run->request.count, run->done, run->failed, run->running});
  }
  return progress;
}

std::vector<GeneratedContact> ContactGenerator::Contacts() const {
  MutexLock lock(mutex_);
  return contacts_;
}

}  // namespace fluxcascade::sandbox
