// Makes and changes contacts at a rate, as a busy account would.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CONTACT_GENERATOR_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CONTACT_GENERATOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"
#include "tests/sandbox/hubspot/crm_service.h"

namespace fluxcascade::sandbox {

struct GenerateRequest {
  int64_t count = 0;
  double rate_per_s = 100;
  std::string prefix = "load";  // <prefix>-000001@example.com …
  int64_t first = 1;            // the first number
  // Changes the contacts of an earlier run instead of making them, one after the other and round
  // again: version_property becomes 1, 2, 3 … for each of them.
  bool update = false;
  int64_t contacts = 0;  // how many the earlier run made
  std::string version_property = "jobtitle";
};

struct GeneratedContact {
  int64_t portal_id = 0;
  std::string email;
  int64_t object_id = 0;
  absl::Time write_time;
};

struct GenerateProgress {
  std::string id;
  int64_t wanted = 0;
  int64_t done = 0;
  int64_t failed = 0;
  bool running = false;
};

// Thread-safe. Runs go on until they are done, stopped, or the generator ends.
class ContactGenerator {
 public:
  ContactGenerator(const Clock& clock, CrmService& service) : clock_(clock), service_(service) {}
  ~ContactGenerator() { Stop(); }

  // Gives the run's id at once. kInvalidArgument for a count or rate that is not positive.
  absl::StatusOr<std::string> Start(const CrmSession& session, const GenerateRequest& request);
  // Ends all runs, and forgets them and their contacts.
  void Stop();

  std::vector<GenerateProgress> Progress() const;
  // What runs created, in order.
  std::vector<GeneratedContact> Contacts() const;

 private:
  struct Run {
    GenerateRequest request;
    CrmSession session;
    std::string id;
    std::atomic<int64_t> done = 0;
    std::atomic<int64_t> failed = 0;
    std::atomic<bool> running = true;
    std::thread thread;
  };

  void Work(Run& run);
  bool Write(const Run& run, int64_t index);
  bool WaitUntil(absl::Duration monotonic);

  const Clock& clock_;
  CrmService& service_;
  mutable Mutex mutex_;
  CondVar stop_;
  bool stopping_ FC_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<Run>> runs_ FC_GUARDED_BY(mutex_);
  std::vector<GeneratedContact> contacts_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CONTACT_GENERATOR_H_
